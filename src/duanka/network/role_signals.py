"""What may speak for or against a role: each signal with its kind of evidence and the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_EVENTS = 20
SIGNAL: dict[str, pl.DataType | type[pl.DataType]] = {
    "subject_kind": pl.String,
    "subject_id": pl.String,
    "signal": pl.String,
    "value": pl.Float64,
    "count": pl.Int64,
    "first_at": pl.Datetime("us", "UTC"),
    "last_at": pl.Datetime("us", "UTC"),
    "events": pl.List(pl.String),
}


CARD, USE, DEVICE, PAYS, PAID, CONTACT, OPENING, REGISTER, PLACE, REPORT, HOURS = (
    "card", "use", "device", "pays", "paid", "contact", "opening", "register", "place", "report", "hours",
)  # fmt: skip
"""Independent kinds of evidence: no one kind makes a role."""


@dataclass(frozen=True)
class Signal:
    """A signal: the kind of evidence it is, and what it says in Chinese and English."""

    family: str
    zh: str
    en: str


SIGNALS: dict[str, Signal] = {
    "own_card_suspected": Signal(CARD, "名下卡疑似涉案", "a card in the own name is suspected"),
    "confirmed": Signal(REPORT, "名下卡已由有权机关通报涉案", "a card in the own name was reported as implicated"),
    "gathers": Signal(USE, "短期内多名陌生人付款", "many passers-by paid within three days"),
    "passes_on": Signal(USE, "收入一日内转出", "income leaves within a day"),
    "keeps_commission": Signal(USE, "留存比例与佣金相当", "what stays behind is the size of a commission"),
    "control_moved": Signal(DEVICE, "卡的使用移到他人设备", "the card's use moved to a device that is not the holder's"),
    "own_device": Signal(CARD, "仍在本人设备上使用", "the card is still used on the holder's own device"),
    "shares_device": Signal(DEVICE, "与他人的涉案卡同设备", "the card shares a device with suspected cards of others"),
    "joined_device": Signal(DEVICE, "卡移到操作他人涉案卡的设备上", "the card moved to a device that serves suspected cards of several others"),
    "serves_devices": Signal(DEVICE, "本人的卡长期在操作他人涉案卡的设备上", "the own clean card lives on a device that serves suspected cards of several others"),
    "pays_sellers": Signal(PAYS, "在多名卡主的卡变化前后向其付小额款", "paid several card holders a price near the day their cards' use changed"),
    "pays_core": Signal(PAYS, "向收卡人付较大款", "pays those who buy cards in larger sums"),
    "pays_head": Signal(PAYS, "向卡头付大额款", "pays those who fund the buyers"),
    "before_purchase": Signal(
        USE, "所付款随后被用于收卡", "what was paid was spent on those who buy cards within days"
    ),
    "paid_for_card": Signal(PAID, "卡变化前后收到收卡人的款", "was paid by somebody who paid several card holders"),
    "funded_to_buy": Signal(
        PAID, "付卡款前数日内由少数人付入相当款项", "what was paid for cards had come in from few within days"
    ),
    "funded_to_fund": Signal(
        PAID,
        "资助收卡人前数日内由少数人付入相当款项",
        "what was paid to the buyers had come in from few within days",
    ),
    "wages": Signal(PAID, "多次单向收到收卡人的款", "was paid again and again by those who buy cards, and never paid back"),
    "receives_after_layers": Signal(PAID, "从资金下游账户收到大额款", "receives large sums one step behind the flow"),
    "contacts_sellers": Signal(CONTACT, "在卡变化前后与多名卡主新建联系", "came to speak with several card holders near the day their cards' use changed"),
    "calls_before": Signal(CONTACT, "在多名卡主开始前主动首次联系", "called several card holders first, before their cards' use changed"),
    "rings_once": Signal(HOURS, "大量只联系一次的陌生号码", "rings a great many numbers once"),
    "contacts_core": Signal(CONTACT, "期间新近频繁联系收卡人", "began to speak often with those who buy cards when their trade began"),
    "contacts_head": Signal(CONTACT, "期间新近频繁联系卡头", "began to speak often with those who fund the buyers"),
    "stranger_called": Signal(CONTACT, "付款前一日内与陌生来电长谈", "spoke at length with a stranger who called within a day before paying"),
    "companion": Signal(OPENING, "陪同多名卡主开卡", "came along when several opened cards that are suspected"),
    "was_accompanied": Signal(OPENING, "开卡时由陪同多人者陪同", "opened the card with somebody who accompanied several"),
    "firms_suspected": Signal(REGISTER, "名下或以其电话登记的单位账户疑似涉案", "accounts of firms behind which this person stands are suspected"),
    "represents_suspected": Signal(REGISTER, "任法定代表人的单位账户疑似涉案", "is the legal person of a firm whose account is suspected"),
    "many_firms": Signal(OPENING, "短期内登记多家单位", "several firms were registered with this person's number in a short time"),
    "excess": Signal(OPENING, "所开卡涉案数高于网点预期", "opened more suspected cards than the outlet leads one to expect"),
    "odd_hours": Signal(HOURS, "涉案卡多在非工作时间开立", "suspected cards were opened outside office hours"),
    "same_companion": Signal(CONTACT, "涉案卡由同一陪同人带来", "the same companion came with several whose cards are suspected"),
    "sold_soon": Signal(USE, "所开卡很快改变用途", "cards changed use soon after the opening"),
    "one_buyer": Signal(DEVICE, "所开多人涉案卡流向同一收卡人或设备", "suspected cards of several people went to one buyer or device"),
    "near_cash": Signal(PLACE, "多日出现在涉案卡异地取现的地区", "was on several days where suspected cards drew cash, away from the usual places"),
    "first_on_handset": Signal(DEVICE, "多人的涉案电话卡先在其手机上试用", "suspected phone cards of several others began on the own handset and left it"),
    "withdraws_for_many": Signal(PLACE, "与多张涉案卡在同一机具先后取现", "draws cash at the same machine within minutes of several suspected cards"),
    "takes_to_cash": Signal(USE, "从多个涉案账户收款后取现", "draws in cash what several suspected accounts paid"),
    "reaches_exits": Signal(PLACE, "大额虚拟货币或境外收付", "large payments with crypto or overseas payees"),
    "abroad_logins": Signal(PLACE, "境外登录", "logins from abroad"),
    "roaming_calls": Signal(PLACE, "异地或境外通话", "calls while roaming"),
    "loss_reported": Signal(REPORT, "付款被报案为损失", "a payment was reported as a loss"),
    "paid_suspected": Signal(PAYS, "向疑似涉案账户付款", "paid an account that is suspected"),
    "passes_others_money": Signal(USE, "所付款为刚收到的款", "what was paid had come in just before"),
}  # fmt: skip


def none_found() -> pl.DataFrame:
    """No signal of anybody."""
    return pl.DataFrame(schema=SIGNAL)


def said(frame: pl.DataFrame, signal: str) -> pl.DataFrame:
    """The rows as signals of one name; what a frame does not tell (instants, events, count) is null.

    Columns: subject_kind, subject_id, value; where they are there count, first_at, last_at, events.
    """
    if frame.is_empty():
        return none_found()
    have = set(frame.columns)
    return frame.select(
        pl.lit(signal).alias(name)
        if name == "signal"
        else (pl.col(name) if name in have else pl.lit(None)).cast(kind).alias(name)
        for name, kind in SIGNAL.items()
    ).filter(pl.col("value") > 0, pl.col("subject_id").is_not_null())


def gathered(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All signals as one table, by subject and signal."""
    found = pl.concat([none_found(), *parts])
    return found.sort("subject_kind", "subject_id", "signal")


def spans(event: str | None = None) -> list[pl.Expr]:
    """First and last instant of a group, how many events, and the ids of the first of them."""
    events = (
        pl.lit(None, dtype=pl.List(pl.String))
        if event is None
        else pl.col(event).sort_by("at", event).head(MOST_EVENTS)
    )
    return [
        pl.len().cast(pl.Int64).alias("count"),
        pl.col("at").min().alias("first_at"),
        pl.col("at").max().alias("last_at"),
        events.alias("events"),
    ]


def merged() -> list[pl.Expr]:
    """The same of groups that carry such spans already."""
    return [
        pl.col("count").sum(),
        pl.col("first_at").min(),
        pl.col("last_at").max(),
        pl.col("events")
        .sort_by("first_at", pl.col("events").list.first())
        .list.explode()
        .drop_nulls()
        .head(MOST_EVENTS)
        .alias("events"),
    ]
