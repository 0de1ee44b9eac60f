"""The live host of whole vectors: told of records one by one, asked about events as they happen."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from duanka import tables
from duanka.errors import BadInput
from duanka.features import catalogue, live_memory, live_run, live_state
from duanka.features import flags as f
from duanka.features import live_state as s
from duanka.features.given import LACKS
from duanka.features.live_enter import DONE, UNORDERED
from duanka.features.live_events import LINES, Names
from duanka.features.live_near import touched
from duanka.features.live_notices import Notices
from duanka.features.live_register import enrol
from duanka.features.live_sights import TOLD_APART

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from duanka.features.live_state import Room

    Row = Mapping[str, Any]
    Ints = NDArray[np.int64]
    Matrix = NDArray[np.float32]

# events told are entered so many at once, or when something is asked
AT_ONCE = 256
FOREVER = 1 << 62
NO_VECTORS = np.empty((1, 0), dtype=np.float32)
# which column of which table tells of each of LACKS; None: any row does
TELLS: dict[str, tuple[tuple[str, str], ...]] = {
    "transfer": (
        ("transfers", "at"),
        ("devices", "device_id"),
        ("regions", "region_code"),
        ("memos", "memo_kind"),
        ("balances", "payer_balance_fen"),
        ("channels", "channel"),
    ),
    "call": (("calls", "at"), ("devices", "device_id"), ("regions", "region_code")),
    "message": (("messages", "at"), ("devices", "device_id")),
    "device_use": (("devices", "device_id"), ("regions", "region_code")),
    "opening": (("openings", "at"),),
}
WIDTHS = {kind: len(catalogue.names_of(kind)) for kind in ("transfer", "call", "opening")}
LINE = s.W_ORDER + 1
PLACE = {what: s.TOLD + n for n, what in enumerate(LACKS)}


class Live:
    """All that is known of cards, and what it says of a transfer, a call or an application.

    Rows come in order of arrival; one that happened before the clock counts from the clock on.
    Rows of one instant do not see one another. Asking moves the clock as telling does. `receives`
    names the tables that this deployment is ever told of: where nobody is ever reported, that
    nobody was reported says nothing. `room` gives the arena of rows its place.
    Units: instants UTC microseconds.
    """

    def __init__(
        self, receives: Collection[str] = tuple(tables.INPUTS), *, room: Room = s.with_room
    ) -> None:
        self.clock = live_state.NEVER
        self._room = room
        self._st = live_state.fresh()
        self._st = self._st._replace(rows=room(self._st.rows, 0))
        self._names = Names()
        self._notices = Notices()
        self._reported: list[tuple[int, int, int]] = []
        self._pending: list[tuple[int, ...]] = []
        self._untold = dict(TELLS)
        self._spare = 0
        if {"lead", "label"} & set(receives):
            self._st.book[PLACE["notices"]] = live_state.NEVER

    def tell(self, table: str, row: Row) -> None:
        """Take up one row of a table of the contract.

        Raises: BadInput if the contract has no such table.
        """
        if table in LINES:
            self._pending.append(self._line(table, row))
            if len(self._pending) >= AT_ONCE:
                self._flush()
            return
        self._flush()
        if table in {"account", "sim"}:
            self._enrol(table, row)
        elif table == "lead":
            self._report(row, row["issued_at"], f.LEAD)
        elif table == "label":
            self._report(row, row["known_at"], f.LABEL if row["implicated"] else 0)
        elif table not in tables.INPUTS:
            raise BadInput(
                f"there is no table {table!r} in the contract",
                fix=f"use one of {', '.join(tables.INPUTS)}",
            )

    def vectors(self, table: str, rows: Sequence[Row]) -> Matrix:
        """The vectors of transfers, calls or openings before these are told, in catalogue order.

        Shapes: (rows, features).
        """
        self._flush()
        line, lines = LINES[table], array("q")
        for row in rows:
            lines.extend(line(self._names, row))
        return self._answer(table, lines, 0)

    def answer_and_tell(self, table: str, rows: Sequence[Row]) -> Matrix:
        """The vectors of rows in order of arrival, each of which is then known to those after it.

        Shapes: (rows, features).
        """
        self._flush()
        lines = array("q")
        for row in rows:
            lines.extend(self._line(table, row))
        return self._answer(table, lines, len(rows))

    def save(self) -> dict[str, Any]:
        """All that `restore` needs, as arrays and plain lists."""
        self._flush()
        return {
            "clock": self.clock,
            "memory": live_memory.save(self._st, self._names),
            "names": self._names.save(),
            "notices": self._notices.save(),
            "reported": np.array(self._reported, dtype=np.int64).reshape(-1, 3),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up the state that `save` gave."""
        self.clock = int(saved["clock"])
        self._st = live_memory.restore(saved["memory"], room=self._room)
        self._names.restore(saved["names"])
        self._notices.restore(saved["notices"])
        self._reported = [tuple(line) for line in saved["reported"].tolist()]
        self._pending, self._spare, self._untold = [], 0, dict(TELLS)

    def size(self) -> Mapping[str, int]:
        """How many cards there are, and what is held in memory, in bytes by stream."""
        self._flush()
        return live_memory.sizes(self._st, self._names)

    def spans(self) -> Ints:
        """Every row held: where it begins, how many words it has, where its clock stands."""
        self._flush()
        return live_memory.spans(self._st, self._names)

    def _line(self, table: str, row: Row) -> tuple[int, ...]:
        """The row in numbers; the clock and what the deployment tells of take note of it."""
        line = LINES[table](self._names, row)
        self.clock = max(self.clock, line[s.W_AT])
        for _, column in self._untold[table]:
            if row.get(column) is not None:
                self._first_told(table, row)
                break
        return line

    def _first_told(self, table: str, row: Row) -> None:
        """What the row is the first to tell of is told of from now on."""
        told = [what for what, column in self._untold[table] if row.get(column) is not None]
        for what in told:
            spot = PLACE[what]
            self._st.book[spot] = min(int(self._st.book[spot]), self.clock)
        for name, left in self._untold.items():
            self._untold[name] = tuple(pair for pair in left if pair[0] not in told)

    def _flush(self) -> None:
        if self._pending:
            batch = np.array(self._pending, dtype=np.int64)
            self._pending.clear()
            self._through(batch, len(batch), np.empty((len(batch), 0), dtype=np.float32))

    def _answer(self, table: str, lines: array[int], kept: int) -> Matrix:
        batch = np.frombuffer(lines, dtype=np.int64).reshape(-1, LINE)
        out = np.empty((len(batch), WIDTHS[table]), dtype=np.float32)
        if len(batch):
            self.clock = max(self.clock, int(batch[:, s.W_AT].max()))
            self._through(batch, kept, out)
        return out

    def _through(self, batch: Ints, kept: int, out: Matrix) -> None:
        """Run the batch through compiled code, seeing to what is rare wherever it stops."""
        self._make_room(len(batch))
        at, why = 0, live_run.RARE
        while why != DONE:
            at, why = live_run.run(self._st, batch, at, self._until(), kept, out)
            if why == UNORDERED:
                self._put_in_order()
            elif why != DONE:
                self._pass(int(batch[at, s.W_AT]) if at < len(batch) else 0)

    def _until(self) -> int:
        """Up to which instant compiled code may move the clock by itself."""
        if self._reported:
            return int(self._st.book[s.CLOCK])
        return self._notices.due[0][0] if self._notices.due else FOREVER

    def _pass(self, now: int) -> None:
        """The clock moves to `now`: notices of its instant first, then events, then what follows from them."""
        book, notices = self._st.book, self._notices
        if now > book[s.CLOCK]:
            for card, at, bit in self._reported:
                self._spread(card, at, at, bit)
            self._reported.clear()
            self._enter([(s.MOMENT, now, *[-1] * 13)])
        left = self._st.triggers[: book[s.TRIGGERS]].tolist()
        book[s.TRIGGERS] = 0
        for card, near, flags, at in left:
            if flags:
                notices.later((at, s.NOTICES, card, flags, near), at)
            else:
                for told in notices.met(self._st, card, near, at):
                    notices.later(told, told[0])
        self._enter_due()

    def _enter_due(self) -> None:
        """What was known to come, and has come by now, is told."""
        due = self._notices.due
        if due and due[0][0] < self._st.book[s.CLOCK]:
            self._enter(self._notices.come(int(self._st.book[s.CLOCK])))

    def _enter(self, lines: list[tuple[int, ...]]) -> None:
        """Lines that come from here: a moment, or notices."""
        self._make_room(0, len(lines) * live_memory.NOTICE_WIDTH)
        batch, why = np.array(lines, dtype=np.int64).reshape(-1, 15), UNORDERED
        while why == UNORDERED:
            _, why = live_run.run(self._st, batch, 0, FOREVER, len(batch), NO_VECTORS)
            if why == UNORDERED:
                self._put_in_order()

    def _report(self, row: Row, at: int, bit: int) -> None:
        """A notice waits for its instant to pass; a late one counts from now on, one that clears tells nobody."""
        card = self._names.card(int(row["card_kind"] == "sim"), row["card_id"])
        self._make_room(0)
        if at > self._st.book[s.CLOCK]:
            self._pass(at)
        self.clock = max(self.clock, at)
        if bit and at == self.clock:
            self._reported.append((card, at, bit))
        elif bit:
            self._spread(card, at, self.clock, bit)
            self._enter_due()

    def _spread(self, card: int, at: int, known_at: int, bit: int) -> None:
        neighbours = touched(self._st, card, at, bit).tolist()
        self._enter(
            [
                (s.NOTICE, at, other, card, known_at, flags, s.NOTICES, *[-1] * 8)
                for other, flags in neighbours
            ]
        )
        for told in self._notices.report(self._st, card, at, bit):
            self._notices.later(told, max(told[0], known_at))

    def _enrol(self, table: str, row: Row) -> None:
        """What a register says counts from the opening on, or from the clock on where that is later."""
        opened = row["opened_at" if table == "account" else "activated_at"]
        for what in ("holders", "register"):
            self._st.book[PLACE[what]] = min(int(self._st.book[PLACE[what]]), opened)
        card, line = enrol(self._names, table, row)
        self._make_room(0)
        if line.put(self._st, card):
            for told in self._notices.registered(self._st, card):
                self._notices.later(told, max(told[0], self.clock))
            self._enter_due()

    def _make_room(self, events: int, words: int = 0) -> None:
        self._st = live_memory.named(self._st, self._names)
        if words or self._spare < events:
            self._st = live_memory.grown(self._st, events, words, room=self._room)
            self._spare = live_memory.spare(self._st) - words // live_memory.MOST_WORDS - 1
        self._spare -= events

    def _put_in_order(self) -> None:
        """Where a card was seen in two places at one instant, they count in the order of their ids."""
        names = ["", *self._names.host_names]
        waiting = self._st.waiting[: self._st.book[s.WAITING]]
        keys = [
            (w[s.W_A], names[w[s.W_DEVICE] + 1], names[w[s.W_NETWORK] + 1], w[s.W_USE] & TOLD_APART)
            if w[s.W_TABLE] != s.OPENING
            else (w[s.W_A], "", "", 0)
            for w in waiting.tolist()
        ]
        waiting[:, s.W_ORDER] = sorted(range(len(keys)), key=keys.__getitem__)
