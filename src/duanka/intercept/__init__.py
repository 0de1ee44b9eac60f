"""The live door: answers transfers, calls and applications while they happen."""
