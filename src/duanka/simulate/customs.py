"""Lawful ways of collecting and spending that look like crime: each a record of sizes and delays."""

from __future__ import annotations

from dataclasses import dataclass

from duanka.simulate import people as who
from duanka.simulate.journal import (
    MOBILE,
    OTHER,
    PERSONAL,
    PURCHASE,
    QR,
    REFUND,
    SALARY,
    THIRD,
    WEB,
)  # fmt: skip
from duanka.simulate.rhythm import EARLY, NIGHT, OFFICE, ORDINARY, SHOP

ANYONE, COMPANIES = -1, -2
Range = tuple[float, float]


@dataclass(frozen=True)
class Custom:
    """Somebody is paid by several, or pays several, and some of it goes on.

    `hosts` is a trade, ANYONE, or COMPANIES of the kinds in `firms`; `often` is occasions a host
    in 90 days (or the share of people to whom it happens). Sizes are drawn log-uniformly.
    `exits` weighs where the money goes on to: outside, merchant, own, cash, crypto, overseas.
    """

    name: str
    hosts: int
    often: float
    size: Range
    yuan: float
    spread: float
    same: float  # chance that all pay the same
    span_s: float
    inside: float  # share of payers who live in the town
    onward: float = 0.0  # chance that the money goes on
    share: Range = (0.5, 1.0)
    delay_s: float = 3_600.0
    delay_spread: float = 1.2
    split: Range = (1.0, 1.9)
    exits: tuple[float, ...] = (1.0, 0.3, 0.3, 0.1, 0.0, 0.0)
    channels: tuple[int, ...] = (MOBILE, MOBILE, QR, THIRD)
    memo: int = PERSONAL
    way: int = ORDINARY
    round_share: float = 0.5
    call: float = 0.1  # chance of a call between host and payer shortly before
    firms: tuple[int, ...] = ()
    scatter: bool = False  # the host pays out instead


