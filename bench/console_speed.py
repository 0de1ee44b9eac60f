"""What the console's pages cost the server: on a town's run, and on a table of a million cards."""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

ROUNDS = 5
PATHS = (
    "/overview", "/queue", "/network", "/appeals", "/leads", "/openings", "/policy", "/policy/try", "/policy/compare",
    "/models", "/governance", "/governance/regions", "/fairness", "/audit", "/card/account/a-0", "/search?q=a-999",
)  # fmt: skip


def bench(*, quick: bool) -> None:
    """Nothing; a line a page: milliseconds of CPU a request, and bytes; and the comparison of rules beside them."""
    cards = 100_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        print(f"console, {cards:,} cards, CPU a request (mean of {ROUNDS})")
        asyncio.run(_ask(Path(folder), cards))


async def _ask(folder: Path, cards: int) -> None:
    from console_room import console

    findings = _findings(folder, cards)
    made = console(folder, findings)
    office = made.app.state.office
    made.app.state.office = replace(office, beside=findings)  # a run of as many cards beside it
    for name, paths in (("lead_officer", PATHS), ("auditor", ("/audit",))):
        async with made.entered(name) as client:
            page = (await client.get("/overview")).text
            token = page.split('name="token" value="')[1].split('"')[0]
            why = {"token": token, "purpose": "bench", "back": "/overview"}
            await client.post("/purpose", data=why)
            for path in (one for one in paths if name == "auditor" or one != "/audit"):
                print(f"  {path:24}", *(await _cost(client, path)))
            if name == "lead_officer":
                begun = _spent()
                await client.post("/policy/compare", data=why)
                assert office.errands.of(("compare", name)).over.wait(600)
                print(f"  rules compared beside the pages: {_spent() - begun:.1f} CPU s")
    made.book.close()


async def _cost(client: Any, path: str) -> tuple[str, str]:
    answer = await client.get(path)
    assert answer.status_code in (200, 303), (path, answer.status_code)
    begun = _spent()
    for _ in range(ROUNDS):
        answer = await client.get(path)
    return f"{(_spent() - begun) / ROUNDS * 1000:8.1f} ms", f"{len(answer.content):9,} bytes"


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _findings(folder: Path, cards: int) -> Any:
    """A run of so many cards: of a thousand one is suspicious, of ten thousand one of high risk."""
    from console_room import small_run
    from ledgers import AT

    found = small_run(folder)
    row = pl.int_range(cards, eager=True)
    frame = pl.DataFrame({"n": row}).select(
        card_kind=pl.lit("account"),
        card_id=pl.format("a-{}", "n"),
        as_of=pl.lit(AT),
        score=pl.col("n") / cards,
        tier=pl.when(pl.col("n") % 10_000 == 0)
        .then(pl.lit("high_risk"))
        .when(pl.col("n") % 1_000 == 0)
        .then(pl.lit("suspicious"))
        .otherwise(pl.lit("normal")),
        measure=pl.lit("allow"),
        reasons=pl.lit(["in_first_count_7d"]),
        model_version=pl.lit("m"),
        policy_version=pl.lit("p"),
    )
    from duanka import tables

    names = [info.name for info in tables.columns("score")]
    frame = frame.with_columns(pl.lit(None).alias(n) for n in names if n not in frame.columns)
    tables.typed("score", frame.select(names)).write_parquet(found.out / "score.parquet")
    register = pl.DataFrame({"n": row}).select(
        account_id=pl.format("a-{}", "n"),
        holder_id=pl.format("p-{}", pl.col("n") // 2),
        institution_id=pl.lit("bank_1"),
        account_kind=pl.lit("class_1"),
        outlet_id=pl.lit("O1"),
    )
    names = [info.name for info in tables.columns("account")]
    register = register.with_columns(
        pl.lit(None).alias(n) for n in names if n not in register.columns
    )
    tables.typed("account", register.select(names)).write_parquet(found.data / "account.parquet")  # type: ignore[operator]
    return found


if __name__ == "__main__":
    bench(quick="--quick" in sys.argv)
