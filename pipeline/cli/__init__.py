"""The command line: words in, words out."""

from pipeline.cli.command_line import main

__all__ = ["main"]
