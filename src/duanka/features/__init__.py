"""What we ask of the data: one definition of a feature, one kernel, several hosts."""
