"""The vector of a question: what the streams answer, what is looked up as of the instant, what follows."""

from __future__ import annotations

from duanka.features.asking import Asker
from duanka.features.card_vectors import account_vectors, sim_vectors
from duanka.features.event_vectors import call_vectors, opening_vectors, transfer_vectors
from duanka.features.register import count_before, own_counted

__all__ = [
    "Asker",
    "account_vectors",
    "call_vectors",
    "count_before",
    "opening_vectors",
    "own_counted",
    "sim_vectors",
    "transfer_vectors",
]
