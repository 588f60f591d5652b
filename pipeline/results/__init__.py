"""The last stage: every row comes back with its Clarus id or the reason it has none.

Nothing is imported here: commands that only read what was written start without what the writing needs.
"""
