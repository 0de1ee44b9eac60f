"""All features asked of openings: how many, how fast, with whom, at which terminal."""

from __future__ import annotations

from duanka.features import flags as f
from duanka.features import kernel
from duanka.features.spec import Aggregate

WINDOWS = ("1d", "7d", "30d", "90d")

BY_APPLICANT: tuple[Aggregate, ...] = (
    Aggregate("opening_count", "count", WINDOWS, "申请开卡次数", "applications for cards", "opening", 0),
    Aggregate("opening_account_count", "count", ("7d", "90d"), "申请银行账户次数", "applications for accounts", "opening", f.ACCOUNT),
    Aggregate("opening_sim_count", "count", ("7d", "90d"), "申请电话卡次数", "applications for phone cards", "opening", f.SIM),
    Aggregate("opening_refused_count", "count", ("30d", "90d"), "被拒绝开卡次数", "applications refused", "opening", f.REFUSED),
    Aggregate("opening_outlet_distinct", "distinct", ("7d", "90d"), "申请过的不同网点数", "distinct outlets applied to", "opening", f.IN),
)  # fmt: skip
APPLICANT_LAYOUT, APPLICANT_NAMES = kernel.compile_layout(
    BY_APPLICANT, contact_count=16, stem="opening_"
)

# asked of a companion, a terminal, a member of staff: whom they brought, how fast they worked
BY_HOST: tuple[Aggregate, ...] = (
    Aggregate("count", "count", ("1h", "1d", "7d", "30d"), "开卡笔数", "openings", "opening", 0),
    Aggregate("applicant_distinct", "distinct", ("1h", "1d", "30d"), "不同申请人数", "distinct applicants", "opening", f.IN),
    Aggregate("night_count", "count", ("30d",), "夜间开卡笔数", "openings at night", "opening", f.NIGHT),
    Aggregate("refused_count", "count", ("30d",), "拒绝开卡笔数", "openings refused", "opening", f.REFUSED),
)  # fmt: skip
HOST_LAYOUT, HOST_NAMES = kernel.compile_layout(BY_HOST, contact_count=32, stem="host_")

# asked of a holder, a companion, an outlet, a member of staff: cards flagged since
BY_NOTICE: tuple[Aggregate, ...] = (
    Aggregate(
        "lead_count", "count", ("30d", "90d"), "线索通报次数", "leads received", "taint", f.LEAD
    ),
    Aggregate(
        "label_count",
        "count",
        ("90d",),
        "确认涉案次数",
        "cards confirmed implicated",
        "taint",
        f.LABEL,
    ),
)
NOTICE_LAYOUT, NOTICE_NAMES = kernel.compile_layout(BY_NOTICE, contact_count=4, stem="notice_")
