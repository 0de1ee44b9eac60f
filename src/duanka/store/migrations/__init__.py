"""How the ledger's tables came about, step by step, forward only, in what both databases accept."""
