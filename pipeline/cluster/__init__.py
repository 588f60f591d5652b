"""Several machines: the shared ledger is made, and workers serve tenants from it."""
