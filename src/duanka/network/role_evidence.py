"""The evidence for and against a suspected role, as one line of JSON that a person can read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl

from duanka.network import role_scores
from duanka.network.role_signals import SIGNALS

if TYPE_CHECKING:
    from datetime import datetime

    from duanka.network.role_cards import Known

KEY = role_scores.KEY
AGAINST: dict[str, tuple[str, str]] = {
    "mule": ("家人共用手机、换机、代办业务也会移动设备；卡可能被盗用", "families share phones, people change handsets; the card may have been stolen"),
    "runner": ("小商户、拼单、代收也会快进快出", "small traders and group buyers pass money on, too"),
    "minder": ("亲属、护工、单位经办人也会陪同", "relatives, carers and a firm's clerk come along, too"),
    "recruiter": ("快递、销售、用工中介也会大量首次联系", "couriers, sales and labour agents ring many people once"),
    "dealer": ("雇主、房东、商户也会向多人付款", "employers, landlords and traders pay many people, too"),
    "head_dealer": ("家人和生意伙伴也会资助和常联系", "kin and business partners give money and call, too"),
    "company_agent": ("合法代理记账、孵化器也为多家单位登记", "lawful agencies and incubators register many firms"),
    "controller": ("同宿舍、同店共用设备和网络", "dormitories and shops share devices and networks"),
    "cash_courier": ("热门机具前后取现可能只是巧合", "a busy machine brings strangers together by chance"),
    "liaison": ("留学生、外贸和边境居民也有境外活动", "students, traders and border residents are abroad, too"),
    "financier": ("正常借款、投资和货款也会大额往来", "lawful loans, investments and trade move large sums, too"),
    "insider": ("网点客群不同；他人也可能借用工号", "customers differ by outlet; others may have used the staff number"),
    "victim": ("可能是正常交易纠纷", "it may have been a lawful purchase in dispute"),
}  # fmt: skip
"""What else would explain the same evidence."""


def evidence(known: Known, found: pl.DataFrame, signals: pl.DataFrame) -> pl.DataFrame:
    """The found roles with their evidence: subject_kind, subject_id, role, score, evidence.

    The JSON holds rung (of the ladder signal, pattern, suspicion, lead), kinds (of evidence), signals
    that speak for the role and against it (name, kind, value, count, first_at, last_at, events, zh, en,
    log_odds), what else would explain it, and which tables were not there to say anything.
    """
    roles = found["role"].unique().sort().to_list()
    parts = role_scores.weighed(known, signals, roles).join(found.select(*KEY, "role"), on=[*KEY, "role"], how="semi")  # fmt: skip
    lines: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    order = parts.sort(
        *KEY, "role", "adds", "signal", descending=[False, False, False, True, False]
    )
    for row in order.iter_rows(named=True):
        lines.setdefault((row["subject_kind"], row["subject_id"], row["role"]), []).append(
            _line(row)
        )
    absent = [name for name in ("transfer", "call", "message", "device_use", "opening", "label", "lead") if not known.has(name)]  # fmt: skip
    texts = [
        _text(row, lines.get((row["subject_kind"], row["subject_id"], row["role"]), []), absent)
        for row in found.iter_rows(named=True)
    ]
    return found.with_columns(pl.Series("evidence", texts, dtype=pl.String))


def _line(row: dict[str, Any]) -> dict[str, Any]:
    signal = SIGNALS[row["signal"]]
    return {
        "signal": row["signal"],
        "kind": signal.family,
        "value": round(row["value"], 4),
        "count": row["count"],
        "first_at": _told(row["first_at"]),
        "last_at": _told(row["last_at"]),
        "events": row["events"] or [],
        "log_odds": round(row["adds"], 3),
        "zh": signal.zh,
        "en": signal.en,
    }


def _told(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _text(row: dict[str, Any], lines: list[dict[str, Any]], absent: list[str]) -> str:
    zh, en = AGAINST[row["role"]]
    body = {
        "rung": row["rung"],
        "word": "疑似",
        "kinds": sorted({line["kind"] for line in lines if line["log_odds"] > 0}),
        "for": [line for line in lines if line["log_odds"] > 0],
        "against": [line for line in lines if line["log_odds"] <= 0],
        "else": {"zh": zh, "en": en},
        "not_held": absent,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
