"""Workbooks read as a person sees them: the text that each cell shows.

Nothing is imported with it: what looks only at the first bytes of a file need not wait for the rest.
"""
