"""Streaming and batch features beside snapml, Polars and DuckDB, on the same transfers in one run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

import peers
import public_sets
from duanka.features import flags as f
from duanka.features import kernel, replay, transfers, vectors
from duanka.features.carry import WIDTH, WORDS, carry, learn, look
from duanka.features.spec import Aggregate, Op
from measure import keep, paired, peer_missing, show, timed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from duanka.features.replay import Events

    Ints = NDArray[np.int64]

MONTH_US = 30 * 86_400 * 1_000_000
TOUCH_AHEAD = 4
"""So many transfers ahead a host asks for the rows, which it does not have in the cache."""

_SIDES = (("in", f.IN), ("out", f.OUT))
_FOUR = ("1h", "1d", "7d", "30d")


def _of(stem: str, op: Op, windows: tuple[str, ...], need: int, value: str = "value") -> Aggregate:
    return Aggregate(stem, op, windows, "", "", "money", need=need, value=value)


_CLASSIC = (
    *(
        _of(f"{name}_{what}", op, _FOUR, side | need)
        for name, side in _SIDES
        for what, op, need in (
            ("count", "count", f.OK),
            ("total", "total", f.OK),
            ("largest", "largest", f.OK),
            ("distinct", "distinct", 0),
            ("first_count", "count", f.OK | f.FIRST),
            ("first_total", "total", f.OK | f.FIRST),
        )
    ),
    *(
        _of(value, "total", _FOUR, f.OUT | f.OK, value)
        for value in ("passed_1h", "passed_1d", "dwell_s")
    ),
    _of("active", "active", _FOUR, f.OK),
    *(_of(f"{name}_returned", "count", ("30d",), side | f.RETURNED) for name, side in _SIDES),
    _of("after_small", "count", ("30d",), f.AFTER_SMALL),
)
CLASSIC, CLASSIC_NAMES = kernel.compile_layout(_CLASSIC, lot_count=16)
"""What the aim of 1.0 M/s is set for: 72 features of windows and rings, and nothing carried."""


@dataclass(frozen=True)
class Flow:
    """Transfers in order of time, accounts dense.

    Units: `at` microseconds, `value` fen.
    """

    name: str
    payer: Ints
    payee: Ints
    at: Ints
    value: Ints
    accounts: int

    @property
    def bits(self) -> Ints:
        """Flags as the records' reader would give them."""
        large = np.where(self.value >= 500_000, f.LARGE, 0)
        small = np.where(self.value <= 500, f.SMALL, 0)
        round_ = np.where(self.value % 10_000 == 0, f.ROUND, 0)
        hour = (self.at // 3_600_000_000 + 8) % 24
        return f.OK | large | small | round_ | np.where((hour >= 23) | (hour < 6), f.NIGHT, 0)

    def first(self, count: int) -> Flow:
        """The same, shortened."""
        short = {k: getattr(self, k)[:count] for k in ("payer", "payee", "at", "value")}
        return replace(self, **short)


def of_set(name: str) -> Flow:
    """A public set."""
    held = public_sets.load(name)
    edges = held.edges
    payer, payee = edges[:, 1].astype(np.int64), edges[:, 2].astype(np.int64)
    at = held.transfer["at"].dt.timestamp("us").to_numpy()
    size = int(max(payer.max(), payee.max())) + 1
    return Flow(name, payer, payee, at, held.transfer["amount_fen"].to_numpy(), size)


def generated(count: int, accounts: int, *, hub_share: float, seed: int = 7) -> Flow:
    """Transfers of two months; `hub_share` of them have one of ten hubs on a side."""
    rng = np.random.default_rng(seed)
    at = np.sort(rng.integers(0, 2 * MONTH_US, count)) + 1_700_000_000_000_000
    payer, step_to = rng.integers(0, accounts, count), rng.integers(1, accounts, count)
    payee = (payer + step_to) % accounts
    hub = rng.random(count) < hub_share
    hubs = rng.integers(0, 10, count)
    payee = np.where(hub & (payer != hubs), hubs, payee)
    value = np.exp(rng.normal(10, 1.5, count)).astype(np.int64) + 1
    name = f"generated, {hub_share:.0%} with a hub" if hub_share else "generated, no hubs"
    return Flow(name, payer, payee, at, value, accounts)


@nb.njit(nogil=True)
def live(rows, lots, lay, flow, out):  # type: ignore[no-untyped-def]
    """Ask both accounts, then tell both, as a live host would; answers go round in `out`.

    What happened at the very instant of a question is held back until the instant is over.
    """
    payer, payee, at, value, bits = flow
    scratch = np.zeros(kernel.SCRATCH, dtype=np.int64)
    source = np.full((at.size, 2), -1, dtype=np.int64)
    held = 0
    for i in range(at.size):
        ahead = min(i + TOUCH_AHEAD, at.size - 1)
        kernel.touch(rows[payer[ahead]], lay)
        kernel.touch(rows[payee[ahead]], lay)
        while at[held] < at[i]:
            j, one, two = held, payer[held], payee[held]
            if one != two:
                learn(lots[two], one, at[j], value[j], bits[j], source[j])
            kernel.add(rows[one], lay, at[j], at[j], two, value[j], bits[j] | f.OUT, scratch)
            kernel.add(rows[two], lay, at[j], at[j], one, value[j], bits[j] | f.IN, scratch)
            held += 1
        spot = i % out.shape[0]
        one, two = payer[i], payee[i]
        kernel.answer(rows[one], lay, at[i], out[spot, 0])
        kernel.answer(rows[two], lay, at[i], out[spot, 1])
        if one != two:
            carried, near, far = look(lots[one], lots[two], one, two, at[i], value[i])
            bits[i] |= carried
            source[i, 0], source[i, 1] = near, far
    return held


@nb.njit(nogil=True)
def live_classic(rows, lay, flow, out):  # type: ignore[no-untyped-def]
    """The same for a stream that carries nothing."""
    payer, payee, at, value, bits = flow
    scratch = np.zeros(kernel.SCRATCH, dtype=np.int64)
    held = 0
    for i in range(at.size):
        ahead = min(i + TOUCH_AHEAD, at.size - 1)
        kernel.touch(rows[payer[ahead]], lay)
        kernel.touch(rows[payee[ahead]], lay)
        while at[held] < at[i]:
            j, one, two = held, payer[held], payee[held]
            kernel.add(rows[one], lay, at[j], at[j], two, value[j], bits[j] | f.OUT, scratch)
            kernel.add(rows[two], lay, at[j], at[j], one, value[j], bits[j] | f.IN, scratch)
            held += 1
        spot = i % out.shape[0]
        kernel.answer(rows[payer[i]], lay, at[i], out[spot, 0])
        kernel.answer(rows[payee[i]], lay, at[i], out[spot, 1])
    return held


class Classic:
    """The rows of every account in memory, for the 72 features of the aim."""

    def __init__(self, flow: Flow, keep_answers: int = 64) -> None:
        self.flow = flow
        self.rows = np.empty((flow.accounts, CLASSIC.width), np.int64)
        self.out = np.zeros((keep_answers, 2, len(CLASSIC_NAMES)), np.int64)
        self.clean()

    def clean(self) -> None:
        """Rows that have seen nothing."""
        _clear(self.rows, CLASSIC)

    def run(self) -> None:
        """The whole flow."""
        t = self.flow
        live_classic(self.rows, CLASSIC, (t.payer, t.payee, t.at, t.value, t.bits), self.out)


class Host:
    """The rows of every account in memory, for the whole stream of transfers."""

    def __init__(self, flow: Flow, keep_answers: int = 64) -> None:
        self.flow = flow
        self.rows = np.empty((flow.accounts, transfers.LAYOUT.width), np.int64)
        self.lots = np.zeros((flow.accounts, WIDTH), np.int64)
        self.out = np.zeros((keep_answers, 2, len(transfers.NAMES)), np.int64)
        self.clean()

    def clean(self) -> None:
        """Rows that have seen nothing."""
        _clear(self.rows, transfers.LAYOUT)
        self.lots[:] = 0
        self.lots[:, 1::WORDS] = kernel.NEVER

    def run(self) -> None:
        """The whole flow."""
        t = self.flow
        given = (t.payer, t.payee, t.at, t.value, t.bits)
        live(self.rows, self.lots, transfers.LAYOUT, given, self.out)


@nb.njit
def _clear(rows, lay):  # type: ignore[no-untyped-def]
    for i in range(rows.shape[0]):
        kernel.clear(rows[i], lay)


def events_of(flow: Flow) -> Events:
    """The same flow as the batch host's events."""
    from duanka.features.moves import Moves

    none = np.full(flow.at.size, -1)
    moves = Moves(flow.at, flow.payer, flow.payee, flow.value, flow.bits, none, none, none)
    yes = np.ones(flow.at.size, np.bool_)
    bits = flow.bits | carry(flow.payer, flow.payee, flow.at, flow.value, yes, flow.accounts)
    return transfers.two_sided(moves, bits, bits, (yes, yes))


def batch(events: Events, flow: Flow) -> list[NDArray[np.float32]]:
    """The batch host's answers about payer and payee of every transfer."""
    return [
        replay.answer(
            events, replay.ask(side, flow.at, events), transfers.LAYOUT,
            names=transfers.NAMES, dtype=np.float32,
        )
        for side in (flow.payer, flow.payee)
    ]  # fmt: skip


def check_agreement(flow: Flow) -> None:
    """Nothing, if the live loop and the batch host answer the same; what is timed is what is used."""
    short = flow.first(20_000)
    host = Host(short, keep_answers=20_000)
    host.run()
    for at, answers in enumerate(batch(events_of(short), short)):
        told = host.out[:, at].astype(np.float32)
        assert np.array_equal(told[: len(answers)], answers), "live and batch answers differ"
    classic = Classic(short, keep_answers=20_000)
    classic.run()
    events = events_of(short)
    for at, side in enumerate((short.payer, short.payee)):
        asked = replay.ask(side, short.at, events)
        answers = replay.answer(events, asked, CLASSIC, names=CLASSIC_NAMES)
        told = classic.out[: len(answers), at]
        assert np.array_equal(told, answers), "live and batch answers differ"


def streaming(flows: list[Flow], *, times: int, peer_rows: int) -> list[dict[str, Any]]:
    """Rates of the live loop and of snapml in batches, taking turns."""
    found = []
    without = peer_missing()
    for flow in flows:
        host = Host(flow)
        classic = Classic(flow)
        calls: dict[str, Callable[[], Any]] = {"duanka": host.run, "duanka, 72": classic.run}
        warm = min(peer_rows, flow.at.size // 2)
        count = min(peer_rows, flow.at.size - warm)
        if not without:
            edges = np.column_stack(
                [np.arange(flow.at.size), flow.payer, flow.payee, flow.at // 1_000_000, flow.value]
            ).astype(np.float64)[: warm + count]
            calls["snapml"] = _snapml(edges, warm)
        spent = _turns((host, classic), calls, times)
        rate = {name: flow.at.size / spent[name] for name in ("duanka", "duanka, 72")}
        if "snapml" in spent:
            rate["snapml"] = count / spent["snapml"]
        found.append({"flow": flow.name, "transfers": int(flow.at.size), "per_cpu_s": rate})
    return found


def _snapml(edges: NDArray[np.float64], warm: int) -> Callable[[], Any]:
    return lambda: peers.snapml_features(edges, warm=warm, how="quick")


def _turns(
    hosts: tuple[Host, Classic], calls: dict[str, Callable[[], Any]], times: int
) -> dict[str, float]:
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(times):
        for host in hosts:
            host.clean()
        for name, call in calls.items():
            spent[name].append(timed(call, 1).cpu_s)
    return {name: float(np.median(seconds)) for name, seconds in spent.items()}


_PAIRS: tuple[tuple[str, Op], ...] = (("count", "count"), ("total", "total"))
_PLAIN = tuple(
    Aggregate(f"{name}_{what}", op, peers.WINDOWS, "", "", "money", need=side)
    for name, side in _SIDES
    for what, op in _PAIRS
)
PLAIN_LAYOUT, PLAIN_NAMES = kernel.compile_layout(_PLAIN, contact_count=1)


def plain_batch(events: Events, flow: Flow) -> list[NDArray[np.float32]]:
    """Only the 20 columns that the peers compute here."""
    return [
        replay.answer(
            events,
            replay.ask(side, flow.at, events),
            PLAIN_LAYOUT,
            names=PLAIN_NAMES,
            dtype=np.float32,
        )
        for side in (flow.payer, flow.payee)
    ]


def history(flow: Flow, *, times: int, duckdb_rows: int) -> dict[str, Any]:
    """Rates of the batch host with the full set beside 20 plain columns by Polars and DuckDB."""
    short = flow.first(duckdb_rows)
    events = events_of(flow)
    spent = paired(
        {
            "duanka, the full set": lambda: batch(events, flow),
            "duanka, the peers' columns": lambda: plain_batch(events, flow),
            "polars rolling": lambda: peers.polars_rolling(
                flow.payer, flow.payee, flow.at, flow.value
            ),
            "duckdb windows": lambda: peers.duckdb_windows(
                short.payer, short.payee, short.at, short.value
            ),
        },
        times,
    )
    sizes = dict.fromkeys(spent, flow.at.size) | {"duckdb windows": short.at.size}
    return {name: sizes[name] / seconds for name, seconds in spent.items()}


def whole_vectors(name: str) -> float:
    """Transfers a CPU-second from a typed table to the model's whole vectors."""
    held = public_sets.load(name)

    def work() -> object:
        asker = held.asker()
        return vectors.transfer_vectors(asker, np.arange(held.transfer.height))

    work()
    return held.transfer.height / timed(work, 2).cpu_s


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    count = 200_000 if quick else 1_000_000
    sets = [of_set(name) for name in public_sets.present()]
    flows = [*sets, *(generated(count, 20_000, hub_share=share) for share in (0.0, 0.3))]
    check_agreement(flows[0])
    check_agreement(flows[-1])
    found: dict[str, Any] = {
        "streaming": streaming(
            flows, times=1 if quick else 3, peer_rows=20_000 if quick else 60_000
        )
    }
    both = len(transfers.NAMES) * 2
    show(
        "streaming features: ask both accounts, then add (transfers a CPU-second, one core)",
        [
            "transfers", "count", f"whole stream ({both} columns)",
            f"windows and rings ({2 * len(CLASSIC_NAMES)})", "snapml (77)", "whole / snapml",
        ],
        [
            [
                told["flow"], told["transfers"], told["per_cpu_s"]["duanka"],
                told["per_cpu_s"]["duanka, 72"], told["per_cpu_s"].get("snapml"),
                told["per_cpu_s"]["duanka"] / told["per_cpu_s"].get("snapml", np.nan),
            ]
            for told in found["streaming"]
        ],
        note=f"rows of {transfers.LAYOUT.width * 8 / 1024:.1f} and {CLASSIC.width * 8 / 1024:.1f} KiB an "
        f"account in memory; aim of the second: 1.0 M/s; snapml in batches of {peers.BATCH}: fan, degree, "
        "statistics, scatter-gather, no cycles",
    )  # fmt: skip
    flow = flows[0]
    found["history"] = history(flow, times=1 if quick else 3, duckdb_rows=30_000)
    rows: list[list[Any]] = [
        [name, both if "full" in name else 40, rate] for name, rate in found["history"].items()
    ]
    if sets:
        found["whole_vectors"] = whole_vectors(sets[0].name)
        rows.append(["duanka, table to vectors", 512, found["whole_vectors"]])
    show(
        f"batch features over history: {flow.name} (transfers a CPU-second, one core)",
        ["host", "columns", "rate"], rows,
        note="the peers' columns: count and sum, in and out, five windows, for payer and payee",
    )  # fmt: skip
    keep("speed_features", found)
    return found
