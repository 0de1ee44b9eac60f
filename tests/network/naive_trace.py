"""Tracing in plain loops: every fen of an account is one coin in a line. Never imported by src."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

EXITS = ("MERCHANT:", "OVERSEAS:", "CRYPTO:")


@dataclass
class Holder:
    """Coins are True where tainted (fifo); pro-rata needs only their numbers."""

    coins: deque = field(default_factory=deque)
    balance: int = 0
    taint: int = 0
    hop: int = 0
    waits: bool = False
    came: int = 0
    went: int = 0
    untraced: int = 0


def is_exit(account):
    return account == "CASH" or account.startswith(EXITS)


def moved(transfers, as_of):
    rows = [
        t
        for t in transfers
        if t["at"] < as_of and t["outcome"] != "failed" and t["payer_id"] != t["payee_id"]
    ]
    return sorted(rows, key=lambda t: t["at"])


def balances(rows):
    """(row, account) → balance before the row; account → last balance."""
    before, closing = {}, {}
    for account in {t[side] for t in rows for side in ("payer_id", "payee_id")}:
        events = []
        for i, t in enumerate(rows):
            if t["payer_id"] == account:
                told = t["payer_balance_fen"]
                had = None if told is None else max(told, 0) + t["amount_fen"]
                events.append((i, -t["amount_fen"], had))
            if t["payee_id"] == account:
                told = t["payee_balance_fen"]
                had = None if told is None else max(told - t["amount_fen"], 0)
                events.append((i, t["amount_fen"], had))
        first = next((n for n, e in enumerate(events) if e[2] is not None), None)
        held = 0
        if first is not None:
            held = events[first][2]
            for _, change, _ in reversed(events[:first]):
                held = max(held - change, 0)
        for i, change, had in events:
            held = max(held, -change) if had is None else had
            before[i, account] = held
            held += change
        closing[account] = held
    return before, closing


def loss_of(rows, lead, horizon):
    """Row → what of it was lost; and how that was found."""
    into = [
        (i, t)
        for i, t in enumerate(rows)
        if t["payee_id"] == lead["card_id"]
        and lead["issued_at"] - horizon <= t["at"] < lead["issued_at"]
    ]
    loss = lead["loss_fen"]
    if not into:
        return {}, "none"
    if loss is None:
        i, t = max(into, key=lambda e: (e[1]["amount_fen"], e[0]))
        return {i: t["amount_fen"]}, "largest"
    for i, t in reversed(into):
        if t["amount_fen"] == loss:
            return {i: loss}, "exact"
    for _, last in reversed(into):
        mine = {i: t["amount_fen"] for i, t in into if t["payer_id"] == last["payer_id"]}
        if sum(mine.values()) == loss:
            return mine, "one_payer"
    lost = {}
    for i, t in reversed(into):
        lost[i] = min(t["amount_fen"], loss - sum(lost.values()))
    lost = {i: fen for i, fen in lost.items() if fen > 0}
    return lost, "latest" if lost else "none"


class Walk:
    def __init__(self, rows, lead, settings, horizon):
        self.rows = rows
        self.s = settings
        self.fifo = settings.attribution == "fifo"
        self.before, self.closing = balances(rows)
        self.lost, self.match = loss_of(rows, lead, horizon)
        self.victims = {rows[i]["payer_id"] for i in self.lost}
        self.holders = {}
        self.flow = []
        self.edges = 0
        self.cut = False

    def run(self):
        for i, t in enumerate(self.rows):
            if self.fifo:
                self.settle_both(i, t)
            payer = self.holders.get(t["payer_id"])
            if i in self.lost:
                coins = [True] * self.lost[i] + [False] * (t["amount_fen"] - self.lost[i])
                self.flow.append((1, i, self.lost[i], self.receive(i, self.lost[i], coins, 1)))
            elif self.fifo:
                self.pay_in_turn(i, t, payer)
            elif payer and payer.waits and not self.cut:
                if self.edges == self.s.budget_edges:
                    self.cut = True
                    continue
                self.edges += 1
                self.pay(i, payer)
        for account, h in self.holders.items():
            if h.taint:
                self.set_balance(h, self.closing[account])
        return self

    def settle_both(self, i, t):
        """First in first out knows one order of an account's fen: every row of it sets the balance."""
        for side in ("payer_id", "payee_id"):
            if t[side] in self.holders:
                self.set_balance(self.holders[t[side]], self.before[i, t[side]])

    def pay_in_turn(self, i, t, h):
        tainted, coins = self.take(h, t["amount_fen"]) if h else (0, [])
        hop = None
        if tainted and h.waits and self.edges >= self.s.budget_edges:
            self.cut = True
        if tainted and h.waits and not self.cut:
            self.edges += 1
            if tainted >= self.s.min_tainted_fen and h.hop < self.s.max_hops:
                hop = h.hop + 1
                h.went += tainted
                self.flow.append((hop, i, tainted, self.receive(i, tainted, coins, hop)))
        if hop is None and h:
            h.untraced += tainted
        if hop is None and t["payee_id"] in self.holders:
            other = self.holders[t["payee_id"]]
            other.coins.extend([False] * t["amount_fen"])
            other.balance += t["amount_fen"]
        if tainted and h.waits and not self.cut:
            self.keep(i, t["payer_id"])

    def pay(self, i, h):
        h.waits = False
        self.set_balance(h, self.before[i, self.rows[i]["payer_id"]])
        tainted, coins = self.take(h, self.rows[i]["amount_fen"])
        if tainted and tainted >= self.s.min_tainted_fen and h.hop < self.s.max_hops:
            h.went += tainted
            hop = h.hop + 1
            self.flow.append((hop, i, tainted, self.receive(i, tainted, coins, hop)))
        else:
            h.untraced += tainted
        self.keep(i, self.rows[i]["payer_id"])

    def receive(self, i, tainted, coins, hop):
        account = self.rows[i]["payee_id"]
        if is_exit(account) or account in self.victims:
            return True
        h = self.holders.setdefault(account, Holder())
        self.set_balance(h, self.before[i, account])
        h.hop = hop if h.taint == 0 else min(h.hop, hop)
        h.came += tainted
        h.taint += tainted
        h.balance += self.rows[i]["amount_fen"]
        h.coins.extend(coins)
        if not h.waits:
            self.keep(i, account)
        return all(t["payer_id"] != account for t in self.rows)

    def keep(self, i, account):
        h = self.holders[account]
        if h.taint < max(self.s.min_tainted_fen, 1):
            h.untraced += h.taint
            h.taint = h.balance = 0
            h.waits = False
            h.coins.clear()
        else:
            h.waits = self.pays_on(account, i)
            if h.waits and self.edges >= self.s.budget_edges:
                self.cut = True

    def pays_on(self, account, i):
        """Whether a later payment is to be looked at: any; first in first out, one that carries lost money."""
        later = [(j, t) for j, t in enumerate(self.rows) if j > i]
        if not self.fifo:
            return any(t["payer_id"] == account for _, t in later)
        h = self.holders[account]
        line = Holder(deque(h.coins), h.balance, h.taint)
        for j, t in later:
            if account not in {t["payer_id"], t["payee_id"]}:
                continue
            self.set_balance(line, self.before[j, account])
            if t["payer_id"] == account and self.take(line, t["amount_fen"])[0]:
                return True
            if t["payee_id"] == account:
                line.coins.extend([False] * t["amount_fen"])
                line.balance += t["amount_fen"]
        return False

    def set_balance(self, h, balance):
        if balance > h.balance:
            h.coins.extend([False] * (balance - h.balance))
            h.balance = balance
        elif balance < h.balance:
            h.untraced += self.take(h, h.balance - balance)[0]

    def take(self, h, fen):
        if self.fifo:
            coins = [h.coins.popleft() for _ in range(fen)]
            tainted = sum(coins)
        else:
            coins = []
            tainted = fen * h.taint // h.balance
        h.taint -= tainted
        h.balance -= fen
        return tainted, coins


def trace(transfers, leads, as_of, settings, horizon):
    """Flow rows, holdings and ends, each a sorted list of tuples, as `duanka.network.trace` gives."""
    rows = moved(transfers, as_of)
    flow, holding, ends = [], [], []
    for lead in leads:
        if lead["card_kind"] != "account" or not lead["issued_at"] < as_of:
            continue
        walk = Walk(rows, lead, settings, horizon).run() if not is_exit(lead["card_id"]) else None
        if walk is None:
            continue
        name = lead["lead_id"]
        for hop, i, tainted, terminal in walk.flow:
            t = rows[i]
            ids = (t["transfer_id"], t["payer_id"], t["payee_id"])
            flow.append((name, hop, *ids, t["at"], t["amount_fen"], tainted, terminal))
        for account, h in walk.holders.items():
            holding.append((name, account, h.came, h.went, h.taint, h.untraced))
        ends.append((name, sum(walk.lost.values()), walk.match, walk.edges, walk.cut))
    flow.sort(key=lambda r: (r[0], r[1], r[5], r[2]))
    return flow, sorted(holding), sorted(ends)
