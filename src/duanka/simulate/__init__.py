"""A town to practise on: invented people, cards and events, with the truth beside them."""
