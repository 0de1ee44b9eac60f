"""What we tell and are told: leads, receipts, feedback."""
