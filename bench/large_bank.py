"""A bank's transfers of any size as Parquet, a file a day: cheap to make, with heavy tails, hubs and rings.

Not a town: nobody calls, nobody opens a card while it lasts, and nothing is measured on it but size and
speed. Life is regular payees, merchants, shops' accounts, cash and other banks; rings gather from
strangers and pass on within the hour.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

DAY = 86_400_000_000
BEGUN = 1_767_196_800_000_000  # 2026-01-01 in Shanghai
REGULAR = 6
"""Payees that somebody pays again and again."""


@dataclass(frozen=True)
class Size:
    """How large a bank is to be made."""

    transfers: int
    days: int = 180
    each: int = 50
    """Transfers for each account."""
    seed: int = 1

    @property
    def accounts(self) -> int:
        """How many accounts are on the register."""
        return max(self.transfers // self.each, 2_000)


@dataclass(frozen=True)
class _Life:
    """Who pays how often (a pool to draw from) and whose names there are."""

    pool: NDArray[np.uint32]
    names: pl.Series
    devices: pl.Series
    mules: Ints
    used_on: Ints


def write(folder: Path, size: Size) -> None:
    """Nothing; the tables stand in the folder, transfers a file a day."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(size.seed)
    life = _life(size, rng)
    _register(folder, size, life, rng)
    for day in range(size.days):
        until = size.transfers * (day + 1) // size.days
        count = until - size.transfers * day // size.days
        _one_day(size, life, day, until - count, rng=rng, count=count).write_parquet(
            folder / f"transfer-{day:03d}.parquet", compression="lz4"
        )
    _notices(folder, size, life, rng)


def _names(letter: str, of: Ints) -> pl.Series:
    """Opaque names of sixteen letters, as a digest would give."""
    mixed = pl.Series(of).hash(seed=7) // 16
    return pl.select((pl.lit(letter) + pl.lit(mixed).cast(pl.String).str.zfill(19)).str.slice(0, 16)).to_series()  # fmt: skip


