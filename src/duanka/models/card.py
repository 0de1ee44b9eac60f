"""The model's folder: trees, names, catalogue hash, figures; refuses whatever does not fit.

`model.json` holds everything but the trees, `trees.txt.gz` the LightGBM texts of all parts, and
`README.md` the same for a reader. No pickle: a model folder may come from somebody else, and
reading it must not run anything. The same model writes the same bytes.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duanka.errors import BadModel
from duanka.models.calibrate import as_record, from_record
from duanka.models.model import Model, Part, assemble

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_FORMAT = 1
_BETWEEN = "\n===== next part =====\n"
_FACTS, _TREES, _README = "model.json", "trees.txt.gz", "README.md"


@dataclass(frozen=True)
class Card:
    """What a model folder says of its model besides the answers.

    `kind` is what is judged (account, sim, …); `figures` how well; `reference` see models.drift.
    """

    kind: str
    catalogue_hash: str
    figures: Mapping[str, object] = field(default_factory=dict)
    reference: Mapping[str, object] = field(default_factory=dict)


def save(model: Model, folder: Path, card: Card) -> None:
    """Nothing; writes the model's folder, replacing the three files it may already hold."""
    facts = {
        "format": _FORMAT,
        "kind": card.kind,
        "version": model.version,
        "catalogue_hash": card.catalogue_hash,
        "names": list(model.names),
        "intercept": model.intercept,
        "calibration": as_record(model.calibration),
        "parts": [{"weight": part.weight, "origin": part.origin} for part in model.parts],
        "about": model.about,
        "figures": card.figures,
        "reference": card.reference,
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    (folder / _FACTS).write_bytes((text + "\n").encode())
    trees = _BETWEEN.join(part.text for part in model.parts)
    (folder / _TREES).write_bytes(gzip.compress(trees.encode(), 9, mtime=0))
    (folder / _README).write_bytes(card_text(model, card).encode())


def load(folder: Path, names: Sequence[str], *, catalogue_hash: str) -> Model:
    """The model of a folder, if it judges exactly these features.

    Raises: BadModel if the folder is incomplete or altered, or was trained on other features.
    """
    facts = _facts(folder)
    _check_fit(facts, names, catalogue_hash, folder)
    try:
        texts = gzip.decompress((folder / _TREES).read_bytes()).decode().split(_BETWEEN)
        parts = [
            Part(text, float(part["weight"]), str(part["origin"]))
            for text, part in zip(texts, facts["parts"], strict=True)
        ]
        calibration = from_record(facts["calibration"])
        model = assemble(
            names,
            parts,
            intercept=float(facts["intercept"]),
            calibration=calibration,
            about=dict(facts["about"]),
        )
    except (OSError, EOFError, KeyError, TypeError, ValueError, zlib.error) as fault:
        raise _broken(folder, f"it cannot be read ({type(fault).__name__}: {fault})") from fault
    if model.version != facts["version"]:
        raise _broken(folder, "its content does not match its own version")
    return model


def read_card(folder: Path) -> Card:
    """What the folder says of its model, without reading the trees.

    Raises: BadModel if there is no readable model there.
    """
    facts = _facts(folder)
    try:
        return Card(
            str(facts["kind"]),
            str(facts["catalogue_hash"]),
            dict(facts["figures"]),
            dict(facts["reference"]),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise _broken(folder, f"{_FACTS} lacks {fault}") from fault


def card_text(model: Model, card: Card) -> str:
    """The model card for a reader: what it judges, from what, how well, and what not to do with it."""
    about = {key: value for key, value in model.about.items() if not isinstance(value, dict)}
    lines = [
        f"# Model card: {card.kind}",
        "",
        f"Version {model.version}, catalogue {card.catalogue_hash}.",
        f"{len(model.names)} features, {model.forest.tree_count} trees.",
        "",
        "The score is a calibrated probability of being implicated. It proposes; a person decides.",
        "Labels are incomplete: a card without a label is not proven innocent, so precision measured",
        "on labels is a lower bound. Never use the score for credit, pricing or marketing.",
        "",
        "## How it was trained",
        "",
        *_listed(about),
        f"- label_frequency: {model.calibration.label_frequency!r}",
        f"- train_rate: {model.calibration.train_rate!r}",
        f"- deploy_rate: {model.calibration.deploy_rate!r}",
        "",
        "## Figures",
        "",
        *(_listed(card.figures) or ["- none were given"]),
        "",
    ]
    return "\n".join(lines)


def _listed(facts: Mapping[str, object]) -> list[str]:
    return [
        f"- {key}: {json.dumps(facts[key], ensure_ascii=False, sort_keys=True)}"
        for key in sorted(facts)
    ]


def _facts(folder: Path) -> dict[str, Any]:
    try:
        facts = json.loads((folder / _FACTS).read_bytes())
    except OSError as fault:
        raise BadModel(
            f"there is no model in this folder: {_FACTS} cannot be opened",
            where=str(folder),
            fix="name a folder that `duanka train` wrote",
        ) from fault
    except ValueError as fault:
        raise _broken(folder, f"{_FACTS} is not JSON") from fault
    if not isinstance(facts, dict) or facts.get("format") != _FORMAT:
        raise _broken(folder, f"{_FACTS} is not of format {_FORMAT}")
    return facts


def _check_fit(
    facts: Mapping[str, Any], names: Sequence[str], catalogue_hash: str, folder: Path
) -> None:
    theirs = facts.get("names")
    theirs = theirs if isinstance(theirs, list) else []
    faults = []
    if missing := [name for name in names if name not in theirs]:
        faults.append(f"the model does not know {_some(missing)}")
    if extra := [name for name in theirs if name not in names]:
        faults.append(f"it expects {_some(extra)}, which we do not compute")
    if not faults and theirs != list(names):
        faults.append("its features stand in another order")
    if not faults and facts.get("catalogue_hash") != catalogue_hash:
        faults.append(
            f"its features have the same names but other definitions "
            f"(catalogue {facts.get('catalogue_hash')}, ours {catalogue_hash})"
        )
    if faults:
        raise BadModel(
            "the model does not fit the feature catalogue: " + "; ".join(faults),
            where=str(folder),
            fix="train it again with this version (`duanka train`), or use the version it came from",
        )


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"


def _broken(folder: Path, what: str) -> BadModel:
    return BadModel(
        f"the model folder is damaged: {what}",
        where=str(folder),
        fix="restore it from where it came, or train again with `duanka train`",
    )
