"""All features asked of notices: leads and confirmed labels on the card itself and on cards near it.

Nearness has a direction. Who received money from a reported card is told apart from who paid it:
a payer into a reported card is usually its victim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.features import flags as f
from duanka.features import kernel
from duanka.features.register import count_before
from duanka.features.replay import Events
from duanka.features.spec import DAY, Aggregate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.records import Records

    Ints = NDArray[np.int64]

OWN, HOLDER, PAYEE, PAYER, DEVICE, BOUND = (1 << n for n in range(56, 62))
SPAN = 90 * DAY
# A device that serves more cards than this is a shop's or a branch's: nearness on it means nothing.
MOST_CARDS = 24
WINDOWS = ("30d", "90d")

NOTICES: tuple[Aggregate, ...] = (
    Aggregate("own_lead_count", "count", ("7d", *WINDOWS), "本卡被线索通报次数", "leads on the card itself", "taint", OWN | f.LEAD),
    Aggregate("holder_lead_count", "count", WINDOWS, "同一开户人其他卡被通报次数", "leads on the holder's other cards", "opening", HOLDER | f.LEAD),
    Aggregate("holder_label_count", "count", WINDOWS, "同一开户人其他卡确认涉案数", "the holder's other cards confirmed implicated", "opening", HOLDER | f.LABEL),
    Aggregate("from_lead_count", "count", WINDOWS, "收过被通报卡转来的资金(卡数)", "reported cards that paid this card", "taint", PAYEE | f.LEAD),
    Aggregate("from_label_count", "count", WINDOWS, "收过涉案卡转来的资金(卡数)", "confirmed cards that paid this card", "taint", PAYEE | f.LABEL),
    Aggregate("to_lead_count", "count", WINDOWS, "付款给被通报卡(卡数，多为被害人)", "reported cards this card paid (often as a victim)", "taint", PAYER | f.LEAD),
    Aggregate("to_label_count", "count", WINDOWS, "付款给涉案卡(卡数，多为被害人)", "confirmed cards this card paid (often as a victim)", "taint", PAYER | f.LABEL),
    Aggregate("device_lead_count", "count", WINDOWS, "与被通报卡共用设备(卡数)", "reported cards on the same device", "device", DEVICE | f.LEAD),
    Aggregate("device_label_count", "count", WINDOWS, "与涉案卡共用设备(卡数)", "confirmed cards on the same device", "device", DEVICE | f.LABEL),
    Aggregate("bound_lead_count", "count", WINDOWS, "绑定的另一类卡被通报次数", "leads on the bound card of the other kind", "cross", BOUND | f.LEAD),
    Aggregate("bound_label_count", "count", WINDOWS, "绑定的另一类卡确认涉案数", "the bound card of the other kind confirmed implicated", "cross", BOUND | f.LABEL),
)  # fmt: skip
LAYOUT, NAMES = kernel.compile_layout(NOTICES, contact_count=1, stem="notice_")


def events(records: Records, uses: pl.DataFrame) -> Events:
    """Every notice as an event of each card that it concerns, at the instant both were known.

    Columns: uses: card, device, at (dense, microseconds).
    """
    n = records.notices
    notices = pl.DataFrame({"near": n["card"], "known": n["at"], "bit": n["flags"]})
    notices = notices.filter(pl.col("near") >= 0)
    near = pl.concat(
        [
            _own(notices),
            _of_holder(notices, records),
            _of_transfers(notices, records),
            _of_devices(notices, uses),
            _of_bound(notices, records),
        ]
    )
    # one event a pair, at the first instant at which both were known; a card that is reported again
    # is told again to those who hold it
    again = (pl.col("bit") == f.LEAD) & pl.col("relation").is_in([OWN, HOLDER, BOUND])
    near = (
        near.with_columns(notice=pl.when(again).then("known").otherwise(0))
        .group_by("card", "near", "bit", "relation", "notice")
        .agg(pl.col("at").min())
        .sort("at", "card", "near", "relation", "bit")
    )
    at = near["at"].to_numpy()
    return Events(
        key=near["card"].to_numpy(),
        other=near["near"].to_numpy(),
        at=at,
        value=np.ones(at.size, dtype=np.int64),
        flags=(near["bit"] | near["relation"] | f.IN).to_numpy(),
        known_at=at,
    )


def _shape(frame: pl.DataFrame, relation: int) -> pl.DataFrame:
    return frame.select(
        pl.col("card").cast(pl.Int64),
        pl.col("near").cast(pl.Int64),
        pl.col("bit").cast(pl.Int64),
        pl.lit(relation, dtype=pl.Int64).alias("relation"),
        pl.col("at").cast(pl.Int64),
        pl.col("known").cast(pl.Int64),
    ).filter(pl.col("card") >= 0)


def _own(notices: pl.DataFrame) -> pl.DataFrame:
    return _shape(notices.with_columns(card="near", at="known"), OWN)


def _of_holder(notices: pl.DataFrame, records: Records) -> pl.DataFrame:
    holder = np.concatenate([records.accounts.holder, records.sims.holder])
    since = np.concatenate([records.accounts.since, records.sims.since])
    cards = pl.DataFrame({"card": np.arange(holder.size), "holder": holder, "since": since})
    cards = cards.filter(pl.col("holder") >= 0)
    near = notices["near"].to_numpy()
    mine = notices.with_columns(holder=pl.Series(holder[near]), near_since=pl.Series(since[near]))
    pairs = mine.join(cards, on="holder").filter(pl.col("card") != pl.col("near"))
    at = pl.max_horizontal("known", "since", "near_since")
    return _shape(pairs.with_columns(at=at), HOLDER)


def _of_transfers(notices: pl.DataFrame, records: Records) -> pl.DataFrame:
    t = records.transfers
    moves = pl.DataFrame({"payer": t.giver, "payee": t.taker, "sent": t.at, "flags": t.flags})
    watched = notices["near"].unique().implode()
    moves = moves.filter(
        (pl.col("flags") & f.OK) != 0,
        pl.col("payer").is_in(watched) | pl.col("payee").is_in(watched),
    )
    out = []
    for near, card, relation in (("payer", "payee", PAYEE), ("payee", "payer", PAYER)):
        pairs = notices.join(moves, left_on="near", right_on=near)
        pairs = pairs.filter((pl.col("known") - pl.col("sent")).abs() <= SPAN)
        # a payment is known once its instant is over
        at = pl.max_horizontal("known", pl.col("sent") + 1)
        out.append(_shape(pairs.with_columns(card=card, at=at), relation))
    return pl.concat(out)


def _of_devices(notices: pl.DataFrame, uses: pl.DataFrame) -> pl.DataFrame:
    seen = uses.group_by("device", "card").agg(pl.col("at").min().alias("seen"))
    # only among the first cards on a device can there have been few enough when both were known
    seen = seen.sort("device", "seen", "card")
    hosts = seen["device"].to_numpy()
    few = seen.filter(np.arange(hosts.size) - np.searchsorted(hosts, hosts) < MOST_CARDS)
    pairs = notices.join(few.rename({"seen": "near_seen"}), left_on="near", right_on="card")
    pairs = pairs.join(few, on="device").filter(pl.col("card") != pl.col("near"))
    at = pl.max_horizontal("known", pl.col("near_seen") + 1, pl.col("seen") + 1)
    pairs = pairs.with_columns(at=at)
    device, when = pairs["device"].to_numpy(), pairs["at"].to_numpy()
    on_it = count_before(seen["device"].to_numpy(), seen["seen"].to_numpy(), device, when)
    return _shape(pairs.filter(on_it <= MOST_CARDS), DEVICE)


def _of_bound(notices: pl.DataFrame, records: Records) -> pl.DataFrame:
    sim = records.card("sim", records.accounts.sim)
    account = np.arange(sim.size)
    since = records.accounts.since
    bound = pl.DataFrame({"account": account, "sim": sim, "since": since}).filter(
        pl.col("sim") >= 0
    )
    both = [
        notices.join(bound, left_on="near", right_on=near).with_columns(
            card=card, at=pl.max_horizontal("known", "since")
        )
        for near, card in (("account", "sim"), ("sim", "account"))
    ]
    return pl.concat([_shape(pairs, BOUND) for pairs in both])