def _life(size: Size, rng: np.random.Generator) -> _Life:
    count = size.accounts
    weight = rng.lognormal(0.0, 1.3, count)
    # a thousandth are shops and firms, met by many
    shops = max(count // 1_000, 5)
    weight[:shops] *= 60
    pool = rng.choice(count, min(max(4 * count, 1 << 16), 1 << 23), p=weight / weight.sum())
    names = pl.Series("id", [f"a{n:015x}" for n in range(0)], dtype=pl.String)
    number = np.arange(count + count // 4)
    names = pl.select(
        pl.lit("a") + pl.lit(pl.Series((number * 0x9E3779B1 + 12_345) % (1 << 40))).cast(pl.String).str.zfill(15)
    ).to_series()  # fmt: skip
    mules = rng.choice(np.arange(shops, count), max(count // 1_500, 60), replace=False)
    devices = pl.select(
        pl.lit("d") + pl.lit(pl.Series(number * 7 + 11)).cast(pl.String).str.zfill(15)
    ).to_series()
    return _Life(pool.astype(np.uint32), names, devices, mules, rng.integers(3, size.days - 3, mules.size))  # fmt: skip


def _register(folder: Path, size: Size, life: _Life, rng: np.random.Generator) -> None:
    count = size.accounts
    who = np.minimum(np.arange(count), rng.integers(0, count, count) * 3)
    opened = BEGUN - rng.integers(5 * DAY, 3_000 * DAY, count)
    kind = rng.choice(
        np.array(["class_1", "class_2", "class_3", "corporate"]), count, p=[0.8, 0.15, 0.05, 0.0]
    )
    kind[: max(count // 1_000, 5)] = "corporate"
    outlets = max(count // 4_000, 3)
    pl.DataFrame(
        {
            "account_id": life.names[:count],
            "account_kind": kind,
            "holder_id": pl.select(pl.format("p{}", pl.lit(pl.Series(who)))).to_series(),
            "institution_id": ["BANK1"] * count,
            "outlet_id": pl.select(
                pl.format("o{}", pl.lit(pl.Series(rng.integers(0, outlets, count))))
            ).to_series(),
            "opened_at": pl.Series(opened).cast(pl.Datetime("us", "UTC")),
        }
    ).write_parquet(folder / "account.parquet")
    pl.DataFrame({"institution_id": ["BANK1"], "institution_kind": ["bank"]}).write_parquet(
        folder / "institution.parquet"
    )
    pl.DataFrame(
        {
            "outlet_id": [f"o{n}" for n in range(outlets)],
            "institution_id": ["BANK1"] * outlets,
            "outlet_kind": ["branch"] * outlets,
            "region_code": [f"99{n % 20:02d}01" for n in range(outlets)],
        }
    ).write_parquet(folder / "outlet.parquet")


def _one_day(
    size: Size, life: _Life, day: int, first: int, *, rng: np.random.Generator, count: int
) -> pl.DataFrame:
    """A day's transfers in order of time."""
    accounts = size.accounts
    payer = life.pool[rng.integers(0, life.pool.size, count)].astype(np.int64)
    what = rng.random(count)
    regular = (payer * 2_654_435_761 + rng.integers(0, REGULAR, count) * 40_503 + 7) % accounts
    payee = np.where(what < 0.5, regular, life.pool[rng.integers(0, life.pool.size, count)])
    elsewhere = accounts + rng.integers(0, accounts // 4, count)
    payee = np.where(what > 0.93, elsewhere, payee)
    came = what > 0.965
    payer, payee = np.where(came, payee, payer), np.where(came, payer, payee)
    second = np.minimum(rng.beta(4, 3, count) * 86_400, 86_399.0)
    at = BEGUN + day * DAY + (second * 1e6).astype(np.int64)
    fen = np.maximum(np.exp(rng.normal(9.2, 1.5, count)), 1).astype(np.int64)
    gone = _rings(life, day, rng, (payer, payee, at, fen))
    order = np.argsort(at, kind="stable")
    gone = gone[order]
    payer, payee, at, fen = payer[order], payee[order], at[order], fen[order]
    names = life.names
    shop = pl.Series((payee * 31) % 20_000)
    kinds = np.array(["mobile", "qr", "web", "counter"])
    channel = rng.choice(4, count, p=[0.6, 0.25, 0.1, 0.05])
    at_shop = (what[order] > 0.62) & (what[order] < 0.82) & (gone >= 0)
    cash = (what[order] > 0.82) & (what[order] < 0.85) & (gone >= 0)
    left = np.where(gone > 0, 0, fen * rng.lognormal(1.0, 1.5, count)).astype(np.int64)
    frame = pl.DataFrame(
        {
            "transfer_id": pl.select(
                pl.lit("t") + pl.lit(pl.Series(np.arange(first, first + count))).cast(pl.String).str.zfill(15)
            ).to_series(),
            "at": pl.Series(at).cast(pl.Datetime("us", "UTC")),
            "payer_id": names.gather(payer),
            "payee_id": names.gather(payee),
            "amount_fen": fen,
            "channel": kinds[channel],
            "payer_balance_fen": left,
            "device_id": life.devices.gather(payer % (life.devices.len())),
            "region_code": pl.Series("r", payer % 97).cast(pl.String).str.zfill(4),
            "memo_kind": rng.choice(np.array(["personal", "purchase", "salary", "utility"]), count, p=[0.5, 0.35, 0.05, 0.1]),
        }
    )  # fmt: skip
    return frame.with_columns(
        payee_id=pl.when(pl.Series(at_shop)).then(pl.format("MERCHANT:{}", pl.lit(shop)))
        .when(pl.Series(cash)).then(pl.lit("CASH"))
        .when(pl.Series(gone == 2)).then(pl.format("CRYPTO:{}", pl.lit(shop) % 20)).otherwise("payee_id"),
        device_id=pl.when(pl.col("channel").is_in(["mobile", "web"])).then("device_id"),
        region_code="99" + pl.col("region_code"),
    )  # fmt: skip


def _rings(
    life: _Life, day: int, rng: np.random.Generator, rows: tuple[Ints, Ints, Ints, Ints]
) -> Ints:
    """Some of the day's transfers become rings': strangers pay a mule, who passes all on within the hour.

    Shapes: returns one a transfer: -1 into a mule or on to the next, 2 out to a crypto venue, else 0.
    """
    payer, payee, at, fen = rows
    gone = np.zeros(payer.size, dtype=np.int64)
    active = life.mules[np.abs(life.used_on - day) <= 1]
    if active.size == 0 or payer.size < 40 * active.size:
        return gone
    spot = rng.choice(payer.size, (active.size, 12), replace=False)
    for line in range(6):
        came, went = spot[:, line], spot[:, 6 + line]
        payee[came] = active
        fen[came] = rng.integers(200_000, 5_000_000, active.size)
        payer[went], payee[went] = active, rng.permutation(active)
        at[went] = at[came] + rng.integers(60, 3_000, active.size) * 1_000_000
        fen[went] = fen[came]
        gone[came], gone[went] = -1, 2 if line % 3 else -1
    return gone


def _notices(folder: Path, size: Size, life: _Life, rng: np.random.Generator) -> None:
    until = BEGUN + size.days * DAY
    told = BEGUN + (life.used_on + rng.integers(2, 20, life.mules.size)) * DAY
    known = np.flatnonzero((told < until) & (rng.random(told.size) < 0.6))
    names = life.names.gather(life.mules)
    pl.DataFrame(
        {
            "card_kind": ["account"] * known.size,
            "card_id": names.gather(known),
            "implicated": [True] * known.size,
            "known_at": pl.Series(told[known]).cast(pl.Datetime("us", "UTC")),
            "source": ["police"] * known.size,
        }
    ).sort("known_at").write_parquet(folder / "label.parquet")
    some = known[:: max(1, known.size // 300)]
    pl.DataFrame(
        {
            "lead_id": [f"l{n}" for n in range(some.size)],
            "issued_at": pl.Series(told[some] - DAY).cast(pl.Datetime("us", "UTC")),
            "issuer_id": ["POLICE"] * some.size,
            "card_kind": ["account"] * some.size,
            "card_id": names.gather(some),
            "loss_fen": rng.integers(200_000, 5_000_000, some.size),
        }
    ).sort("issued_at").write_parquet(folder / "lead.parquet")


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path)
    reader.add_argument("transfers", type=int)
    asked = reader.parse_args()
    write(asked.folder, Size(asked.transfers))
