"""Calls that others recorded -> the ledger; taking a file in twice changes nothing."""
