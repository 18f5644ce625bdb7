"""The `netlab` command: the only part that prints."""

from netlab.cli.main import main

__all__ = ["main"]
