"""The node image: one Debian root file system for every node of every lab, built here without root."""
