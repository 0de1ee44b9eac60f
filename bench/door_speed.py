"""Decisions of the live door in process, durable, beside a plain scikit-learn service and a rule engine."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections import defaultdict, deque
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from door_rules import Rules
from measure import keep, show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

START = datetime(2026, 6, 1, tzinfo=UTC)
HOUR_S, DAY_S = 3_600, 86_400


class Silent:
    """Progress that shows nothing."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        del name
        yield

    def advance(self, done: int, total: int) -> None:
        pass


def lines(count: int, cards: int) -> list[bytes]:
    """Transfers as they come over a wire, a third of them to one merchant's account, a hub."""
    rng = np.random.default_rng(11)
    payer, payee = rng.integers(0, cards, count), rng.integers(0, cards, count)
    payee = np.where(rng.random(count) < 0.3, cards, payee)
    amount = rng.lognormal(9, 1.5, count).astype(int) + 1
    return [
        msgspec.json.encode(
            {
                "kind": "transfer",
                "transfer_id": f"t{n}",
                "at": START + timedelta(seconds=n),
                "payer_id": f"a{payer[n]}",
                "payee_id": f"a{payee[n]}",
                "amount_fen": int(amount[n]),
                "channel": "mobile",
                "payer_balance_fen": int(amount[n]) * 3,
                "memo_kind": "personal",
            }
        )
        for n in range(count)
    ]


def ordinary(count: int, cards: int) -> list[bytes]:
    """Transfers as in life: people pay shops and the few people they know; one card in 500 is used by a ring.

    The ring's cards take part in two of a hundred transfers: strangers pay them, they pay strangers.
    """
    rng = np.random.default_rng(12)
    payer, which = rng.integers(0, cards, count), rng.integers(0, 10, count)
    amount = rng.lognormal(8.3, 1, count).astype(int) + 1
    made = []
    for n in range(count):
        one, kind = int(payer[n]), int(which[n])
        shop = kind > 1
        payee = (
            f"MERCHANT:{(one * 13 + kind) % 200}" if shop else f"a{(one * 7 + kind + 1) % cards}"
        )
        ring = f"a{n // 50 % (cards // 500) * 499}"
        if n % 50 in {20, 21}:
            shop, amount[n] = False, amount[n] * 40
            payee, payer_id = (ring, f"a{one}") if n % 50 == 20 else (f"a{one}", ring)
        else:
            payer_id = f"a{one}"
        made.append(
            msgspec.json.encode(
                {
                    "kind": "transfer",
                    "transfer_id": f"o{n}",
                    "at": START + timedelta(seconds=90 * n),
                    "payer_id": payer_id,
                    "payee_id": payee,
                    "amount_fen": int(amount[n]),
                    "channel": "qr" if shop else "mobile",
                    "payer_balance_fen": 2_000_000 + one * 7_919 % 5_000_000,
                    "memo_kind": "purchase" if shop else "personal",
                }
            )
        )
    return made


class Plain:
    """The obvious service: JSON, counters in dicts, scikit-learn, one threshold; nothing survives a crash."""

    def __init__(self) -> None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        rng = np.random.default_rng(3)
        X = rng.random((5_000, 8))
        self.model = HistGradientBoostingClassifier(max_iter=300, max_leaf_nodes=31)
        self.model.fit(X, X[:, 0] + X[:, 3] > 1.2)
        self.seen: dict[tuple[str, str], deque[tuple[float, int]]] = defaultdict(deque)

    def take(self, raws: Sequence[bytes]) -> list[str]:
        rows = []
        for raw in raws:
            told = msgspec.json.decode(raw)
            at = datetime.fromisoformat(told["at"]).timestamp()
            row = []
            for side in ("payer", "payee"):
                held = self.seen[side, told[f"{side}_id"]]
                while held and held[0][0] < at - DAY_S:
                    held.popleft()
                lately = [amount for when, amount in held if when >= at - HOUR_S]
                row += [len(held), sum(a for _, a in held), len(lately), sum(lately)]
                held.append((at, told["amount_fen"]))
            rows.append(row)
        scores = self.model.predict_proba(np.array(rows, float))[:, 1]
        return ["allow" if score < 0.5 else "verify_transaction" for score in scores]


