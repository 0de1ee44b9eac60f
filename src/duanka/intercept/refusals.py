"""How often the gate refused or asked more of whom: groups here measure harm, and nothing else ever reads them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duanka.cases.figures_share import Share
from duanka.intercept import batch
from duanka.intercept.folder import Folder
from duanka.intercept.terms import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from duanka.intercept.events import Event
    from duanka.intercept.opening_up import Say

GROUPS = {
    "age_60_plus": ("60岁及以上", "60 and older"),
    "age_18_22": ("18至22岁", "18 to 22 years old"),
    "non_local": ("户籍不在本市", "registered in another city"),
}
ADVICE = {
    "refuse_opening": ("建议拒绝", "refusal advised"),
    "check_further": ("加强核查", "checked further"),
}
FEWEST = 10
"""Groups with fewer applications are not shown: a rate of so few tells of persons, not of groups."""


@dataclass
class _People:
    """What the register says of those who apply, and of the outlets where they do."""

    birth_year: dict[str, int | None] = field(default_factory=dict)
    home: dict[str, str | None] = field(default_factory=dict)
    place: dict[str, str] = field(default_factory=dict)

    def take(self, kind: str, row: Mapping[str, Any]) -> None:
        """Nothing; a row of the register is known."""
        if kind == "person":
            self.birth_year[row["person_id"]] = row["birth_year"]
            self.home[row["person_id"]] = row["home_region_code"]
        elif kind == "outlet":
            self.place[row["outlet_id"]] = row["region_code"]

    def groups(self, opening: Mapping[str, Any]) -> dict[str, bool]:
        """For each group of which it is known whether the applicant is in it: whether they are."""
        who = opening["applicant_id"]
        found: dict[str, bool] = {}
        if (born := self.birth_year.get(who)) is not None:
            age = day_of(opening["at"]).year - born
            found |= {"age_60_plus": age >= 60, "age_18_22": 18 <= age <= 22}
        home, place = self.home.get(who), self.place.get(opening["outlet_id"])
        if home is not None and place is not None:
            found["non_local"] = home[:4] != place[:4]
        return found


@dataclass(frozen=True)
class Rate:
    """How often a group met an advice, beside everybody else of whom it is known; None where too few."""

    group: str
    advice: str
    inside: Share | None
    others: Share | None

    @property
    def ratio(self) -> float | None:
        """The group's share over that of the others."""
        if self.inside is None or self.others is None or not self.others.count:
            return None
        return (self.inside.count / self.inside.of) / (self.others.count / self.others.of)


def rates(path: Path, register: Iterator[Event], *, say: Say) -> list[Rate]:
    """The rates over all applications in a door's log, by what the log and the register say of people.

    Raises: Conflict if a server holds the folder; BadInput if it is damaged.
    """
    people = _People()
    for event in register:
        people.take(event.kind, event.row)
    met: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    folder = Folder(path, ())
    try:
        log = folder.log()
        with say.stage("统计开卡答复 counting answers to applications"):
            for record in log.replay(log.begins()):
                kept = batch.read(record.payload)
                for i, event in enumerate(kept.events()):
                    people.take(event.kind, event.row)
                    if event.kind == "opening" and i in kept.answers:
                        for group, inside in people.groups(event.row).items():
                            met[group, inside][kept.answers[i].answer] += 1
                say.advance(record.place, max(log.end, 1))
        log.close()
    finally:
        folder.close()
    return [
        Rate(g, a, _share(met[g, True], a), _share(met[g, False], a))
        for g in GROUPS
        for a in ADVICE
    ]


def _share(met: Counter[str], advice: str) -> Share | None:
    return Share(met[advice], met.total()) if met.total() >= FEWEST else None


def text_of(found: list[Rate]) -> str:
    """The rates as lines to read, each with its bounds (95 %)."""
    return "\n".join(
        f"{'/'.join(GROUPS[one.group])} · {'/'.join(ADVICE[one.advice])}: "
        f"{_told(one.inside)}; 其他人 others {_told(one.others)}"
        + (f"; {one.ratio:.2f}×" if one.ratio is not None else "")
        for one in found
    )


def _told(share: Share | None) -> str:
    if share is None:
        return f"少于{FEWEST}件不列 fewer than {FEWEST}, not shown"
    low, high = share.bounds
    return f"{share.count:,}/{share.of:,} = {share.count / share.of:.1%} [{low:.1%}, {high:.1%}]"
