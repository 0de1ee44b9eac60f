"""The ordered list of every feature of every subject, with its reason in both languages, and its hash."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from duanka.features import calls, devices, kernel, openings, taint, transfers
from duanka.features.given import (
    ACCOUNT,
    BOUND_CALLS,
    BOUND_MESSAGES,
    BOUND_USES,
    CALLEE,
    CARD,
    EVENT_CALL,
    EVENT_OPENING,
    EVENT_TRANSFER,
    EVENT_USES,
    LACKS,
    SIM,
    SIM_ACCOUNT,
    Words,
)
from duanka.features.spec import WINDOWS, Aggregate, Derived, Feature

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from duanka.features.spec import Family

__all__ = [
    "LACKS",
    "SUBJECTS",
    "Subject",
    "catalogue_hash",
    "features_of",
    "lacking_columns",
    "markdown",
    "names_of",
    "sentences",
]

Subject = Literal["account", "sim", "transfer", "call", "opening"]
SUBJECTS: tuple[Subject, ...] = ("account", "sim", "transfer", "call", "opening")


@cache
def lacking_columns(subject: Subject, what: str) -> tuple[int, ...]:
    """Positions of a subject's columns that know nothing where a dataset lacks `what`."""
    stems = LACKS[what]
    return tuple(
        i for i, n in enumerate(names_of(subject)) if any(re.search(stem, n) for stem in stems)
    )


def words_of(
    aggregates: Iterable[Aggregate], scalars: Mapping[str, tuple[str, str, Family]]
) -> Words:
    """Every column that these aggregates and scalars give, with its words."""
    out: Words = {}
    for a in aggregates:
        for window, name in zip(a.windows, a.names(), strict=True):
            w = WINDOWS[window]
            out[name] = (f"{w.zh}{a.zh}", f"{a.en} {w.en}", a.family)
    out.update(scalars)
    return out


def derived_words(derived: Iterable[Derived]) -> Words:
    """The words of derived columns; the window is read off the name's last part."""
    out: Words = {}
    for d in derived:
        w = WINDOWS.get(d.name.rsplit("_", 1)[-1])
        out[d.name] = (f"{w.zh}{d.zh}", f"{d.en} {w.en}", d.family) if w else (d.zh, d.en, d.family)
    return out


TRANSFER_WORDS = words_of(transfers.AGGREGATES, transfers.SCALAR_WORDS)
TRANSFER_ALL = {**TRANSFER_WORDS, **derived_words(transfers.DERIVED)}
CALL_WORDS = words_of(calls.CALLS, calls.CALL_SCALARS)
PAID_WORDS = words_of(calls.PAID, {})
MESSAGE_WORDS = words_of(calls.MESSAGES, calls.MESSAGE_SCALARS)
USE_WORDS = words_of(devices.USES, devices.USE_SCALARS)
PLACE_WORDS = words_of(devices.PLACES, {})
NOTICE_WORDS = words_of(taint.NOTICES, {})
APPLICANT_WORDS = words_of(
    openings.BY_APPLICANT,
    {
        "opening_since_last_s": (
            "上次申请开卡距今(秒)",
            "seconds since the last application",
            "opening",
        )
    },
)
HOST_WORDS = words_of(openings.BY_HOST, {})
NAMED_NOTICES = words_of(openings.BY_NOTICE, {})


def _of(words: Words, prefix: str, zh: str, en: str, only: Iterable[str] | None = None) -> Words:
    names = words if only is None else only
    return {
        f"{prefix}_{n}": (f"{zh}{words[n][0]}", f"{en}: {words[n][1]}", words[n][2]) for n in names
    }


def _as(family: Family, words: Words) -> Words:
    return {n: (zh, en, family) for n, (zh, en, _) in words.items()}


