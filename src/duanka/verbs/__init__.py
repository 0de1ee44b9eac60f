"""The verbs of `duanka`, a file for each room that has some; `cli.py` puts them together."""
