"""Random days of the ledger from a printed seed, and many processes at once."""
