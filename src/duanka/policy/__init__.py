"""What the rules are: dated parameters and decision tables as data, and the mildest measure that fits."""