_CALL_ALL = {**CALL_WORDS, **derived_words(calls.DERIVED), **PAID_WORDS, **MESSAGE_WORDS}
_BY_SUBJECT: dict[Subject, Words] = {
    "account": {
        **TRANSFER_ALL, **USE_WORDS, **PLACE_WORDS, **NOTICE_WORDS, **APPLICANT_WORDS, **CARD, **ACCOUNT,
        **_as("cross", _of(CALL_WORDS, "bound", "绑定电话卡", "bound phone card", BOUND_CALLS)),
        **_as("cross", _of(MESSAGE_WORDS, "bound", "绑定电话卡", "bound phone card", BOUND_MESSAGES)),
        **_as("cross", _of(USE_WORDS, "bound", "绑定电话卡", "bound phone card", BOUND_USES)),
    },
    "sim": {
        **_CALL_ALL, **USE_WORDS, **PLACE_WORDS, **NOTICE_WORDS, **APPLICANT_WORDS, **CARD, **SIM,
        **_as("cross", _of(TRANSFER_ALL, "account", "绑定账户", "bound account", SIM_ACCOUNT)),
    },
    "transfer": {
        **EVENT_TRANSFER,
        **_of(TRANSFER_ALL, "payer", "付款方", "payer"),
        **_of(USE_WORDS, "payer", "付款方", "payer", EVENT_USES),
        **_of(NOTICE_WORDS, "payer", "付款方", "payer"),
        **_of(TRANSFER_ALL, "payee", "收款方", "payee"),
        **_of(USE_WORDS, "payee", "收款方", "payee", EVENT_USES),
        **_of(NOTICE_WORDS, "payee", "收款方", "payee"),
    },
    "call": {
        **EVENT_CALL,
        **_of(_CALL_ALL, "caller", "主叫", "caller"),
        **_of(USE_WORDS, "caller", "主叫", "caller", EVENT_USES),
        **_of(NOTICE_WORDS, "caller", "主叫", "caller"),
        **_of(_CALL_ALL, "callee", "被叫", "callee", CALLEE),
    },
    "opening": {
        **EVENT_OPENING, **APPLICANT_WORDS,
        **_of(HOST_WORDS, "companion", "陪同人", "companion"),
        **_of(HOST_WORDS, "terminal", "办理终端", "terminal"),
        **_of(HOST_WORDS, "staff", "经办人员", "staff"),
        **_of(NAMED_NOTICES, "holder", "申请人", "applicant"),
        **_of(NAMED_NOTICES, "outlet", "网点", "outlet"),
        **_of(NAMED_NOTICES, "staff", "经办人员", "staff"),
    },
}  # fmt: skip


@cache
def features_of(subject: Subject) -> tuple[Feature, ...]:
    """The features of a subject's question, in the order of its vector."""
    return tuple(Feature(name, *words) for name, words in _BY_SUBJECT[subject].items())


@cache
def names_of(subject: Subject) -> tuple[str, ...]:
    """The names alone."""
    return tuple(feature.name for feature in features_of(subject))


# How old, how recent, what hour, what kind of card: it colours a score, and is no signal of its own.
CONTEXT = "context"
_CONTEXT = re.compile(
    r"since_last_s$|age_days$|^hour$|active_|use_count|contacts_full$|_known$|^has_"
    r"|^is_(corporate|payment|low_class|iot|sim|accompanied|own|protected|cash|merchant|machine"
    r"|scanned|round|roaming)$"
)


@cache
def signal_families(subject: Subject) -> tuple[str, ...]:
    """The family that each feature speaks for when families are counted, in catalogue order."""
    return tuple(CONTEXT if _CONTEXT.search(f.name) else f.family for f in features_of(subject))


# Raised by whoever changes what a name means without changing its declaration (how a stream is told).
MEANING = 3


@cache
def catalogue_hash(subject: Subject) -> str:
    """Twelve hex digits that change whenever what a vector holds changes."""
    told = [
        f"meaning {MEANING}",
        *names_of(subject),
        *(f"{w.name}{w.length}/{w.hop}" for w in WINDOWS.values()),
    ]
    told += [repr((a.stem, a.op, a.need, a.bar, a.value, a.of)) for a in _all_aggregates()]
    told.append(repr((kernel.RETURN_SPAN, kernel.TEST_SPAN, kernel.WAKE_SPAN)))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]


def _all_aggregates() -> tuple[Aggregate, ...]:
    return (
        *transfers.AGGREGATES, *calls.CALLS, *calls.PAID, *calls.MESSAGES, *devices.USES,
        *devices.PLACES, *devices.HOSTS, *devices.NETWORKS, *openings.BY_APPLICANT,
        *openings.BY_HOST, *openings.BY_NOTICE, *taint.NOTICES,
    )  # fmt: skip


def sentences() -> dict[str, tuple[str, str]]:
    """For every feature name its (zh, en) reason."""
    return {f.name: (f.zh, f.en) for s in SUBJECTS for f in features_of(s)}


def markdown() -> str:
    """The feature catalogue as a page, both languages, generated from the code."""
    lines = [
        "# Feature catalogue 特征目录",
        "",
        "Generated by `make docs`. Windows are half-open and end before the question.",
        "",
    ]
    for subject in SUBJECTS:
        lines += [
            f"## {subject}",
            "",
            f"{len(names_of(subject))} features, hash `{catalogue_hash(subject)}`.",
            "",
        ]
        lines += ["| feature | family | 中文 | English |", "|---|---|---|---|"]
        lines += [f"| `{f.name}` | {f.family} | {f.zh} | {f.en} |" for f in features_of(subject)]
        lines.append("")
    return "\n".join(lines)
