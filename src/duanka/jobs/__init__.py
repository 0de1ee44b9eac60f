"""The batch door, one verb a file: fetch, ask the rooms, write down."""
