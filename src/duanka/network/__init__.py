"""Who belongs together, and where the money went: pure functions over frames and arrays."""
