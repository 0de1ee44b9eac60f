"""All features asked of calls and messages: dispersion, call-back, rhythm, code-only use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from duanka.features import flags as f
from duanka.features import kernel
from duanka.features.shares import ratio, share
from duanka.features.spec import Aggregate, Derived

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from duanka.features.spec import Family

    Floats = NDArray[np.float64]

IN, OUT, OK = f.IN, f.OUT, f.OK
ALL = ("1h", "1d", "7d", "30d", "90d")
SLOW = ("1d", "7d", "30d", "90d")
DAYS = ("1d", "7d", "30d")

CALLS: tuple[Aggregate, ...] = (
    Aggregate("call_out_count", "count", ALL, "主叫次数", "outgoing calls", "contacts", OUT),
    Aggregate("call_in_count", "count", ALL, "被叫次数", "incoming calls", "contacts", IN),
    Aggregate("call_out_s", "total", SLOW, "主叫时长(秒)", "seconds of outgoing calls", "contacts", OUT),
    Aggregate("call_in_s", "total", DAYS, "被叫时长(秒)", "seconds of incoming calls", "contacts", IN),
    Aggregate("call_longest_s", "largest", ("1d", "30d"), "最长主叫(秒)", "longest outgoing call (s)", "contacts", OUT),
    Aggregate("callee_distinct", "distinct", ALL, "不同被叫号码数", "distinct numbers called", "contacts", OUT),
    Aggregate("caller_distinct", "distinct", SLOW, "不同主叫号码数", "distinct callers", "contacts", IN),
    Aggregate("call_first_count", "count", ALL, "首次呼叫的号码数", "calls to numbers never met before", "contacts", OUT | f.FIRST),
    Aggregate("call_back_count", "count", SLOW, "对方回拨次数", "calls back from numbers called", "contacts", IN | f.RETURNED),
    Aggregate("call_returned_count", "count", DAYS, "回拨对方次数", "calls made back to callers", "contacts", OUT | f.RETURNED),
    Aggregate("call_answered_count", "count", SLOW, "主叫接通次数", "outgoing calls answered", "contacts", OUT | OK),
    Aggregate("call_short_count", "count", DAYS, "主叫短通话次数", "short outgoing calls", "contacts", OUT | f.SHORT),
    Aggregate("call_long_count", "count", DAYS, "主叫长通话次数", "long outgoing calls", "contacts", OUT | f.LONG),
    Aggregate("call_long_first_count", "count", SLOW, "与陌生号码长通话次数", "long calls to numbers never met before", "contacts", OUT | f.LONG | f.FIRST),
    Aggregate("call_night_count", "count", ("7d", "90d"), "夜间主叫次数", "outgoing calls at night", "rhythm", OUT | f.NIGHT),
    Aggregate("call_roaming_count", "count", ("7d", "30d", "90d"), "漫游主叫次数", "outgoing calls while roaming", "device", OUT | f.ROAMING),
    Aggregate("call_active", "active", SLOW, "通话活跃时段数", "stretches with any call", "rhythm", 0),
    Aggregate("call_out_active", "active", DAYS, "主叫活跃时段数", "stretches with outgoing calls", "rhythm", OUT),
    Aggregate("call_wake_count", "count", ("7d", "30d", "90d"), "静默三十天以上后启用次数", "awakenings after thirty days of silence", "rhythm", f.WAKE),
    Aggregate("call_first_hour_peak", "peak", ("30d", "90d"), "单小时首呼峰值", "most first calls in one hour", "contacts", OUT, of="call_first_count_1h"),
    Aggregate("call_out_hour_peak", "peak", ("30d", "90d"), "单小时主叫峰值", "most outgoing calls in one hour", "contacts", OUT, of="call_out_count_1h"),
    Aggregate("call_first_day_peak", "peak", ("30d", "90d"), "单日首呼峰值", "most first calls in one day", "contacts", OUT, of="call_first_count_1d"),
)  # fmt: skip
CALL_LAYOUT, CALL_NAMES = kernel.compile_layout(CALLS, stem="call_")
# who has met whom, and nothing else: enough to tell a stranger's call
MEETING_LAYOUT, _ = kernel.compile_layout(())
CALL_SCALARS: dict[str, tuple[str, str, Family]] = {
    "call_since_last_s": ("最近通话距今(秒)", "seconds since the last call", "rhythm"),
    "call_contacts_full": ("通话对方数已达上限", "the memory of numbers is full", "contacts"),
}

# asked of a caller: how many of those called then paid a stranger
PAID: tuple[Aggregate, ...] = (
    Aggregate("then_paid_count", "count", SLOW, "被叫接听后即首次转账次数", "people called who then paid a stranger", "cross", 0),
    Aggregate("then_paid_fen", "total", ("30d", "90d"), "被叫接听后首次转账金额", "what people called then paid to strangers", "cross", 0),
)  # fmt: skip
PAID_LAYOUT, PAID_NAMES = kernel.compile_layout(PAID, contact_count=1, stem="paid_")

MESSAGES: tuple[Aggregate, ...] = (
    Aggregate("message_out_count", "count", DAYS, "发出短信数", "messages sent", "contacts", OUT),
    Aggregate("message_in_count", "count", DAYS, "收到短信数", "messages received", "contacts", IN),
    Aggregate("message_personal_count", "count", ("7d", "30d"), "个人短信往来数", "personal messages", "contacts", f.PERSONAL),
    Aggregate("code_count", "count", DAYS, "收到验证码数", "codes received", "contacts", IN | f.CODE),
    Aggregate("sender_distinct", "distinct", DAYS, "不同发送方数", "distinct senders", "contacts", IN),
    Aggregate("receiver_distinct", "distinct", DAYS, "不同接收方数", "distinct receivers", "contacts", OUT),
    Aggregate("message_first_count", "count", DAYS, "首次发往的号码数", "messages to numbers never met before", "contacts", OUT | f.FIRST),
    Aggregate("code_day_peak", "peak", ("30d",), "单日验证码峰值", "most codes in one day", "contacts", IN | f.CODE, of="code_count_1d"),
)  # fmt: skip
MESSAGE_LAYOUT, MESSAGE_NAMES = kernel.compile_layout(MESSAGES, contact_count=32, stem="message_")
MESSAGE_SCALARS: dict[str, tuple[str, str, Family]] = {
    "message_since_last_s": ("最近短信距今(秒)", "seconds since the last message", "rhythm"),
    "message_contacts_full": (
        "短信对方数已达上限",
        "the memory of correspondents is full",
        "contacts",
    ),
}


def _outgoing(out: Floats, received: Floats) -> Floats:
    return share(out, out + received)


DERIVED: tuple[Derived, ...] = (
    *(Derived(f"call_out_share_{w}", "主叫占比", "share of calls that are outgoing", "contacts", (f"call_out_count_{w}", f"call_in_count_{w}"), _outgoing) for w in SLOW),
    *(ratio(f"call_first_share_{w}", ("首呼占主叫比例", "share of calls to numbers never met before"), "contacts", (f"call_first_count_{w}", f"call_out_count_{w}")) for w in SLOW),
    *(ratio(f"call_repeat_{w}", ("平均每个被叫号码通话次数", "calls per number called"), "contacts", (f"call_out_count_{w}", f"callee_distinct_{w}")) for w in SLOW),
    *(ratio(f"call_back_share_{w}", ("回拨率", "share of numbers that called back"), "contacts", (f"call_back_count_{w}", f"call_out_count_{w}")) for w in ("7d", "30d")),
    ratio("call_answered_share_30d", ("接通率", "share of outgoing calls answered"), "contacts", ("call_answered_count_30d", "call_out_count_30d")),
    ratio("call_mean_s_30d", ("平均主叫时长(秒)", "mean outgoing call (s)"), "contacts", ("call_out_s_30d", "call_answered_count_30d")),
    ratio("then_paid_share_30d", ("被叫接听后转账比例", "share of calls after which the callee paid a stranger"), "cross", ("then_paid_count_30d", "call_answered_count_30d")),
    ratio("code_share_30d", ("验证码占来信比例", "share of incoming messages that are codes"), "contacts", ("code_count_30d", "message_in_count_30d")),
    ratio("first_peak_share_90d", ("首呼集中在一日的程度", "how far first calls fell on one day"), "rhythm", ("call_first_day_peak_90d", "call_first_count_90d")),
    ratio("call_per_stretch_30d", ("每活跃时段主叫次数", "outgoing calls per active stretch"), "rhythm", ("call_out_count_30d", "call_out_active_30d")),
)  # fmt: skip
