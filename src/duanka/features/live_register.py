"""What the registers say of cards, live: holders with their cards by opening, cards bound to one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from duanka.features import live_state as s

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duanka.features.live_events import Names
    from duanka.features.live_state import State

    Row = Mapping[str, Any]


class Entry(NamedTuple):
    """A line of a register in numbers."""

    kind: int
    holder: int
    since: int
    outlet: int
    staff: int
    bound: int

    def put(self, st: State, card: int) -> bool:
        """True where the register says something new of the card, which is now known."""
        line = st.cards[card]
        said = (
            line[s.C_HOLDER],
            line[s.C_SINCE],
            line[s.C_OUTLET],
            line[s.C_STAFF],
            line[s.C_BOUND],
        )
        if said == self[1:]:
            return False
        if line[s.C_HOLDER] >= 0:
            _take_out(st, card, self.kind)
        line[s.C_HOLDER], line[s.C_SINCE] = self.holder, self.since
        line[s.C_OUTLET], line[s.C_STAFF], line[s.C_BOUND] = self.outlet, self.staff, self.bound
        st.holders[self.holder, s.H_ACCOUNTS + self.kind] += 1
        _hang(st, card)
        if self.bound >= 0:
            line[s.C_NEXT_BOUND] = st.cards[self.bound, s.C_BOUND_HEAD]
            st.cards[self.bound, s.C_BOUND_HEAD] = card
        return True


def enrol(names: Names, table: str, row: Row) -> tuple[int, Entry]:
    """The card's number, and what its register says."""
    kind = int(table == "sim")
    card = names.card(kind, row[f"{table}_id"])
    bound = row.get("sim_id") if table == "account" else None
    return card, Entry(
        kind=kind,
        holder=names.number("holders", row["holder_id"]),
        since=row["activated_at" if kind else "opened_at"],
        outlet=names.number("outlets", row.get("outlet_id")),
        staff=names.number("staff", row.get("staff_id")),
        bound=-1 if bound is None else names.card(1, bound),
    )


def _hang(st: State, card: int) -> None:
    """The card takes its place among its holder's, newest opening first."""
    cards, holder, since = st.cards, st.cards[card, s.C_HOLDER], st.cards[card, s.C_SINCE]
    before, one = s.NONE, int(st.holders[holder, s.H_CARDS])
    while one != s.NONE and cards[one, s.C_SINCE] > since:
        before, one = one, int(cards[one, s.C_NEXT_HELD])
    cards[card, s.C_NEXT_HELD] = one
    if before == s.NONE:
        st.holders[holder, s.H_CARDS] = card
    else:
        cards[before, s.C_NEXT_HELD] = card


def _take_out(st: State, card: int, kind: int) -> None:
    """The card leaves the chains of the holder and the phone card it was told of before."""
    line = st.cards[card]
    st.holders[line[s.C_HOLDER], s.H_ACCOUNTS + kind] -= 1
    _unchain(st, st.holders[line[s.C_HOLDER]], (s.H_CARDS, s.C_NEXT_HELD), card)
    if line[s.C_BOUND] >= 0:
        _unchain(st, st.cards[line[s.C_BOUND]], (s.C_BOUND_HEAD, s.C_NEXT_BOUND), card)


def _unchain(st: State, head: Any, columns: tuple[int, int], card: int) -> None:
    first, after = columns
    one = int(head[first])
    if one == card:
        head[first] = st.cards[card, after]
        return
    while int(st.cards[one, after]) != card:
        one = int(st.cards[one, after])
    st.cards[one, after] = st.cards[card, after]
