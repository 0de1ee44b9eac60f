"""What is learned: boosted trees per card kind, calibrated, explained and served by our own kernel."""
