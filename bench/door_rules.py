"""The rule engine beside the live door: zen-engine with 33 rules of the obvious kind over counters in dicts."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

HOUR_S, DAY_S = 3_600, 86_400
SIDES = ("payer", "payee")
# what is looked at, and from where on: each asks for more the higher it is
LADDERS: dict[str, tuple[int, int, int]] = {
    "amount_fen": (500_000, 2_000_000, 10_000_000),
    "payer_hour_count": (5, 10, 20),
    "payer_hour_fen": (1_000_000, 5_000_000, 20_000_000),
    "payer_day_count": (20, 50, 100),
    "payer_day_fen": (5_000_000, 20_000_000, 50_000_000),
    "payee_hour_count": (5, 10, 20),
    "payee_hour_fen": (1_000_000, 5_000_000, 20_000_000),
    "payee_day_count": (20, 50, 100),
    "payee_day_fen": (5_000_000, 20_000_000, 50_000_000),
    "passed_share": (50, 80, 95),
    "night_fen": (500_000, 2_000_000, 5_000_000),
}
ANSWERS = ("verify_transaction", "delay_settlement", "suspend")


def _decision() -> Any:
    """A decision table with a row a step of each ladder, the strictest first; what none meets is let pass."""
    import zen

    rules = [
        {"_id": f"{name}-{step}", name: f">= {LADDERS[name][step]}", "answer": f"'{ANSWERS[step]}'"}
        for step in (2, 1, 0)
        for name in LADDERS
    ]
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "field": name, "name": name} for name in LADDERS],
        "outputs": [{"id": "answer", "field": "answer", "name": "answer"}],
        "rules": [*rules, {"_id": "else", "answer": "'allow'"}],
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "rules", "type": "decisionTableNode", "name": "rules", "content": table},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
        {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
    ]
    return zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))


class Rules:
    """The obvious rule service: JSON, counters in dicts, a decision table; nothing survives a crash."""

    def __init__(self) -> None:
        self.decision = _decision()
        self.seen: dict[tuple[str, str], deque[tuple[float, int]]] = defaultdict(deque)

    def take(self, raws: Sequence[bytes]) -> list[str]:
        return [self.decision.evaluate(self._facts(raw))["result"]["answer"] for raw in raws]

    def _facts(self, raw: bytes) -> dict[str, int]:
        told = msgspec.json.decode(raw)
        when, amount = datetime.fromisoformat(told["at"]), told["amount_fen"]
        at, facts = when.timestamp(), {"amount_fen": amount}
        for side in SIDES:
            held = self.seen[side, told[f"{side}_id"]]
            while held and held[0][0] < at - DAY_S:
                held.popleft()
            lately = [fen for since, fen in held if since >= at - HOUR_S]
            facts[f"{side}_day_count"], facts[f"{side}_day_fen"] = (
                len(held),
                sum(f for _, f in held),
            )
            facts[f"{side}_hour_count"], facts[f"{side}_hour_fen"] = len(lately), sum(lately)
            held.append((at, amount))
        into = self.seen["payee", told["payer_id"]]
        received = sum(fen for since, fen in into if since >= at - DAY_S)
        facts["passed_share"] = min(100 * received // max(amount, 1), 100)
        facts["night_fen"] = amount if when.hour in {15, 16, 17, 18, 19, 20, 21} else 0  # UTC
        return facts