HOUR, DAY = 3_600.0, 86_400.0
CUSTOMS: tuple[Custom, ...] = (
    Custom("meal shared", ANYONE, 0.22, (2, 12), 45, 0.6, 0.9, 3 * HOUR, 0.9, 0.5, (0.8, 1.0),
           channels=(QR, MOBILE, THIRD), exits=(0, 1, 0, 0, 0, 0), call=0.05),
    Custom("class fund", ANYONE, 0.012, (15, 60), 90, 0.7, 0.95, 1.5 * DAY, 0.95, 0.9, (0.9, 1.0),
           delay_s=8 * HOUR, split=(1, 2.5), exits=(1, 1, 0, 0, 0, 0)),
    Custom("wedding", ANYONE, 0.005, (30, 160), 420, 0.5, 0.0, 0.6 * DAY, 0.7, 0.6, (0.4, 0.95),
           delay_s=2 * DAY, round_share=1.0),
    Custom("house or hospital", ANYONE, 0.03, (2, 9), 18_000, 1.0, 0.2, 1.2 * DAY, 0.6, 0.97,
           (0.95, 1.0), delay_s=1.5 * HOUR, delay_spread=1.6, exits=(1, 0.4, 0, 0, 0, 0),
           round_share=0.95, call=0.4),
    Custom("thing sold", ANYONE, 0.5, (1, 1.9), 350, 1.5, 0.0, HOUR, 0.3, 0.2, (0.5, 1.0), call=0.3),
    Custom("odd job paid", ANYONE, 0.6, (1, 1.9), 700, 1.1, 0.0, HOUR, 0.35, 0.35, (0.6, 1.0),
           exits=(0.6, 0.5, 0.6, 0.3, 0, 0), call=0.25),
    Custom("loan", ANYONE, 0.07, (1, 1.5), 26_000, 1.0, 0.0, HOUR, 0.0, 0.9, (0.85, 1.0),
           delay_s=1_500, delay_spread=1.7, split=(1, 4), exits=(1, 0.5, 0.4, 0.2, 0, 0),
           round_share=0.95, channels=(WEB, THIRD), memo=OTHER),
    Custom("wage from elsewhere", ANYONE, 0.25, (1, 2.5), 4_800, 0.6, 0.0, 30 * DAY, 0.0, 0.3,
           (0.8, 1.0), exits=(0.4, 0.1, 1, 0.2, 0, 0), memo=SALARY, channels=(WEB,), round_share=0.2),
    Custom("cent gifts", ANYONE, 0.05, (4, 20), 2.2, 1.0, 0.2, 3 * HOUR, 0.85, channels=(THIRD, MOBILE)),
    Custom("rotating savings", ANYONE, 0.01, (8, 25), 1_500, 0.5, 1.0, DAY, 0.9, 0.95, (0.95, 1.0),
           delay_s=4 * HOUR, exits=(1, 0, 0.2, 0.2, 0, 0), round_share=1.0, call=0.3),
    Custom("passed on for kin", ANYONE, 0.14, (1, 3.5), 5_000, 1.1, 0.0, 4 * HOUR, 0.4, 0.96,
           (0.95, 1.0), delay_s=1_300, delay_spread=1.6, split=(1, 3.5), exits=(1, 0.2, 0.3, 0.35, 0, 0.02),
           round_share=0.8, call=0.3),
    Custom("debt turned over", ANYONE, 0.06, (1, 3.9), 8_000, 0.9, 0.1, 2 * DAY, 0.05, 0.97, (0.95, 1.0),
           delay_s=700, delay_spread=1.5, split=(1, 3), exits=(1, 0.4, 0.2, 0.25, 0.02, 0), way=NIGHT,
           round_share=0.8, call=0.15),
    Custom("season's sale", ANYONE, 0.02, (6, 45), 380, 1.0, 0.2, 3 * DAY, 0.2, 0.85, (0.8, 1.0),
           delay_s=4 * HOUR, delay_spread=1.4, split=(1, 5), exits=(1, 0.3, 0.3, 0.2, 0, 0), call=0.2),
    Custom("coins now and then", ANYONE, 0.03, (1, 4), 2_500, 1.1, 0.1, 2 * DAY, 0.1, 0.9, (0.8, 1.0),
           delay_s=2 * HOUR, split=(1, 3.5), exits=(0.3, 0, 0, 0, 1, 0.05), way=NIGHT, round_share=0.8),
    Custom("group purchase", who.GROUPBUY, 16, (12, 60), 42, 0.5, 0.6, 1.4 * DAY, 0.85, 0.95,
           (0.75, 0.93), delay_s=6 * HOUR, exits=(1, 0.2, 0.2, 0, 0, 0), memo=PURCHASE, way=SHOP),
    Custom("livestream", who.STREAMER, 40, (3, 25), 24, 1.4, 0.1, 4 * HOUR, 0.1, 0.1, (0.3, 0.9),
           delay_s=2 * DAY, channels=(THIRD, QR), way=NIGHT),
    Custom("coins over the counter", who.OTC, 55, (2, 9), 4_500, 1.0, 0.2, 5 * HOUR, 0.15, 0.9,
           (0.9, 1.0), delay_s=2_400, delay_spread=1.2, split=(1, 6), exits=(1, 0, 0.1, 0.02, 0.5, 0),
           way=NIGHT, round_share=0.9),
    Custom("small speculation", ANYONE, 0.09, (1, 2), 3_000, 1.0, 0.0, HOUR, 0.0, 0.9, (0.9, 1.0),
           exits=(0.3, 0, 0, 0, 1, 0), round_share=0.8, way=NIGHT),
    Custom("top-up agent", who.AGENT, 60, (2, 10), 260, 1.0, 0.1, 6 * HOUR, 0.5, 0.97, (0.95, 0.99),
           delay_s=900, exits=(0.5, 1, 0, 0.05, 0, 0), way=SHOP, channels=(QR, QR, MOBILE)),
    Custom("game goods", who.GAMER, 7, (1, 4.9), 900, 0.8, 0.1, 8 * HOUR, 0.05, 0.5, (0.5, 1.0),
           way=NIGHT, channels=(THIRD, QR, MOBILE)),
    Custom("game goods once", who.STUDENT, 0.12, (1, 2.9), 1_500, 0.6, 0.0, DAY, 0.05, 0.4, way=NIGHT),
    Custom("owner's trade", who.OWNER, 14, (1, 3.9), 24_000, 1.2, 0.0, DAY, 0.1, 0.85, (0.6, 1.0),
           delay_s=5 * HOUR, delay_spread=1.6, split=(1, 5), exits=(1, 0.1, 0.2, 0.12, 0, 0.05),
           round_share=0.6, call=0.4, way=OFFICE),
    Custom("shop takings", who.MERCHANT, 20, (2, 12), 55, 1.1, 0.0, 10 * HOUR, 0.5, 0.8, (0.6, 1.0),
           delay_s=6 * HOUR, exits=(0.9, 0.2, 0.7, 0.25, 0, 0), way=SHOP, channels=(QR, QR, THIRD),
           memo=PURCHASE, round_share=0.3),
    Custom("delivery settled", who.COURIER, 12, (1, 1.9), 1_100, 0.5, 0.0, HOUR, 0.0, 0.4, (0.5, 1.0),
           exits=(0.5, 0.1, 1, 0.2, 0, 0), channels=(THIRD, WEB), memo=SALARY, way=EARLY),
    Custom("cash on delivery", who.COURIER, 5, (2, 9), 70, 0.8, 0.0, 8 * HOUR, 0.8, 0.95, (0.97, 1.0),
           delay_s=2 * HOUR, exits=(0.3, 1, 0, 0.1, 0, 0), channels=(QR,), way=SHOP),
    Custom("freight", who.DRIVER, 6, (1, 1.9), 2_200, 0.7, 0.0, HOUR, 0.05, 0.6, (0.3, 0.9), call=0.5),
    Custom("family abroad", ANYONE, 0.03, (1, 1.5), 9_000, 0.8, 0.0, HOUR, 0.3, 1.0, (0.9, 1.0),
           delay_s=DAY, exits=(0, 0, 0, 0, 0, 1), round_share=0.9),
    Custom("living abroad", who.EXPATRIATE, 3, (1, 2.5), 6_000, 0.8, 0.0, DAY, 0.2, 0.8, (0.7, 1.0),
           exits=(0.3, 0.2, 0.2, 0, 0.05, 1), round_share=0.7),
    Custom("second-hand shop", who.REPAIRER, 20, (1, 6), 420, 1.0, 0.0, DAY, 0.6, 0.5, way=SHOP),
    Custom("customers pay firms", COMPANIES, 9, (1, 5), 9_000, 1.5, 0.0, 2 * DAY, 0.1, 0.8, (0.5, 1.0),
           delay_s=DAY, delay_spread=1.7, split=(1, 7), exits=(1, 0.2, 0, 0.03, 0, 0.04),
           channels=(WEB, MOBILE), memo=PURCHASE, way=OFFICE, round_share=0.4, call=0.1,
           firms=(who.FIRM, who.EMPLOYER)),
    Custom("firm to its owner", COMPANIES, 1.2, (1, 2), 60_000, 1.1, 0.0, DAY, 0.0, 0.95, (0.85, 1.0),
           delay_s=3 * HOUR, delay_spread=1.5, exits=(0.6, 0, 1, 0.1, 0, 0), memo=OTHER,
           channels=(WEB,), way=OFFICE, firms=(who.FIRM,)),
    Custom("school fees", COMPANIES, 1, (60, 400), 900, 0.8, 0.8, 4 * DAY, 0.97, 0.3,
           delay_s=2 * DAY, memo=OTHER, firms=(who.SCHOOL,), channels=(MOBILE, THIRD, QR)),
    Custom("charity", COMPANIES, 6, (40, 300), 25, 1.3, 0.1, 3 * DAY, 0.6, 0.8, (0.7, 0.95),
           delay_s=2 * DAY, split=(2, 15), memo=OTHER, firms=(who.CHARITY,), channels=(QR, THIRD)),
    Custom("refunds", COMPANIES, 30, (20, 200), 60, 1.0, 0.1, 6 * HOUR, 0.9, memo=REFUND,
           firms=(who.PLATFORM,), channels=(THIRD,), scatter=True, round_share=0.1, call=0.0),
    Custom("bonus", COMPANIES, 0.4, (4, 60), 1_800, 0.8, 0.5, HOUR, 0.8, memo=OTHER, way=OFFICE,
           firms=(who.EMPLOYER, who.FIRM), channels=(WEB,), scatter=True, call=0.0),
    Custom("day labourers paid", who.OWNER, 4, (4, 25), 280, 0.4, 0.6, 2 * HOUR, 0.8, scatter=True,
           memo=PERSONAL, round_share=0.9, call=0.2),
)  # fmt: skip
