"""Where each answer of the live host goes in a vector: computed once from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from duanka.features import calls, catalogue, shares, transfers
from duanka.features import live_state as s
from duanka.features.asking import (
    APPLICANTS,
    CALLS,
    HOST_NOTICES,
    HOSTS,
    MESSAGES,
    NOTICES,
    PAID,
    TRANSFERS,
    USES,
)
from duanka.features.event_vectors import AGAINST, CARRIED, TOLD_BY_BIT
from duanka.features.given import LACKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from duanka.features.asking import Asked
    from duanka.features.catalogue import Subject
    from duanka.features.spec import Derived

    Ints = NDArray[np.int64]

# how a derived column follows from two others
SHARE, BOTH_WAYS, OF_BOTH = range(3)


class Plan(NamedTuple):
    """Where a subject's answers stand in one long line, and which of them its vector takes.

    Shapes: `asks` lines of (stream, where in an event the key stands, where the answers begin); `place`
    where the values given singly begin; `derived`
    lines of (how, part, whole, to); `take` one place a feature; `lacking` the features that know
    nothing before LACKS[i] is told of: lacking[bounds[i]:bounds[i + 1]].
    """

    asks: Ints
    place: int
    derived: Ints
    take: Ints
    lacking: Ints
    bounds: Ints
    size: int


TRANSFER_SINGLE = (
    "amount_fen",
    "hour",
    "is_first",
    "since_call_s",
    "payer_age_days",
    "payee_age_days",
    "payee_known",
    *TOLD_BY_BIT,
    *CARRIED,
    *AGAINST,
)
CALL_SINGLE = (
    "hour",
    "is_first",
    "is_roaming",
    "caller_age_days",
    "callee_call_first_share_30d",
)
OPENING_SINGLE = (
    "hour",
    "is_sim",
    "is_accompanied",
    "holder_account_count",
    "holder_sim_count",
    "holder_opened_30d",
    "holder_company_count",
)


def plan(
    subject: Subject,
    blocks: Sequence[tuple[str, Asked, int, int]],
    single: tuple[str, ...],
    derived: Sequence[tuple[str, Derived]] = (),
) -> Plan:
    """The plan of a subject whose vector is made of these blocks, derived columns and single values.

    A block is a prefix, how the stream answers, which stream, and where in an event its key stands.
    """
    names = [prefix + name for prefix, asked, _, _ in blocks for name in asked.names]
    begun = np.cumsum([0, *[len(asked.names) for _, asked, _, _ in blocks]]).tolist()
    asks = [(stream, key, at) for (_, _, stream, key), at in zip(blocks, begun, strict=False)]
    first_derived = len(names)
    names += [prefix + d.name for prefix, d in derived]
    place = len(names)
    names += single
    spot = {name: at for at, name in enumerate(names)}
    follow = [
        (how(d), spot[prefix + d.needs[0]], spot[prefix + d.needs[1]], first_derived + n)
        for n, (prefix, d) in enumerate(derived)
    ]
    lacking = [catalogue.lacking_columns(subject, what) for what in LACKS]
    return Plan(
        asks=np.array(asks, dtype=np.int64),
        place=place,
        derived=np.array(follow, dtype=np.int64).reshape(-1, 4),
        take=np.array([spot[name] for name in catalogue.names_of(subject)], dtype=np.int64),
        lacking=np.array([i for found in lacking for i in found], dtype=np.int64),
        bounds=np.cumsum([0, *[len(found) for found in lacking]]).astype(np.int64),
        size=len(names),
    )


def how(derived: Derived) -> int:
    """How the live host computes a derived column.

    Raises: TypeError for a function it does not know: teach it in live_answer.py, beside the others.
    """
    known = {
        shares.share: SHARE,
        transfers._both_ways: BOTH_WAYS,  # noqa: SLF001 - the live host's twin of it stands in live_answer.py
        calls._outgoing: OF_BOTH,  # noqa: SLF001
    }
    if derived.compute not in known:
        raise TypeError(f"the live host does not know how to compute {derived.name}")
    return known[derived.compute]


def _each(prefixes: Sequence[str], derived: Sequence[Derived]) -> list[tuple[str, Derived]]:
    return [(prefix, d) for prefix in prefixes for d in derived]


SIDE = ((TRANSFERS, s.TRANSFERS), (USES, s.USES), (NOTICES, s.NOTICES))
TRANSFER = plan(
    "transfer",
    [
        (prefix, asked, stream, key)
        for prefix, key in (("payer_", s.W_A), ("payee_", s.W_B))
        for asked, stream in SIDE
    ],
    TRANSFER_SINGLE,
    _each(("payer_", "payee_"), transfers.DERIVED),
)
CALL = plan(
    "call",
    [
        ("caller_", CALLS, s.CALLS, s.W_A),
        ("caller_", PAID, s.PAID, s.W_A),
        ("caller_", MESSAGES, s.MESSAGES, s.W_A),
        ("caller_", USES, s.USES, s.W_A),
        ("caller_", NOTICES, s.NOTICES, s.W_A),
        ("callee_", CALLS, s.CALLS, s.W_B),
    ],
    CALL_SINGLE,
    _each(("caller_",), calls.DERIVED),
)
# an application's companion, terminal and staff stand where a transfer has its source and device
OPENING = plan(
    "opening",
    [
        ("", APPLICANTS, s.APPLICANTS, s.W_A),
        ("companion_", HOSTS, s.COMPANIONS, s.W_SOURCE),
        ("terminal_", HOSTS, s.TERMINALS, s.W_DEVICE),
        ("staff_", HOSTS, s.STAFF, s.W_NETWORK),
        ("holder_", HOST_NOTICES, s.HOLDER_NOTICES, s.W_A),
        ("outlet_", HOST_NOTICES, s.OUTLET_NOTICES, s.W_B),
        ("staff_", HOST_NOTICES, s.STAFF_NOTICES, s.W_NETWORK),
    ],
    OPENING_SINGLE,
)


def _against() -> Ints:
    """Where the columns stand that a transfer's amount is set against."""
    names = [p + n for p in ("payer_", "payee_") for asked, _ in SIDE for n in asked.names]
    return np.array([names.index(base) for base in AGAINST.values()], dtype=np.int64)


AGAINST_AT = _against()
OF_CALLEE = int(CALL.asks[5, 2])
FIRST_OF_CALLEE = OF_CALLEE + CALLS.names.index("call_first_count_30d")
OUT_OF_CALLEE = OF_CALLEE + CALLS.names.index("call_out_count_30d")
