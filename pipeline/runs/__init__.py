"""What a call does: what is unfinished from earlier runs first, then the files that are there now."""
