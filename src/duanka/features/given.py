"""Columns that no stream answers: looked up as of the instant, or read off the event that is judged."""

from __future__ import annotations

from duanka.features.spec import Family

Words = dict[str, tuple[str, str, Family]]

HOLDING: Words = {
    "holder_account_count": ("同一开户人名下账户数", "accounts held by the holder", "opening"),
    "holder_sim_count": ("同一开户人名下电话卡数", "phone cards held by the holder", "opening"),
    "holder_opened_30d": (
        "同一开户人近30天新开卡数",
        "cards the holder opened in 30 days",
        "opening",
    ),
    "holder_company_count": (
        "同一开户人在同一机构的同类卡数",
        "cards of the kind at the same institution",
        "opening",
    ),
}
CARD: Words = {
    "age_days": ("卡龄(天)", "age of the card (days)", "rhythm"),
    **HOLDING,
}
ACCOUNT: Words = {
    "is_corporate": ("对公账户", "a corporate account", "opening"),
    "is_payment": ("支付账户", "a payment account", "opening"),
    "is_low_class": ("二三类账户", "a class II or III account", "opening"),
    "has_bound_sim": ("绑定手机号为已知电话卡", "bound to a known phone card", "cross"),
    "bound_apart": (
        "收验证码的手机与登录设备分离",
        "codes arrive on another handset than the one that logs in",
        "cross",
    ),
    "bound_age_days": ("绑定电话卡卡龄(天)", "age of the bound phone card (days)", "cross"),
}
BOUND_CALLS = (
    "call_out_count_7d",
    "call_in_count_7d",
    "call_out_count_90d",
    "call_in_count_90d",
    "callee_distinct_30d",
    "call_first_count_7d",
    "call_first_day_peak_90d",
    "call_since_last_s",
)
BOUND_MESSAGES = ("code_count_1d", "code_count_7d", "message_in_count_30d")
BOUND_USES = ("device_crowd_30d", "device_distinct_30d", "device_first_count_30d")
SIM: Words = {
    "is_iot": ("物联网卡", "an internet-of-things card", "opening"),
    "bound_account_count": ("绑定账户数", "accounts bound to the phone card", "cross"),
}
SIM_ACCOUNT = (
    "in_total_fen_30d",
    "passed_hour_fen_90d",
    "in_first_day_peak_90d",
    "in_first_count_7d",
    "called_in_count_90d",
    "out_total_fen_30d",
    "since_last_s",
)
EVENT_TRANSFER: Words = {
    "amount_fen": ("本笔金额", "amount of this transfer", "money"),
    "hour": ("发生时刻(时)", "hour of the day", "rhythm"),
    "is_first": ("首次向该收款方付款", "first payment to this payee", "contacts"),
    "is_own": ("本人账户之间", "between the holder's own accounts", "money"),
    "is_protected": ("受保护款项", "a protected payment", "rhythm"),
    "is_cash": ("现金存取", "cash", "money"),
    "is_merchant": ("商户消费", "a purchase at a merchant", "money"),
    "is_abroad_or_crypto": ("转往境外或虚拟货币渠道", "to abroad or to a crypto venue", "money"),
    "is_machine": ("柜台或取款机", "at a counter or cash machine", "money"),
    "is_scanned": ("扫码", "by QR or terminal", "money"),
    "is_round": ("整百金额", "a round sum", "money"),
    "is_new_device": ("新设备操作", "from a device new to the payer", "device"),
    "is_emptying": ("转出后余额几近为零", "leaves almost nothing", "money"),
    "since_call_s": ("距接听陌生来电(秒)", "seconds since a stranger's call", "cross"),
    "depth": ("资金层数", "layers behind the money", "taint"),
    "cycle": ("资金回流环长", "length of a closed money loop", "taint"),
    "gather": ("同源汇聚路数", "payers bringing money of one source", "taint"),
    "of_payer_largest": (
        "本笔与付款方近90天最大一笔之比",
        "this amount against the payer's largest in 90 days",
        "money",
    ),
    "of_payee_largest": (
        "本笔与收款方近90天最大一笔之比",
        "this amount against the payee's largest in 90 days",
        "money",
    ),
    "of_payer_day_in": (
        "本笔占付款方近1天转入比例",
        "this amount against what the payer received in a day",
        "money",
    ),
    "of_payer_hour_in": (
        "本笔占付款方近1小时转入比例",
        "this amount against what the payer received in an hour",
        "money",
    ),
    "payer_age_days": ("付款卡卡龄(天)", "age of the payer's card (days)", "rhythm"),
    "payee_age_days": ("收款卡卡龄(天)", "age of the payee's card (days)", "rhythm"),
    "payee_known": ("收款卡为本机构登记卡", "the payee is on the register", "opening"),
}
EVENT_USES = (
    "device_crowd_30d",
    "device_first_count_7d",
    "device_distinct_7d",
    "abroad_count_7d",
    "network_crowd_1d",
)
EVENT_CALL: Words = {
    "hour": ("发生时刻(时)", "hour of the day", "rhythm"),
    "is_first": ("首次呼叫该号码", "first call to this number", "contacts"),
    "is_roaming": ("漫游", "roaming", "device"),
    "caller_age_days": ("主叫卡龄(天)", "age of the caller's card (days)", "rhythm"),
}
CALLEE = ("call_in_count_7d", "call_out_count_7d", "caller_distinct_30d", "call_first_share_30d")
EVENT_OPENING: Words = {
    "hour": ("办理时刻(时)", "hour of the day", "rhythm"),
    "is_sim": ("申请电话卡", "an application for a phone card", "opening"),
    "is_accompanied": ("有人陪同", "somebody came along", "opening"),
    **HOLDING,
}  # fmt: skip


# What a dataset may lack, and the columns that then know nothing (rather than zero). By pattern.
LACKS: dict[str, tuple[str, ...]] = {
    "calls": ("called_", "since_call_s", "bound_call", "then_paid"),
    "messages": ("message_", "code_", "sender_distinct", "receiver_distinct"),
    "devices": ("device_", "crowd", "shared_first", "abroad_count", "use_", "bound_apart"),
    "regions": ("region_distinct",),
    "memos": ("protected",),
    "balances": ("emptied_", "is_emptying"),
    "channels": ("machine", "scanned"),
    "holders": ("holder_", "opening_", "own_fen", "is_own", "bound_"),
    "notices": ("_lead_count", "_label_count"),
    "register": ("age_days", "is_corporate", "is_payment", "is_low_class", "payee_known"),
    "openings": ("opening_", "companion_", "terminal_", "staff_"),
    "transfers": ("^account_",),
}
