"""The ledger kernel, on both databases."""
