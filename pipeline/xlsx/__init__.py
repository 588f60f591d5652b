"""OOXML workbooks behind one door: read fast, edited in place. Knows nothing of Clarus, record types or statuses."""
