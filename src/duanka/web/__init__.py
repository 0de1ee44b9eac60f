"""The door for people and their programs: the JSON API and the console."""
