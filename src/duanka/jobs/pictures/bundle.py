"""An evidence bundle: the rows, the figures, the picture, who made it of what and why, and a digest of each file."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING

import polars as pl

from duanka.jobs.pictures.draw import page_html

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from duanka.jobs.pictures.view import View

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every file in the bundle: the same evidence gives the same bytes."""


def write_bundle(path: Path, view: View, *, about: Mapping[str, str]) -> Mapping[str, str]:
    """The SHA-256 digest of each file in the bundle, once it stands at `path`.

    `manifest.json` holds them with `about` (purpose, instant, versions); its own digest is
    returned under its name.
    """
    files = {f"{name}.csv": frame_csv(frame) for name, frame in view.tables.items()}
    files["figures.json"] = _json(dict(view.figures))
    files["picture.html"] = page_html(view.picture).encode()
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    files["manifest.json"] = _json({"title": view.title, "about": dict(about), "sha256": digests})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in sorted(files.items()):
            bundle.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
    return {**digests, "manifest.json": hashlib.sha256(files["manifest.json"]).hexdigest()}


def frame_csv(frame: pl.DataFrame) -> bytes:
    """A frame as CSV with a BOM, lists joined by semicolons."""
    flat = frame.with_columns(
        pl.col(name).list.join(";")
        for name, kind in frame.schema.items()
        if isinstance(kind, pl.List)
    )
    out = io.BytesIO()
    flat.write_csv(out, include_bom=True)
    return out.getvalue()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
