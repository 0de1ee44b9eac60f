"""Files of a case: taken in if they are of a known sort, sealed in the ledger, given back as they came, never run."""

from __future__ import annotations

import base64
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING

from duanka.cases import case
from duanka.cases.ids import derived
from duanka.errors import BadInput, NotFound
from duanka.store.ledger_rows import Record
from duanka.web.tidy import file_name

if TYPE_CHECKING:
    from duanka.store.ledger import Desk

MOST_BYTES = 5_000_000
MOST_FILES = 50
KINDS = (".pdf", ".png", ".jpg", ".jpeg", ".docx", ".xlsx", ".txt", ".csv")
_BEGINS = {
    ".pdf": b"%PDF-",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
}
_ACTIVE = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile")
"""What a PDF says where it would do something by itself when it is opened."""


def keep(desk: Desk, of: Record, name: str, raw: bytes) -> Record:
    """The case with the file: named in the case with its digest, its content sealed beside it.

    Raises: BadInput if it is empty, too large, there already, one too many, or not what its name says.
    """
    name = file_name(name)
    refuse(name, raw)
    digest = sha256(raw).hexdigest()
    known = of.body["files"]
    if len(known) >= MOST_FILES or any(one["sha256"] == digest for one in known):
        raise BadInput(
            "the file is there already, or there are too many 文件已存在，或数量已达上限",
            where=name,
            fix=f"at most {MOST_FILES} 至多若干件",
        )
    made = Record(
        "file", derived("f", of.id, digest), of.institution_id, of.region_code, "kept",
        {"name": name, "sha256": digest, "bytes": len(raw)}, about=of.about, parent_id=of.id, is_open=False,
    )  # fmt: skip
    if not desk.has("file", made.id):
        desk.write(made, act="attach", personal={"content": base64.b64encode(raw).decode()})
    return case.attach(desk, of, name, digest)


def fetch(desk: Desk, of: Record, digest: str) -> tuple[str, bytes]:
    """Name and content of a file of the case; the look is written down.

    Raises: NotFound if the case has no such file, or its content has been erased.
    """
    found = desk.look("file", derived("f", of.id, digest))
    told = found.personal or {}
    raw = base64.b64decode(str(told.get("content", "")))
    if sha256(raw).hexdigest() != digest:
        raise NotFound(
            "the file's content is no longer kept 文件内容已不留存", where="file", fix="its digest stays"
        )  # fmt: skip
    return str(found.body["name"]), raw


def refuse(name: str, raw: bytes) -> None:
    """Nothing, if the file may be kept.

    Raises: BadInput if it is empty, too large, of another sort, or would do something when opened.
    """
    suffix = PurePath(name).suffix.lower()
    if not 0 < len(raw) <= MOST_BYTES:
        raise BadInput("the file is empty or too large 文件为空或过大", where=name, fix="at most 5 MB 至多5 MB")  # fmt: skip
    if suffix not in KINDS or not _is(suffix, raw):
        raise BadInput(
            "the file is not of a sort that is kept 不接收这种文件",
            where=name,
            fix=f"send one of {', '.join(KINDS)}, without macros or scripts 不得含宏或脚本",
        )


def _is(suffix: str, raw: bytes) -> bool:
    """Whether the content is what the suffix says, and does nothing by itself."""
    if suffix in _BEGINS:
        return raw.startswith(_BEGINS[suffix]) and not (
            suffix == ".pdf" and any(word in raw for word in _ACTIVE)
        )
    if suffix in (".docx", ".xlsx"):
        return _quiet_office(raw, "word/" if suffix == ".docx" else "xl/")
    return b"\0" not in raw and _reads(raw)


def _quiet_office(raw: bytes, inside: str) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(raw)) as opened:
            names = [one.lower() for one in opened.namelist()]
    except (zipfile.BadZipFile, ValueError, OSError):
        return False
    active = any("vbaproject" in one or "/embeddings/" in one or "activex" in one for one in names)
    return "[content_types].xml" in names and not active and any(one.startswith(inside) for one in names)  # fmt: skip


def _reads(raw: bytes) -> bool:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
