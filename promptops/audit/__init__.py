"""What the ledger and the prompts say about where the money goes, and what would change it."""
