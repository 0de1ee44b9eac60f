"""All features asked of transfers: volumes, counterparties, pass-through, tests, exits, depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from duanka.features import flags as f
from duanka.features import kernel
from duanka.features.replay import Events
from duanka.features.shares import ratio, share
from duanka.features.spec import Aggregate, Derived

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from duanka.features.records import Moves
    from duanka.features.spec import Family, Op

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

IN, OUT, OK = f.IN, f.OUT, f.OK
ALL = ("10m", "1h", "1d", "7d", "30d", "90d")
SLOW = ("1d", "7d", "30d", "90d")
DAYS = ("1d", "7d", "30d")
LONG = ("7d", "30d")


def _say(
    stem: str,
    op: Op,
    windows: tuple[str, ...],
    words: tuple[str, str],
    family: Family,
    **more: int | str,
) -> Aggregate:
    return Aggregate(stem, op, windows, words[0], words[1], family, **more)  # type: ignore[arg-type]


def _sided(
    stem: str,
    op: Op,
    windows: tuple[str, ...],
    words: tuple[str, str],
    family: Family,
    **more: int,
) -> tuple[Aggregate, Aggregate]:
    zh, en = words
    need = OK | more.get("need", 0)
    received, sent = (f"转入{zh}", f"incoming {en}"), (f"转出{zh}", f"outgoing {en}")
    return (
        _say(f"in_{stem}", op, windows, received, family, need=IN | need),
        _say(f"out_{stem}", op, windows, sent, family, need=OUT | need),
    )


AGGREGATES: tuple[Aggregate, ...] = (
    *_sided("count", "count", ALL, ("笔数", "transfers"), "money"),
    *_sided("total_fen", "total", ALL, ("金额", "amount"), "money"),
    *_sided("largest_fen", "largest", ("1h", *SLOW), ("最大一笔", "largest transfer"), "money"),
    _say("payer_distinct", "distinct", ("1h", *SLOW), ("不同付款方数", "distinct payers"), "contacts", need=IN),
    _say("payee_distinct", "distinct", ("1h", *SLOW), ("不同收款方数", "distinct payees"), "contacts", need=OUT),
    *_sided("first_count", "count", ("1h", *SLOW), ("首次往来笔数", "transfers with first-time counterparties"), "contacts", need=f.FIRST),
    *_sided("first_fen", "total", SLOW, ("首次往来金额", "amount with first-time counterparties"), "contacts", need=f.FIRST),
    *_sided("returned_count", "count", LONG, ("与往来过的对方互转笔数", "transfers with counterparties met in the other direction"), "contacts", need=f.RETURNED),
    _say("passed_hour_fen", "total", ("1h", *SLOW), ("一小时内快进快出金额", "amount passed on within an hour of receipt"), "money", need=OUT | OK, value="passed_1h"),
    _say("passed_day_fen", "total", SLOW, ("一天内快进快出金额", "amount passed on within a day of receipt"), "money", need=OUT | OK, value="passed_1d"),
    _say("dwell_total_s", "total", LONG, ("资金停留时间合计(秒)", "time that money lay before it was passed on (s)"), "money", need=OUT | OK, value="dwell_s"),
    *_sided("night_count", "count", ("1d", "7d", "90d"), ("夜间笔数", "transfers at night"), "rhythm", need=f.NIGHT),
    *_sided("small_count", "count", DAYS, ("小额测试笔数", "tiny transfers"), "money", need=f.SMALL),
    _say("after_small_count", "count", LONG, ("小额测试后大额笔数", "large transfers soon after a tiny one"), "money", need=OK | f.AFTER_SMALL),
    _say("failed_count", "count", DAYS, ("失败转出笔数", "failed outgoing transfers"), "money", need=OUT, bar=OK),
    *_sided("large_count", "count", LONG, ("大额笔数", "large transfers"), "money", need=f.LARGE),
    *_sided("round_count", "count", LONG, ("整百笔数", "round-sum transfers"), "money", need=f.ROUND),
    _say("cash_out_fen", "total", SLOW, ("取现金额", "cash withdrawn"), "money", need=OUT | OK | f.CASH),
    _say("cash_out_count", "count", DAYS, ("取现笔数", "cash withdrawals"), "money", need=OUT | OK | f.CASH),
    _say("crypto_out_fen", "total", ("1d", "30d", "90d"), ("转往虚拟货币渠道金额", "amount to crypto venues"), "money", need=OUT | OK | f.CRYPTO),
    _say("crypto_in_fen", "total", ("30d", "90d"), ("来自虚拟货币渠道金额", "amount from crypto venues"), "money", need=IN | OK | f.CRYPTO),
    _say("overseas_out_fen", "total", ("1d", "30d", "90d"), ("转往境外金额", "amount sent abroad"), "money", need=OUT | OK | f.OVERSEAS),
    _say("merchant_out_count", "count", ("1d", "30d", "90d"), ("商户消费笔数", "purchases at merchants"), "rhythm", need=OUT | OK | f.MERCHANT),
    _say("merchant_out_fen", "total", ("1d", "30d"), ("商户消费金额", "amount spent at merchants"), "money", need=OUT | OK | f.MERCHANT),
    *_sided("own_fen", "total", ("1d", "30d"), ("本人账户间金额", "amount between the holder's own accounts"), "money", need=f.OWN),
    *_sided("protected_count", "count", ("30d", "90d"), ("工资社保水电等受保护款项笔数", "protected payments (wages, pension, utilities, tax)"), "rhythm", need=f.PROTECTED),
    _say("emptied_count", "count", DAYS, ("转出后余额几近为零次数", "transfers that left almost nothing"), "money", need=OUT | OK | f.EMPTIED),
    _say("machine_out_count", "count", ("1d", "30d"), ("柜台及取款机转出笔数", "outgoing at counters and cash machines"), "money", need=OUT | OK | f.MACHINE),
    _say("scanned_in_count", "count", ("1d", "30d"), ("扫码收款笔数", "incoming QR payments"), "money", need=IN | OK | f.SCANNED),
    _say("new_device_out_count", "count", DAYS, ("新设备转出笔数", "outgoing from a device new to the card"), "device", need=OUT | OK | f.NEW_DEVICE),
    _say("called_in_count", "count", SLOW, ("对方接陌生来电后首次转入笔数", "first payments by people just called by a stranger"), "cross", need=IN | OK | f.CALLED),
    _say("called_in_fen", "total", SLOW, ("对方接陌生来电后首次转入金额", "amount from people just called by a stranger"), "cross", need=IN | OK | f.CALLED),
    _say("called_out_count", "count", LONG, ("本人接陌生来电后首次转出笔数", "own first payments just after a stranger's call"), "cross", need=OUT | OK | f.CALLED),
    _say("wake_count", "count", ("7d", "30d", "90d"), ("休眠三十天以上后启用次数", "awakenings after thirty days of rest"), "rhythm", need=f.WAKE),
    _say("active", "active", SLOW, ("活跃时段数", "stretches with any transfer"), "rhythm", need=OK),
    _say("in_depth", "largest", SLOW, ("转入资金最大层数", "layers behind incoming money"), "taint", need=IN | OK, value="depth"),
    _say("out_depth", "largest", LONG, ("转出资金最大层数", "layers behind outgoing money"), "taint", need=OUT | OK, value="depth"),
    _say("in_gather", "largest", LONG, ("同源资金汇聚路数", "payers bringing money of one source"), "taint", need=IN | OK, value="gather"),
    _say("out_gather", "largest", LONG, ("转出资金同源汇聚路数", "payers bringing one payee money of one source"), "taint", need=OUT | OK, value="gather"),
    _say("cycle", "largest", LONG, ("资金回流环长", "length of a closed money loop"), "taint", need=OK, value="cycle"),
    _say("in_day_peak", "peak", ("30d", "90d"), ("单日转入笔数峰值", "most incoming transfers in one day"), "money", need=IN | OK, of="in_count_1d"),
    _say("in_day_peak_fen", "peak", ("30d", "90d"), ("单日转入金额峰值", "most incoming money in one day"), "money", need=IN | OK, of="in_total_fen_1d"),
    _say("in_first_day_peak", "peak", ("30d", "90d"), ("单日陌生付款笔数峰值", "most first-time payments received in one day"), "contacts", need=IN | OK, of="in_first_count_1d"),
    _say("out_first_day_peak", "peak", ("30d", "90d"), ("单日首次付款笔数峰值", "most first-time payments made in one day"), "contacts", need=OUT | OK, of="out_first_count_1d"),
    _say("passed_day_peak_fen", "peak", ("30d", "90d"), ("单日快进快出金额峰值", "most money passed on within the hour in one day"), "money", need=OUT | OK, of="passed_hour_fen_1d"),
    _say("out_day_peak_fen", "peak", ("30d", "90d"), ("单日转出金额峰值", "most outgoing money in one day"), "money", need=OUT | OK, of="out_total_fen_1d"),
)  # fmt: skip
LAYOUT, NAMES = kernel.compile_layout(AGGREGATES, lot_count=16)
SCALAR_WORDS: dict[str, tuple[str, str, Family]] = {
    "since_last_s": ("最近交易距今(秒)", "seconds since the last transfer", "rhythm"),
    "contacts_full": ("往来对方数已达上限", "the memory of counterparties is full", "contacts"),
}


def _both_ways(received: Floats, sent: Floats) -> Floats:
    return share(np.minimum(received, sent), np.maximum(received, sent))


DERIVED: tuple[Derived, ...] = (
    *(ratio(f"passed_hour_share_{w}", ("一小时内转出占转入比例", "share of income passed on within an hour"), "money", (f"passed_hour_fen_{w}", f"in_total_fen_{w}")) for w in SLOW),
    *(ratio(f"passed_day_share_{w}", ("一天内转出占转入比例", "share of income passed on within a day"), "money", (f"passed_day_fen_{w}", f"in_total_fen_{w}")) for w in SLOW),
    *(Derived(f"in_out_balance_{w}", "转入转出金额相当的程度", "how nearly outgoing equals incoming money", "money", (f"in_total_fen_{w}", f"out_total_fen_{w}"), _both_ways) for w in SLOW),
    *(ratio(f"in_first_share_{w}", ("陌生付款占转入金额比例", "share of income from first-time payers"), "contacts", (f"in_first_fen_{w}", f"in_total_fen_{w}")) for w in DAYS),
    *(ratio(f"out_first_share_{w}", ("首次付款占转出金额比例", "share of spending to first-time payees"), "contacts", (f"out_first_fen_{w}", f"out_total_fen_{w}")) for w in DAYS),
    ratio("in_mean_fen_30d", ("平均每笔转入金额", "mean incoming transfer"), "money", ("in_total_fen_30d", "in_count_30d")),
    ratio("out_mean_fen_30d", ("平均每笔转出金额", "mean outgoing transfer"), "money", ("out_total_fen_30d", "out_count_30d")),
    ratio("in_per_payer_30d", ("平均每个付款方付款笔数", "payments per payer"), "contacts", ("in_count_30d", "payer_distinct_30d")),
    ratio("out_per_payee_30d", ("平均每个收款方收款笔数", "payments per payee"), "contacts", ("out_count_30d", "payee_distinct_30d")),
    ratio("cash_share_30d", ("取现占转出比例", "share of outgoing money taken in cash"), "money", ("cash_out_fen_30d", "out_total_fen_30d")),
    ratio("crypto_share_30d", ("虚拟货币占转出比例", "share of outgoing money to crypto venues"), "money", ("crypto_out_fen_30d", "out_total_fen_30d")),
    ratio("merchant_share_30d", ("商户消费占转出笔数比例", "share of outgoing transfers spent at merchants"), "rhythm", ("merchant_out_count_30d", "out_count_30d")),
    ratio("night_share_7d", ("近七天夜间占比", "share of recent transfers made at night"), "rhythm", ("out_night_count_7d", "out_count_7d")),
    ratio("night_share_90d", ("近九十天夜间占比", "the card's habit of night transfers"), "rhythm", ("out_night_count_90d", "out_count_90d")),
    ratio("day_of_quarter_in_share", ("今日转入占九十天比例", "today's income as a share of the quarter"), "rhythm", ("in_total_fen_1d", "in_total_fen_90d")),
    ratio("peak_of_quarter_in_share", ("最高一日转入占九十天比例", "the fullest day's income as a share of the quarter"), "rhythm", ("in_day_peak_fen_90d", "in_total_fen_90d")),
    ratio("peak_first_share_90d", ("陌生付款集中在一日的程度", "how far first-time payers came on one day"), "rhythm", ("in_first_day_peak_90d", "in_first_count_90d")),
    ratio("called_in_share_30d", ("接陌生来电者付款占转入比例", "share of income from people just called by a stranger"), "cross", ("called_in_fen_30d", "in_total_fen_30d")),
    ratio("emptied_share_30d", ("转出后清空比例", "share of outgoing transfers that emptied the card"), "money", ("emptied_count_30d", "out_count_30d")),
    ratio("dwell_mean_s_30d", ("资金平均停留秒数", "mean seconds that money lay before it left"), "money", ("dwell_total_s_30d", "out_count_30d")),
)  # fmt: skip


def two_sided(
    moves: Moves, giver_flags: Ints, taker_flags: Ints, keep: tuple[Bools, Bools]
) -> Events:
    """Each move as two events: for its giver (OUT) and its taker (IN), in order of time.

    `keep`: masks of moves whose giver, whose taker has a history worth keeping.
    """
    kept = np.stack(keep, axis=1).ravel()

    def both(giver: Ints, taker: Ints) -> Ints:
        return np.stack([giver, taker], axis=1).ravel()[kept]  # one column at a time: they are long

    at = both(moves.at, moves.at)
    return Events(
        key=both(moves.giver, moves.taker),
        other=both(moves.taker, moves.giver),
        at=at,
        value=both(moves.value, moves.value),
        flags=both(giver_flags | f.OUT, taker_flags | f.IN),
        known_at=at,
    )
