"""A page of typst as PDF, where the extra `report` is installed."""

from __future__ import annotations

from importlib.util import find_spec

from duanka.errors import BadInput


def can_print() -> bool:
    """Whether the extra `report` is installed."""
    return find_spec("typst") is not None


def pdf(source: str) -> bytes:
    """The page as PDF; the same source gives the same bytes on the same machine.

    Raises: BadInput if the extra `report` is not installed.
    """
    if not can_print():
        raise BadInput(
            "PDF needs the extra `report`",
            where="typst",
            fix="install duanka[report], or take the DOCX",
        )
    import typst

    made = typst.compile(source.encode(), timestamp=0)
    return bytes(made)
