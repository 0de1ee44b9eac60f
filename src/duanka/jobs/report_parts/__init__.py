"""The pieces of the report page: words, ways of showing a value, views of each table, templates."""
