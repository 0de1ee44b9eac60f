"""Rows of the contract as lines of numbers: every id gets a number when it is first named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from duanka.features import flags as f
from duanka.features import live_state as s
from duanka.features.asking import EAST_H
from duanka.features.cards import RESERVED
from duanka.features.live_around import NIGHT_FROM_H, NIGHT_UNTIL_H
from duanka.features.moves import LEFT_PARTS, PROTECTED
from duanka.features.spec import HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping

    Row = Mapping[str, Any]
    Line = tuple[int, ...]

MEMOS: dict[str | None, int] = dict.fromkeys(PROTECTED, f.PROTECTED)
CHANNELS: dict[str | None, int] = {
    "atm": f.MACHINE,
    "counter": f.MACHINE,
    "qr": f.SCANNED,
    "pos": f.SCANNED,
}
MESSAGES = {"code": f.CODE, "bulk": f.BULK, "personal": f.PERSONAL}
OF_ID = dict(
    zip(
        RESERVED,
        (f.CASH, f.MERCHANT, f.OVERSEAS, f.CRYPTO | f.FROM_CRYPTO),
        strict=True,
    )
)
CARD_KINDS = ("account", "sim")
KINDS = ("holders", "devices", "networks", "terminals", "staff", "outlets")
# ids of one shape: devices and networks are hosts, terminals, staff and outlets are desks
HOSTS, DESKS = ("devices", "networks"), ("terminals", "staff", "outlets")


class Names:
    """The numbers of all ids ever named. A number, once given, stays."""

    def __init__(self) -> None:
        self.cards: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self.of: dict[str, dict[str, int]] = {kind: {} for kind in KINDS}
        self.new_cards: list[tuple[int, int, int]] = []
        """Cards named since the last look: number, kind (0 account, 1 sim), bits that the id says."""
        self.host_names: list[str] = []

    def card(self, kind: int, name: str) -> int:
        """The card's number; accounts and phone cards share one count."""
        found = self.cards[kind].get(name)
        if found is None:
            found = self.cards[kind][name] = self.card_count
            self.new_cards.append((found, kind, 0 if kind else bits_of(name)))
        return found

    @property
    def card_count(self) -> int:
        """How many cards there are."""
        return len(self.cards[0]) + len(self.cards[1])

    def number(self, kind: str, name: str | None) -> int:
        """The number of a holder, a terminal, a member of staff or an outlet; -1 for none."""
        if name is None:
            return -1
        book = self.of[kind]
        found = book.get(name)
        if found is None:
            found = book[name] = self.count(DESKS) if kind in DESKS else len(book)
        return found

    def host(self, kind: str, name: str | None) -> int:
        """The number of a device or a network, which share one count; -1 for none."""
        if name is None:
            return -1
        found = self.of[kind].get(name)
        if found is None:
            found = self.of[kind][name] = len(self.host_names)
            self.host_names.append(name)
        return found

    def count(self, kinds: tuple[str, ...]) -> int:
        """How many ids of these kinds there are."""
        return sum(len(self.of[kind]) for kind in kinds)

    def save(self) -> dict[str, Any]:
        """Every id by kind, and beside it their numbers."""
        books = [*zip(CARD_KINDS, self.cards, strict=True), *self.of.items()]
        return {
            "ids": {kind: list(book) for kind, book in books},
            "numbers": {kind: np.array(list(book.values()), np.int64) for kind, book in books},
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Take up what `save` gave."""
        ids, numbers = saved["ids"], saved["numbers"]
        books = {kind: dict(zip(ids[kind], numbers[kind].tolist(), strict=True)) for kind in ids}
        self.cards = (books["account"], books["sim"])
        self.of = {kind: books[kind] for kind in KINDS}
        self.new_cards = []
        hosts = [(number, name) for kind in HOSTS for name, number in books[kind].items()]
        self.host_names = [name for _, name in sorted(hosts)]


def bits_of(account: str) -> int:
    """What an account's id says of transfers with it: cash, a merchant, abroad, a crypto venue; else 0."""
    if account == RESERVED[0]:
        return OF_ID[account]
    return next((OF_ID[p] for p in RESERVED[1:] if account.startswith(p)), 0)


def night(at: int) -> int:
    """NIGHT from 23:00 to 06:00 in Asia/Shanghai, else no bit."""
    hour = (at // HOUR + EAST_H) % 24
    return f.NIGHT if hour >= NIGHT_FROM_H or hour < NIGHT_UNTIL_H else 0


def transfer(names: Names, row: Row) -> Line:
    """A transfer; what can be computed from numbers is left to compiled code."""
    get = row.get
    amount, balance = row["amount_fen"], get("payer_balance_fen")
    bits = MEMOS.get(get("memo_kind"), 0) | CHANNELS.get(get("channel"), 0)
    if get("outcome") != "failed":
        bits |= f.OK
    if balance is not None and balance * LEFT_PARTS <= amount:
        bits |= f.EMPTIED
    known, payer_id, payee_id = names.cards[0], row["payer_id"], row["payee_id"]
    payer = known.get(payer_id)
    if payer is None:
        payer = names.card(0, payer_id)
    payee = known.get(payee_id)
    if payee is None:
        payee = names.card(0, payee_id)
    device = names.host("devices", get("device_id"))
    return (s.TRANSFER, row["at"], payer, payee, amount, bits, device, -1, -1, -1, -1, -1, 0, 0, -1)


def call(names: Names, row: Row) -> Line:
    """A call."""
    get = row.get
    length, answered = row["duration_s"], get("answered")
    bits = f.OK if (length > 0 if answered is None else answered) else 0
    if get("roaming"):
        bits |= f.ROAMING
    caller, callee = names.card(1, row["caller_id"]), names.card(1, row["callee_id"])
    device = names.host("devices", get("device_id"))
    return (s.CALL, row["at"], caller, callee, length, bits, device, -1, -1, -1, -1, -1, 0, 0, -1)


def message(names: Names, row: Row) -> Line:
    """A message."""
    bits = MESSAGES.get(row.get("message_kind") or "", 0) | f.OK
    sender, receiver = names.card(1, row["sender_id"]), names.card(1, row["receiver_id"])
    device = names.host("devices", row.get("device_id"))
    return (s.MESSAGE, row["at"], sender, receiver, 0, bits, device, -1, -1, -1, -1, -1, 0, 0, -1)


def device_use(names: Names, row: Row) -> Line:
    """A card seen on a device, on a network."""
    card = names.card(CARD_KINDS.index(row["card_kind"]), row["card_id"])
    device = names.host("devices", row["device_id"])
    network = names.host("networks", row.get("network_id"))
    bits = night(row["at"]) | (f.ABROAD if row.get("abroad") else 0)
    return (s.USE, row["at"], card, -1, 0, 0, device, network, -1, -1, -1, -1, 0, bits, -1)


def opening(names: Names, row: Row) -> Line:
    """An application: companion and card stand where a transfer has the source of its money."""
    get = row.get
    bits = f.OK | night(row["at"]) | (f.SIM if row["card_kind"] == "sim" else f.ACCOUNT)
    if get("outcome") == "refused":
        bits |= f.REFUSED
    applicant, outlet = (
        names.number("holders", row["applicant_id"]),
        names.number("outlets", row["outlet_id"]),
    )
    terminal, staff = (
        names.number("terminals", get("terminal_id")),
        names.number("staff", get("staff_id")),
    )
    companion, card_id = names.number("holders", get("companion_id")), get("card_id")
    card = -1
    if card_id is not None:
        card = names.card(CARD_KINDS.index(row["card_kind"]), card_id)
    return (
        s.OPENING, row["at"], applicant, outlet, 1, bits, terminal, staff, companion, card, -1, -1, 0, 0, -1,
    )  # fmt: skip


LINES = {
    "transfer": transfer,
    "call": call,
    "message": message,
    "device_use": device_use,
    "opening": opening,
}
