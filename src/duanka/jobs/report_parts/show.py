"""How a value is shown to a reader: masked ids, yuan, Shanghai time, chances in a hundred."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from duanka.jobs.report_parts.words import Both, Figure

# China has kept one time zone without summer time since 1991, so that no zone database is needed.
SHANGHAI = timezone(timedelta(hours=8))
_RESERVED = ("MERCHANT:", "OVERSEAS:", "CRYPTO:")


def mask(identifier: str) -> str:
    """An id of which only the ends can be read; a short one shows less.

    Example:
        >>> mask("A0123456789"), mask("A01234"), mask("A1"), mask("CASH"), mask("CRYPTO:0123456789")
        ('A01…6789', 'A…4', '…', 'CASH', 'CRYPTO:012…6789')
    """
    if identifier == "CASH":
        return identifier
    for prefix in _RESERVED:
        if identifier.startswith(prefix):
            return prefix + mask(identifier.removeprefix(prefix))
    # A control or bidirectional character could make a reader see another id than the one there.
    seen = "".join(c if c.isprintable() else "·" for c in identifier)
    if len(seen) >= 10:
        return f"{seen[:3]}…{seen[-4:]}"
    return f"{seen[0]}…{seen[-1]}" if len(seen) >= 5 else "…"


def yuan(fen: int) -> Both:
    """Money in yuan with separators.

    Example:
        >>> yuan(123456789).zh, yuan(-5).en
        ('1,234,567.89 元', 'CNY -0.05')
    """
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    text = f"{sign}{whole:,}.{rest:02d}"
    return Both(f"{text} 元", f"CNY {text}")


def instant(at: datetime) -> str:
    """An instant in Asia/Shanghai to the minute.

    Example:
        >>> from datetime import UTC
        >>> instant(datetime(2026, 1, 31, 16, 5, tzinfo=UTC))
        '2026-02-01 00:05'
    """
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def in_hundred(score: float | None) -> Both:
    """A score as a chance in a hundred, never as certainty.

    Example:
        >>> in_hundred(0.873).en, in_hundred(0.001).en, in_hundred(1.0).en, in_hundred(None).en
        ('about 87 in 100', 'less than 1 in 100', 'more than 99 in 100', 'unknown')
    """
    if score is None or score != score:  # noqa: PLR0124 - a NaN differs from itself
        return Both("未知", "unknown")
    hundredths = round(score * 100)
    if hundredths < 1:
        return Both("不到 1/100", "less than 1 in 100")
    if hundredths > 99:
        return Both("99/100 以上", "more than 99 in 100")
    return Both(f"约 {hundredths}/100", f"about {hundredths} in 100")


def per_10k(part: int, whole: int) -> str:
    """How many of every 10,000; a dash where there is nothing to divide by.

    Example:
        >>> per_10k(3, 40_000), per_10k(1, 0)
        ('0.75', '—')
    """
    if whole <= 0:
        return "—"
    rate = part * 10_000 / whole
    return f"{rate:,.2f}" if rate < 10 else f"{rate:,.1f}"


def number(value: float | None, unit: str) -> str:
    """A figure in its unit: `share` as a percentage, anything else as a number.

    Example:
        >>> number(0.125, "share"), number(0.0007, "share"), number(3.14159, "number")
        ('12.5 %', '0.070 %', '3.14')
    """
    if value is None or value != value:  # noqa: PLR0124 - a NaN differs from itself
        return "—"
    if unit == "share":
        return (
            f"{value * 100:.1f} %" if abs(value) >= 0.01 or value == 0 else f"{value * 100:.3f} %"
        )
    if float(value).is_integer() and abs(value) >= 10:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 1 else f"{value:,.2f}"


def interval(low: float | None, high: float | None, about: Figure) -> str:
    """The interval of a figure in its unit, or nothing where none was computed."""
    if low is None or high is None:
        return "—"
    return f"{number(low, about.unit)} – {number(high, about.unit)}"
