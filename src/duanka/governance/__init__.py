"""How the trade is doing: outlets, institutions and regions."""
