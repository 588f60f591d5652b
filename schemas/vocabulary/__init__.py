"""The words in which record types are described."""
