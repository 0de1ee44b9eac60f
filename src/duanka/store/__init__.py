"""Where facts are kept: the only floor that touches disk."""
