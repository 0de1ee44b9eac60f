"""The policy in force on a day: parameters, decision tables, measures and reasons, each with its dates and source."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Protocol, TypeVar

from duanka.errors import BadPolicy
from duanka.policy import entries, parse, source
from duanka.policy.walls import changed_shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from duanka.policy.entries import Measure, Parameter, Reason, TableVersion, Value
    from duanka.policy.source import Lined
    from duanka.policy.table import Table


@dataclass(frozen=True)
class Policy:
    """Everything the policy folders say, of all times.

    `version` is a short hash of the content of all entries: comments and file names do not change it.
    `owners` tells from which folder (0 is the national default) an entry comes.
    """

    parameters: Mapping[str, tuple[Parameter, ...]]
    tables: Mapping[str, tuple[TableVersion, ...]]
    measures: Mapping[str, tuple[Measure, ...]]
    reasons: Mapping[str, Reason]
    version: str
    owners: Mapping[str, int]

    def at(self, day: date) -> Regime:
        """The rules in force on the day, by which what happened on it is judged."""
        return Regime(self, day)

    def turning_days(self) -> tuple[date, ...]:
        """The days on which some rule begins or ends, in order."""
        kinds: tuple[Mapping[str, tuple[_Dated, ...]], ...]
        kinds = (self.parameters, self.tables, self.measures)
        versions = [one for kind in kinds for found in kind.values() for one in found]
        days = {one.since for one in versions} | {one.until for one in versions if one.until}
        return tuple(sorted(days))


@dataclass(frozen=True)
class Regime:
    """The rules in force on one day.

    Example:
        >>> from datetime import date
        >>> load().at(date(2023, 6, 1))["leads.stop_payment_hours"]
        48
    """

    policy: Policy
    day: date

    def __getitem__(self, name: str) -> Value:
        """The value of a parameter; its unit is in its name and its record."""
        return self.parameter(name).value

    def number(self, name: str) -> float:
        """The value of a parameter that is a number."""
        value = self[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._fault(name, "is not a number")
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """The value of a parameter that is a list of words."""
        value = self[name]
        if not isinstance(value, tuple):
            raise self._fault(name, "is not a list of words")
        return value

    def has(self, name: str) -> bool:
        """Whether the parameter is in force on the day."""
        return entries.in_force(self.policy.parameters.get(name, ()), self.day) is not None

    def parameter(self, name: str) -> Parameter:
        """A parameter's record: value, unit, labels, dates, reference and mark."""
        return self._of(self.policy.parameters, name, "parameter")

    def version_of_table(self, name: str) -> TableVersion:
        """A decision table with its dates, reference and mark."""
        return self._of(self.policy.tables, name, "table")

    def table(self, name: str) -> Table:
        """A decision table, ready for `table.evaluate`."""
        return self.version_of_table(name).table

    def measure(self, name: str) -> Measure:
        """A measure's record: article, authority, term, mildness."""
        return self._of(self.policy.measures, name, "measure")

    def measures(self, card_kind: str) -> tuple[Measure, ...]:
        """The measures that exist for a card kind on the day, mildest first."""
        found = (entries.in_force(v, self.day) for v in self.policy.measures.values())
        fit = [m for m in found if m is not None and card_kind in m.articles]
        return tuple(sorted(fit, key=lambda m: (m.mildness, m.name)))

    def expires_days(self, measure: str) -> int | None:
        """After how many days the measure ends by itself; None if it does not last."""
        term = self.measure(measure).term
        return None if term is None else int(self.number(term))

    def _of(self, versions: Mapping[str, tuple[_V, ...]], name: str, what: str) -> _V:
        if name not in versions:
            raise self._fault(name, f"is no {what} of the policy")
        found = entries.in_force(versions[name], self.day)
        if found is None:
            spans = "; ".join(f"{v.since} to {v.until or 'today'}" for v in versions[name])
            raise self._fault(name, f"is not in force on {self.day} (in force: {spans})")
        return found

    def _fault(self, name: str, what: str) -> BadPolicy:
        return BadPolicy(
            f"{name} {what}",
            where=f"policy in force on {self.day}",
            fix="add it to a policy folder with its dates, or judge another day",
        )


class _Dated(Protocol):
    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date | None: ...


_V = TypeVar("_V", bound=_Dated)


def load(folders: Sequence[Path] = ()) -> Policy:
    """The policy: the national default, then further folders; a later one replaces whole entries by name.

    Raises: BadPolicy that lists every fault of every file with file, line and entry.
    """
    faults: list[str] = []
    merged: dict[str, dict[str, Lined]] = {}
    owners: dict[str, int] = {}
    for i, texts in enumerate(_texts(folders, "", faults)):
        for section, found in source.entries(texts, faults).items():
            known = merged.setdefault(section, {})
            faults.extend(
                f"{body.where} {name}: {told}"
                for name, body in found.items()
                if name in known and (told := changed_shape(known[name], body))
            )
            known.update(found)
            owners.update(dict.fromkeys(found, i))
    parsed = parse.parse(merged, faults)
    source.refuse(faults)
    return Policy(*parsed, version=entries.content_hash(merged), owners=owners)


def examples(folders: Sequence[Path] = ()) -> list[tuple[int, list[Lined]]]:
    """The worked examples as the folders' `examples/` give them, each with the number of its folder.

    Raises: BadPolicy if a file is not a list of mappings.
    """
    faults: list[str] = []
    found: list[tuple[int, list[Lined]]] = []
    for i, texts in enumerate(_texts(folders, "examples", faults)):
        for file, text in texts.items():
            content = source.read(text, file, faults)
            if isinstance(content, list) and all(
                isinstance(item, source.Lined) for item in content
            ):
                found.append((i, content))
            else:
                faults.append(f"{file}:1: examples are a list of mappings")
    source.refuse(faults)
    return found


def _texts(folders: Sequence[Path], inside: str, faults: list[str]) -> list[dict[str, str]]:
    """The texts of each folder's YAML files by file name, the national default first."""
    found = []
    with as_file(files("duanka.policy").joinpath("cn")) as national:
        for folder in (national, *folders):
            if not folder.is_dir():
                faults.append(f"{folder.name}: is not a folder")
            paths = sorted((folder / inside).glob("*.yaml"))
            found.append({path.name: _text(path, faults) for path in paths})
    return found


def _text(path: Path, faults: list[str]) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        faults.append(f"{path.name}:1: cannot be read as UTF-8 text ({type(error).__name__})")
        return ""
