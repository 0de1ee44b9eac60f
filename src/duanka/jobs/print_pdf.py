"""A paper as PDF, set by Typst (extra `report`) in a Chinese font of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from duanka.cases import paper
from duanka.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Noto Serif CJK SC", "Noto Serif SC",
    "Source Han Serif SC", "PingFang SC", "Microsoft YaHei", "SimSun", "SimHei", "FangSong",
    "WenQuanYi Zen Hei", "WenQuanYi Micro Hei", "AR PL UMing CN", "FandolSong", "Droid Sans Fallback",
)  # fmt: skip
"""Fonts that hold Chinese, the one liked best first. None comes with duanka: they are large, and licensed."""


def pdf(made: paper.Paper, at: datetime) -> bytes:
    """The paper as the bytes of a PDF, its fonts inside; the same paper gives the same bytes on one machine.

    Raises: Unavailable without the extra, or where the machine has no Chinese font.
    """
    typst = _typst()
    fonts = typst.Fonts(include_system_fonts=True)
    font = chinese(fonts.families())
    source = paper.typst(made, at, font=font).encode()
    found: bytes = typst.compile(source, format="pdf", timestamp=int(at.timestamp()))
    return found


def chinese(families: Iterable[str]) -> str:
    """The font that Chinese is set in.

    Raises: Unavailable if none of the families holds it.
    """
    known = {name.casefold(): name for name in families}
    for name in FONTS:
        if name.casefold() in known:
            return known[name.casefold()]
    raise Unavailable(
        "this machine has no Chinese font, and a PDF without one would be blank 本机没有中文字体",
        where="PDF",
        fix="install one (on Debian the package fonts-noto-cjk), or take the .docx instead",
    )


def _typst() -> Any:
    try:
        import typst
    except ImportError as error:
        raise Unavailable(
            "PDF needs Typst", where="PDF", fix="install duanka with its extra `report`"
        ) from error
    return typst