def _door(folder: Path) -> Any:
    from duanka.intercept.events import ANSWERED
    from duanka.intercept.opening_up import judges_of, open_door
    from duanka.jobs.judges import default_folder, load_judge
    from duanka.policy.dated import load

    models = {k: load_judge(default_folder(), k, "default").model for k in ANSWERED}
    return open_door(folder, judges_of(load(), models), say=Silent())


def _ours(door: Any) -> Callable[[Sequence[bytes]], Any]:
    from duanka.intercept.events import decode

    now = int((START + timedelta(days=300)).timestamp()) * 1_000_000
    return lambda raws: door.take([decode(raw) for raw in raws], now_us=now)


def _paced(
    take: Callable[[Sequence[bytes]], Any], raws: list[bytes], size: int
) -> dict[str, float]:
    """CPU microseconds an event, and the median and slowest of a hundred of a call by the clock."""
    parts = [raws[at : at + size] for at in range(0, len(raws), size)]
    wall, cpu = [], []
    for part in parts:
        before, busy = time.perf_counter_ns(), time.process_time_ns()
        take(part)
        cpu.append((time.process_time_ns() - busy) / 1_000 / len(part))
        wall.append((time.perf_counter_ns() - before) / 1_000)
    spent = sum(one * len(part) for one, part in zip(cpu, parts, strict=True)) / 1e6
    return {
        "a_cpu_second": len(raws) / spent,
        "cpu_us": 1e6 * spent / len(raws),
        "cpu_us_best_tenth": float(np.quantile(cpu, 0.1)),
        "wall_median_us": statistics.median(wall),
        "wall_p99_us": float(np.quantile(wall, 0.99)),
    }


def _host(folder: Path, name: str, raws: list[bytes], warm: int) -> dict[str, Any]:
    """The figures of one host on one stream, the first events of which it has seen before."""
    ones = (len(raws) - warm) // 8
    if name == "ours":
        with _door(folder) as door:
            take = _ours(door)
            for at in range(0, warm, 1_024):
                take(raws[at : min(at + 1_024, warm)])
            found = _both(take, raws[warm:], ones)
            again = _ours(door)(raws[-1_000:])
        assert all(one.duplicate for one in again)
        found["explained"] = sum(bool(one.reasons) for one in again) / len(again)
        return found
    take = Plain().take if name == "scikit-learn and dicts" else Rules().take
    take(raws[:warm])
    return _both(take, raws[warm:], ones)


def _both(take: Callable[[Sequence[bytes]], Any], raws: list[bytes], ones: int) -> dict[str, Any]:
    return {
        "64 at a time": _paced(take, raws[:-ones], 64),
        "one at a time": _paced(take, raws[-ones:], 1),
    }


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    count, cards = (6_400, 2_000) if quick else (32_000, 4_000)
    streams = {"as in life": ordinary(2 * count, cards), "strangers": lines(2 * count, cards)}
    found: dict[str, Any] = {}
    for stream, raws in streams.items():
        for name in ("ours", "scikit-learn and dicts", "zen-engine and dicts"):
            folder = Path(tempfile.mkdtemp(prefix="duanka-door-"))
            try:
                found[f"{stream}: {name}"] = _host(folder, name, raws, count)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    show(
        f"the live door: {count:,} transfers in 64s and one by one, after as many that it has seen",
        [
            "stream: who, how",
            "a CPU-second",
            "CPU us each",
            "best tenth",
            "wall us a call, median",
            "p99",
        ],
        [
            [f"{who}, {how}", *told.values()]
            for who, by in found.items()
            for how, told in by.items()
            if isinstance(told, dict)
        ],
        note="best tenth: of the calls, least disturbed by whoever shares the core; ours: checked, remembered, 512 features, reasons, policy, fsync before the answer; "
        "the others, of which nothing is kept: 8 features and one threshold, or 11 facts and 33 rules",
    )
    for who, by in found.items():
        if "explained" in by:
            print(f"   {who}: {by['explained']:.1%} of the last thousand were given reasons")
    keep("speed_door", found)
    return found
