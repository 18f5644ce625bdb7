"""A small service manager for netlab nodes: what systemctl and journalctl do, with no systemd.

It is stateless: every call reads the unit files, the records in /run/systemctl and /proc.
Start-up time is what matters, so only built-in or frozen modules are imported at the top
(no re, json, signal, typing, subprocess: each costs as much as Python itself).
"""
