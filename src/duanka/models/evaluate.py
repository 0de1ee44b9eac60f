"""How good the judgements are: at review capacity, by amount, by probability, and whom they hurt.

Truth is what is known by now. Where it is labels and not simulated truth, every precision here is a
lower bound and every false positive rate an upper one, since unlabelled is not innocent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from duanka.errors import BadInput
from duanka.models.reliability import expected_calibration_error, reliability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_RESAMPLES = 200


@dataclass(frozen=True)
class Beside:
    """What is known of the judged cards besides score and truth; each may be absent.

    `amount_fen`: what passed or was lost through the card; `holder`: for the interval; `cohort`: the
    group whose harm is measured (never a feature); `victim`: the holder is a victim.
    """

    amount_fen: NDArray[np.int64] | None = None
    holder: NDArray[np.int64] | None = None
    cohort: NDArray[np.str_] | None = None
    victim: NDArray[np.bool_] | None = None


def figures(
    scores: NDArray[np.float64],
    truth: NDArray[np.int8],
    *,
    beside: Beside | None = None,
    capacity_per_10k: Sequence[int] = (5, 10, 20, 50, 100),
    harm_at_per_10k: int = 20,
    seed: int = 0,
) -> dict[str, object]:
    """Every figure of one set of judged cards, ready for JSON; null where it cannot be known.

    Units: a capacity is how many of 10,000 judged cards can be reviewed; harm is measured at one.
    Raises: BadInput if scores, truth and what is beside them differ in length.
    """
    beside = beside or Beside()
    for name, column in {"truth": truth, **vars(beside)}.items():
        if column is not None and len(column) != len(scores):
            raise BadInput(f"`{name}` has {len(column)} rows, the scores have {len(scores)}")
    implicated = truth == 1
    order = np.argsort(-scores, kind="stable")
    low, high = average_precision_interval(scores, truth, holder=beside.holder, seed=seed)
    flagged = np.zeros(len(scores), bool)
    flagged[order[: _reviewed(len(scores), harm_at_per_10k)]] = True
    return {
        "judged": len(scores),
        "implicated": int(implicated.sum()),
        "base_rate": _share(int(implicated.sum()), len(scores)),
        "average_precision": _known(average_precision(scores, truth)),
        "average_precision_low": _known(low),
        "average_precision_high": _known(high),
        "at_capacity": [
            at_capacity(order, implicated, per_10k, amount_fen=beside.amount_fen)
            for per_10k in capacity_per_10k
        ],
        "brier": _known(float(np.mean((scores - implicated) ** 2))) if len(scores) else None,
        "expected_calibration_error": _known(expected_calibration_error(scores, truth)),
        "reliability": [vars(part) for part in reliability(scores, truth)],
        "harm_at_per_10k": harm_at_per_10k,
        "harm": {} if beside.cohort is None else harm(flagged, implicated, beside.cohort),
        "victims": None if beside.victim is None else _victims(flagged, implicated, beside.victim),
    }


def average_precision(
    scores: NDArray[np.float64], truth: NDArray[np.int8], weight: NDArray[np.float64] | None = None
) -> float:
    """The mean precision at each find, cards of one score counted as one step; NaN without any.

    Example:
        >>> average_precision(np.array([0.9, 0.8, 0.7]), np.array([1, 0, 1], np.int8))
        0.8333333333333333
    """
    order = np.argsort(-scores, kind="stable")
    weight = np.ones(len(scores)) if weight is None else weight
    return _ranked_precision(*_ranked(scores, truth, order), weight[order])


def average_precision_interval(
    scores: NDArray[np.float64],
    truth: NDArray[np.int8],
    *,
    holder: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> tuple[float, float]:
    """The 95 % interval of the average precision, holders drawn anew with all their cards.

    Source: Poisson bootstrap; a holder's cards stand or fall together, so they are drawn together.
    """
    if not (truth == 1).any():
        return float("nan"), float("nan")
    order = np.argsort(-scores, kind="stable")
    ranked = _ranked(scores, truth, order)
    _, of = np.unique(
        np.arange(len(scores)) if holder is None else holder[order], return_inverse=True
    )
    chance = np.random.Generator(np.random.PCG64(seed))
    drawn = [
        _ranked_precision(*ranked, chance.poisson(1.0, of.max() + 1)[of].astype(np.float64))
        for _ in range(_RESAMPLES)
    ]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def at_capacity(
    order: NDArray[np.int64],
    implicated: NDArray[np.bool_],
    per_10k: int,
    *,
    amount_fen: NDArray[np.int64] | None = None,
) -> dict[str, object]:
    """What reviewing the best-scored `per_10k` of 10,000 cards finds; at least one is reviewed."""
    reviewed = order[: _reviewed(len(order), per_10k)]
    found = int(implicated[reviewed].sum())
    money = None
    if amount_fen is not None:
        money = _share(
            int(amount_fen[reviewed][implicated[reviewed]].sum()),
            int(amount_fen[implicated].sum()),
        )
    return {
        "per_10k": per_10k,
        "reviewed": len(reviewed),
        "found": found,
        "precision": _share(found, len(reviewed)),
        "recall": _share(found, int(implicated.sum())),
        "recall_of_amount": money,
        "alerts_per_find": len(reviewed) / found if found else None,
    }


def harm(
    flagged: NDArray[np.bool_], implicated: NDArray[np.bool_], cohort: NDArray[np.str_]
) -> dict[str, dict[str, object]]:
    """For each cohort, how often its innocent cards are flagged, with a 95 % interval.

    `ratio_to_rest` is the cohort's false positive rate over that of all other cohorts together.
    """
    found: dict[str, dict[str, object]] = {}
    for name in np.unique(cohort):
        inside = (cohort == name) & ~implicated
        rest = (cohort != name) & ~implicated
        wrongly, innocent = int((flagged & inside).sum()), int(inside.sum())
        elsewhere = _share(int((flagged & rest).sum()), int(rest.sum()))
        rate = _share(wrongly, innocent)
        low, high = wilson(wrongly, innocent)
        found[str(name)] = {
            "judged": int((cohort == name).sum()),
            "flagged": int((flagged & (cohort == name)).sum()),
            "innocent": innocent,
            "wrongly_flagged": wrongly,
            "false_positive_rate": rate,
            "low": low,
            "high": high,
            "ratio_to_rest": rate / elsewhere if rate is not None and elsewhere else None,
        }
    return found


def wilson(hits: int, of: int) -> tuple[float | None, float | None]:
    """The 95 % interval of a share; honest for small numbers and for none; null of nothing.

    Source: Wilson 1927.

    Example:
        >>> [round(bound, 3) for bound in wilson(0, 10)]
        [0.0, 0.278]
    """
    if of == 0:
        return None, None
    z = 1.959963984540054
    centre = (hits + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * float(np.sqrt(hits * (of - hits) / of + z * z / 4))
    return max(0.0, centre - half), min(1.0, centre + half)


def text_table(found: Mapping[str, object]) -> str:
    """The figures as lines for a terminal, in the order a reviewer asks for them."""
    low, high = _text(found["average_precision_low"]), _text(found["average_precision_high"])
    titles = ("per 10k", "reviewed", "found", "precision", "recall", "of amount", "alerts/find")
    keys = ("per_10k", "reviewed", "found", "precision", "recall", "recall_of_amount")
    rows = found["at_capacity"]
    lines = [
        f"judged {found['judged']}, implicated {found['implicated']}",
        f"one implicated in {_one_in(found['base_rate'])}",
        f"average precision {_text(found['average_precision'])} [{low}, {high}]",
        f"calibration error {_text(found['expected_calibration_error'])}",
        f"Brier score {_text(found['brier'])}",
        "",
        "".join(f"{title:>12}" for title in titles),
        *(
            "".join(f"{_text(row[key]):>12}" for key in (*keys, "alerts_per_find"))
            for row in (rows if isinstance(rows, list) else [])
        ),
    ]
    return "\n".join([*lines, *_harm_lines(found)])


def _harm_lines(found: Mapping[str, object]) -> list[str]:
    lines: list[str] = []
    groups, victims = found["harm"], found["victims"]
    if isinstance(groups, dict) and groups:
        lines += ["", f"innocent cards flagged at {found['harm_at_per_10k']} per 10k, by cohort"]
        lines += [
            f"  {name}: {row['wrongly_flagged']} of {row['innocent']}, "
            f"{_text(row['false_positive_rate'])} [{_text(row['low'])}, {_text(row['high'])}], "
            f"{_text(row['ratio_to_rest'])} x the rest"
            for name, row in groups.items()
        ]
    if isinstance(victims, dict):
        lines.append(f"victims wrongly flagged: {victims['flagged']} of {victims['victims']}")
    return lines


def _victims(
    flagged: NDArray[np.bool_], implicated: NDArray[np.bool_], victim: NDArray[np.bool_]
) -> dict[str, object]:
    innocent = victim & ~implicated
    hit, of = int((flagged & innocent).sum()), int(innocent.sum())
    low, high = wilson(hit, of)
    return {"victims": of, "flagged": hit, "share": _share(hit, of), "low": low, "high": high}


def _reviewed(judged: int, per_10k: int) -> int:
    return min(judged, max(1, round(judged * per_10k / 10_000)))


def _ranked(
    scores: NDArray[np.float64], truth: NDArray[np.int8], order: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Truth in score order, and where a run of equal scores ends."""
    ranked = scores[order]
    return truth[order] == 1, np.append(
        ranked[1:] != ranked[:-1], np.ones(min(1, len(ranked)), bool)
    )


def _ranked_precision(
    implicated: NDArray[np.bool_], last: NDArray[np.bool_], weight: NDArray[np.float64]
) -> float:
    found = np.cumsum(weight * implicated)[last]
    if len(found) == 0 or found[-1] == 0:
        return float("nan")
    judged = np.cumsum(weight)[last]
    precision = np.divide(found, judged, out=np.zeros_like(found), where=judged > 0)
    return float(np.sum(np.diff(found, prepend=0.0) * precision) / found[-1])


def _share(part: int, of: int) -> float | None:
    return part / of if of else None


def _known(figure: float) -> float | None:
    return figure if np.isfinite(figure) else None


def _text(figure: object) -> str:
    return f"{figure:.4g}" if isinstance(figure, (int, float)) else "-"


def _one_in(rate: object) -> str:
    return f"{1 / rate:.0f}" if isinstance(rate, float) and rate else "-"
