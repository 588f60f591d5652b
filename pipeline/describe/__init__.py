"""The contracts in words and in files."""
