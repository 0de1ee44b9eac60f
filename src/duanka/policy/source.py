"""Policy files read strictly: every mapping remembers its line, every key is text, nothing passes in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from duanka.errors import BadPolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser where PyYAML was built with it: the same answers, a tenth of the time."""
SECTIONS = ("parameters", "tables", "measures", "reasons")


TEXT_KEYS = frozenset(
    [
        "zh",
        "en",
        "unit",
        "reference",
        "mark",
        "authority",
        "review",
        "term",
        "grade_of",
        "decides",
        "hit",
        "then",
        "because",
        "basis",
        "note",
        "name",
        "table",
    ]
)
_SCALARS = yaml.SafeLoader("")


class Lined(dict[str, Any]):
    """A mapping of a policy file that remembers where it stands; equal to the plain mapping."""

    file: str = ""
    line: int = 0

    @property
    def where(self) -> str:
        """File and line, as editors write it."""
        return f"{self.file}:{self.line}"


def read(text: str, file: str, faults: list[str]) -> Any:
    """What a policy file says, as plain values, mappings with their lines; faults are added to the list.

    A key that YAML 1.1 takes for something else than text (`on:` is true) is a fault, and so is a key
    that stands twice, which PyYAML would drop without a word.
    """
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        faults.append(f"{file}:{line}: not YAML: {getattr(error, 'problem', error)}")
        return None
    return _value(node, file, faults) if node is not None else None


def _value(node: yaml.Node, file: str, faults: list[str]) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, file, faults)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, file, faults) for item in node.value]
    try:
        return _SCALARS.construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError) as error:
        faults.append(f"{file}:{node.start_mark.line + 1}: {error}")
        return None


def _mapping(node: yaml.MappingNode, file: str, faults: list[str]) -> Lined:
    found = Lined()
    found.file, found.line = file, node.start_mark.line + 1
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
            written = getattr(key, "value", "?")
            kind = key.tag.rsplit(":", 1)[-1]
            faults.append(
                f"{file}:{line}: the key {written} is read as {kind}, not as text; quote it"
            )
        elif key.value in found:
            faults.append(f"{file}:{line}: the key {key.value} stands twice")
        else:
            item = _value(value, file, faults)
            if isinstance(item, Lined):  # an entry is best found by the line of its name
                item.line = line
            found[key.value] = item
    return found


def entries(texts: Mapping[str, str], faults: list[str]) -> dict[str, dict[str, Lined]]:
    """The entries of a policy folder by section and name, from its files' texts by file name."""
    found: dict[str, dict[str, Lined]] = {section: {} for section in SECTIONS}
    for file, text in texts.items():
        content = read(text, file, faults)
        if content is None:
            continue
        if not isinstance(content, Lined):
            faults.append(f"{file}:1: expected sections {', '.join(SECTIONS)}")
            continue
        check_keys(content, (), SECTIONS, faults)
        for section in SECTIONS:
            _collect(content.get(section), found[section], f"{file} {section}", faults)
    return found


def _collect(body: Any, into: dict[str, Lined], where: str, faults: list[str]) -> None:
    if body is None:
        return
    if not isinstance(body, Lined):
        faults.append(f"{where}: expected a mapping of names to entries")
        return
    for name, entry in body.items():
        if not isinstance(entry, Lined):
            faults.append(f"{body.where} {name}: expected a mapping")
        elif name in into:
            faults.append(f"{entry.where} {name}: also stands in {into[name].where}")
        else:
            into[name] = entry


def check_keys(
    body: Lined, required: Iterable[str], optional: Iterable[str], faults: list[str], name: str = ""
) -> bool:
    """Whether the mapping has all required keys and no unknown one; faults name file, line and entry."""
    required, before = tuple(required), len(faults)
    where = f"{body.where} {name}".strip()
    allowed = {*required, *optional}
    faults.extend(f"{where}: {key} is missing" for key in required if body.get(key) is None)
    unknown = [key for key in body if key not in allowed]
    if unknown:
        faults.append(
            f"{where}: unknown {', '.join(unknown)}; known are {', '.join(sorted(allowed))}"
        )
    given = {key: body[key] for key in TEXT_KEYS & body.keys()}
    faults.extend(
        f"{where}: {key} must be text, not {value!r}"
        for key, value in sorted(given.items())
        if value is not None and not isinstance(value, str)
    )
    return len(faults) == before


def refuse(faults: Sequence[str]) -> None:
    """Nothing, unless there are faults.

    Raises: BadPolicy that lists all faults at once.
    """
    if faults:
        raise BadPolicy(
            f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in the policy:\n  "
            + "\n  ".join(faults),
            where="policy folder",
            fix="mend the entries named above, then run `duanka policy check`",
        )
