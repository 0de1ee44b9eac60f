"""Leads against a register: which of ten million cards a million leads name, in the open and hidden; and questions."""

from __future__ import annotations

import resource
import sys
import time
from itertools import pairwise
from typing import Any

from measure import keep, one_thread, paired, show


def _frames(cards: int, leads: int) -> tuple[Any, Any]:
    """A register of so many cards, and so many leads, a third of which name one of them."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(7)
    ids = pl.select(pl.format("acc-{}", pl.int_range(cards))).to_series().alias("account_id")
    register = pl.DataFrame(
        {"account_id": ids, "holder_id": ids, "institution_id": pl.repeat("b", cards, eager=True)}
    )
    named = pl.Series(rng.integers(0, 3 * cards, leads))
    told = pl.DataFrame(
        {
            "lead_id": pl.select(pl.format("L{}", pl.int_range(leads))).to_series(),
            "card_kind": pl.repeat("account", leads, eager=True),
            "card_id": pl.select(pl.format("acc-{}", named)).to_series(),
            "digested": pl.repeat(False, leads, eager=True),
        }
    )
    return register, told


def matched(cards: int, leads: int) -> dict[str, float]:
    """CPU-seconds of our matching and of DuckDB's join on the same frames, in one process."""
    import duckdb

    from duanka.leads.match import cards_named

    register, told = _frames(cards, leads)
    counts: dict[str, int] = {}

    def ours() -> None:
        counts["ours"] = cards_named(told, {"account": register}).height

    def theirs() -> None:
        with duckdb.connect(config={"threads": 1}) as db:
            query = (
                "SELECT lead_id, card_id, holder_id, institution_id FROM told JOIN register "
                "ON card_id = account_id ORDER BY lead_id, card_id"
            )
            counts["duckdb"] = db.register("told", told).register("register", register).sql(query).pl().height  # fmt: skip

    spent = paired({"ours": ours, "duckdb": theirs}, times=1)
    assert counts["ours"] == counts["duckdb"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cards": cards, "leads": leads, "found": counts["ours"], **spent, "peak_mb": peak}


def hidden(cards: int, leads: int) -> float:
    """CPU-seconds to match leads whose cards are hidden: every card of ours is digested under the pair's key."""
    import polars as pl

    from duanka.leads.match import cards_named, pair_digest

    register, told = _frames(cards, leads)
    key = "a key of two parties"
    told = told.with_columns(
        card_id=pair_digest(told["card_id"], pair_key=key), digested=pl.lit(value=True)
    )
    begun = time.process_time()
    cards_named(told, {"account": register}, pair_key=key)
    return time.process_time() - begun


def questions(cards: int) -> dict[str, float]:
    """CPU of making a list ready, and of one look-up and one batch of a thousand, both sides together."""
    from duanka.leads import oprf, psi
    from duanka.leads.risk import Risk

    risk = Risk("high_risk", "money", "2026-07-01")
    risks = {f"account:A{n}": risk for n in range(cards)}
    names = [f"account:A{n}" for n in range(cards - 500, cards + 500)]
    marks = [time.process_time()]
    drawers = oprf.drawers(risks, bytes(32))
    marks.append(time.process_time())
    ready = psi.prepared(risks, most=1_000)
    marks.append(time.process_time())
    key = oprf.public_key(bytes(32))
    for name in names[450:550]:
        client, blinded = oprf.blinded(name)
        value = oprf.value_of(client, oprf.evaluated(blinded, bytes(32)), key)
        entries = drawers.held.get(oprf.place_of(value, drawers.prefix_bits), ())
        oprf.opened(value, entries, drawers.list_id)
    marks.append(time.process_time())
    client, request = psi.asked(names)
    told = psi.answered(ready, request, count=len(names))
    groups = [vars(one) | {"setup": setup} for one, setup in ready.groups]
    assert len(psi.found(client, names, told, groups)) == 500
    marks.append(time.process_time())
    spent = [after - before for before, after in pairwise(marks)]
    return {
        "cards": cards,
        "drawers_us_a_card": 1e6 * spent[0] / cards,
        "psi_us_a_card": 1e6 * spent[1] / cards,
        "look_up_ms": 1e3 * spent[2] / 100,
        "batch_of_1000_s": spent[3],
    }


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    sizes = ((1_000_000, 100_000),) if quick else ((1_000_000, 100_000), (10_000_000, 1_000_000))
    found = [matched(*size) for size in sizes]
    show(
        "leads matched with a register, by id (CPU s, one thread)",
        ["cards", "leads", "found", "ours s", "DuckDB join s", "peak MiB"],
        [[f"{t['cards']:,}", f"{t['leads']:,}", f"{t['found']:,}", t["ours"], t["duckdb"], t["peak_mb"]] for t in found],
    )  # fmt: skip
    cards = 200_000 if quick else 1_000_000
    spent = hidden(cards, cards // 10)
    show(
        "leads whose cards are hidden under a pair's key (CPU s, one thread)",
        ["cards", "s", "us a card"], [[f"{cards:,}", spent, 1e6 * spent / cards]],
    )  # fmt: skip
    asked = questions(2_000 if quick else 20_000)
    show(
        "questions about cards (CPU, one thread)",
        ["cards on the list", "drawers us a card", "PSI us a card", "a look-up ms", "a batch of 1000 s"],
        [[f"{asked['cards']:,}", *list(asked.values())[1:]]],
    )  # fmt: skip
    result = {"matched": found, "hidden_us_a_card": 1e6 * spent / cards, "asked": asked}
    keep("speed_leads", result)
    return result


if __name__ == "__main__":
    one_thread()
    bench(quick="--quick" in sys.argv)
