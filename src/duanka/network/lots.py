"""What each payment of an account was made of: the earlier arrivals it spent, first in first out or pro-rata."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from duanka.network.book import END, FIRST, PAYEE_HAD, PAYER_HAD, ROW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.network.book import Book

OWN = -1
"""Stands for the row of money of which no row tells how it came."""
Piece = tuple[int, int, int]
"""Row of an arrival, how far into it the piece begins, and its fen."""


class Lots:
    """The book read account by account, as far as a budget of rows goes; an account is read once.

    `edges` rows were read, and `cut` tells whether the budget refused an account.
    """

    def __init__(self, book: Book, attribution: str, budget: int) -> None:
        self.book = book
        self.fifo = attribution == "fifo"
        self.budget = budget
        self.edges = 0
        self.cut = False
        self._order = np.argsort(book.payee, kind="stable")
        self._payees = book.payee[self._order]
        self._read: dict[int, dict[int, list[Piece]]] = {}
        self._rows: dict[int, NDArray[np.int64]] = {}

    def made_of(self, row: int, spans: Sequence[tuple[int, int]]) -> list[Piece] | None:
        """The pieces of arrivals that these spans (start, fen) of a payment consist of; None past the budget.

        Their fen add up to those of the spans.
        """
        payer = int(self.book.payer[row])
        if not self._afford(payer, row):
            return None
        if not self.fifo:
            return self._shares(payer, row, sum(fen for _, fen in spans))
        made = self._read[payer][row]
        return [piece for span in spans for piece in _within(made, *span)]

    def _afford(self, account: int, row: int) -> bool:
        if account not in self._rows:
            events = self._events(account)
            if self.edges + len(events) > self.budget:
                self.cut = True
                return False
            self.edges += len(events)
            self._rows[account] = events
            if self.fifo:
                self._read[account] = self._queue(account, events)
        elif not self.fifo:
            count = int(np.searchsorted(self._rows[account], row))
            if self.edges + count > self.budget:
                self.cut = True
                return False
            self.edges += count
        return True

    def _events(self, account: int) -> NDArray[np.int64]:
        """The rows in which the account pays or is paid, in order."""
        first, end = self.book.accounts[account, FIRST], self.book.accounts[account, END]
        low, high = np.searchsorted(self._payees, [account, account + 1])
        both = np.concatenate([self.book.paid[first:end, ROW], self._order[low:high]])
        return np.sort(both)

    def _had(self, account: int, row: int) -> tuple[int, bool]:
        """The account's balance just before the row, and whether it pays in it."""
        line = self.book.paid[self.book.place[row]]
        pays = int(self.book.payer[row]) == account
        return int(line[PAYER_HAD] if pays else line[PAYEE_HAD]), pays

    def _queue(self, account: int, events: NDArray[np.int64]) -> dict[int, list[Piece]]:
        """The pieces of every payment of the account, by a queue of what came in."""
        queue: deque[Piece] = deque()
        held = 0
        made: dict[int, list[Piece]] = {}
        for row in events.tolist():
            before, pays = self._had(account, row)
            if before > held:
                queue.append((OWN, 0, before - held))
            elif before < held:
                _take(queue, held - before)
            amount = int(self.book.amount[row])
            if pays:
                made[row] = _take(queue, amount)
                held = before - amount
            else:
                queue.append((row, 0, amount))
                held = before + amount
        return made

    def _shares(self, account: int, row: int, wanted: int) -> list[Piece]:
        """The pieces of money paid out of a mixed balance: every arrival's share, rounded down, the rest own.

        Going back in time, what was paid meanwhile left the mixture as it was; what came in meanwhile
        was the part of the balance that it made up.
        """
        events = self._rows[account]
        pieces: list[Piece] = []
        later, _ = self._had(account, row)
        for at in events[: np.searchsorted(events, row)][::-1].tolist():
            before, pays = self._had(account, at)
            amount = int(self.book.amount[at])
            after = before - amount if pays else before + amount
            if later > after:
                # what no row tells joined between the two rows
                own = wanted * (later - after) // later
                pieces.append((OWN, 0, own))
                wanted -= own
            if not pays:
                came = wanted * amount // max(after, 1)
                pieces.append((at, 0, came))
                wanted -= came
            later = before
        pieces.append((OWN, 0, wanted))
        return [piece for piece in pieces if piece[2] > 0]


def _take(queue: deque[Piece], fen: int) -> list[Piece]:
    """The oldest fen of the queue, taken out of it."""
    taken: list[Piece] = []
    while fen > 0 and queue:
        row, offset, held = queue.popleft()
        part = min(held, fen)
        taken.append((row, offset, part))
        if part < held:
            queue.appendleft((row, offset + part, held - part))
        fen -= part
    return taken


def _within(made: Sequence[Piece], start: int, fen: int) -> list[Piece]:
    """The part of a payment's pieces between `start` and `start + fen`."""
    found = []
    at = 0
    for row, offset, part in made:
        low, high = max(at, start), min(at + part, start + fen)
        if low < high:
            found.append((row, offset + low - at, high - low))
        at += part
    return found
