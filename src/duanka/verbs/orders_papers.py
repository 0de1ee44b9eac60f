"""How a document of an authority is named at the command: who issued it, its number, its file or digest, its date."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from duanka.cases.order_police import Document

Issuer = Annotated[str, typer.Option("--issuer", help="who issued the document 发文机关")]
Number = Annotated[str, typer.Option("--number", help="number of the document 文号")]
Digest = Annotated[
    str, typer.Option("--document", help="the document's file, or its SHA-256 文书文件或摘要")
]
Issued = Annotated[str, typer.Option("--issued", help="its date, YYYY-MM-DD 日期")]
Of = Annotated[str, typer.Option("--of", help="institution that carries it out 执行机构")]
Place = Annotated[str, typer.Option("--place", help="its district, six digits 行政区划")]
_DIGEST_LENGTH = 64


def document(issuer: str, number: str, told: str, issued: str) -> Document:
    """The document; of a file its SHA-256 is taken, the file itself is not kept."""
    from duanka.cases.order_police import Document

    return Document(issuer, number, digest_of(told), issued)


def digest_of(told: str) -> str:
    """The SHA-256 that was given, or that of the file that was named.

    Raises: BadInput if it is neither.
    """
    from duanka.errors import BadInput

    if len(told) == _DIGEST_LENGTH and set(told.lower()) <= set("0123456789abcdef"):
        return told.lower()
    try:
        return hashlib.sha256(Path(told).read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(
            "neither a file nor a SHA-256",
            where=Path(told).name,
            fix="name the document's file, or give the 64 hexadecimal digits of its digest",
        ) from error
