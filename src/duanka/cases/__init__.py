"""What was done to somebody: orders, notices, appeals, cases."""
