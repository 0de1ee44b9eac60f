"""Real identifiers: is it one, in what one spelling, and its keyed digest that leaves no way back."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from duanka.errors import BadInput
from duanka.tables.kinds import strip

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

UNALLOCATED = ("154", "160", "163", "164", "168", "169", "179", "194")
"""Mobile prefixes absent from the plan of 2023-03: synthetic subscribers use them."""
_MVNO = r"^1(?:70|71|62|65|67)"
_SATELLITE = r"^1(?:74|349|619)"
_IOT = r"^14[0-4]"
SUITES = ("sha256", "sm3")
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK = np.frombuffer(b"10X98765432", np.uint8)
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)])


@dataclass(frozen=True)
class Identifier:
    """How one sort of identifier is brought into one spelling, and told from what only looks like it."""

    tidy: Callable[[pl.Series], pl.Series]
    check: Callable[[pl.Series], pl.Series]


def _squeezed(text: pl.Series) -> pl.Series:
    return strip(text.str.replace_all(r"[\s\-\u00a0\u3000'`]", ""))


def _codes(text: pl.Series, width: int) -> NDArray[np.uint8]:
    """The characters of each value as a row of codes, zeros in front."""
    padded = text.fill_null("").str.pad_start(width, "0").str.slice(0, width)
    flat = np.array(padded.to_list(), dtype=f"S{width}")
    return flat.view(np.uint8).reshape(len(text), width)


def _matches(text: pl.Series, pattern: str) -> pl.Series:
    return text.str.contains(pattern).fill_null(value=False)


def luhn(text: pl.Series) -> pl.Series:
    """Where a run of digits ends in its Luhn check digit.

    Source: ISO/IEC 7812-1 annex B.
    """
    shaped = _matches(text, r"^[0-9]{2,24}$")
    digits = _codes(text.set(~shaped, None), 24).astype(np.int64) - ord("0")
    doubled = digits[:, -2::-2] * 2
    total = digits[:, -1::-2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)
    return shaped & pl.Series(total % 10 == 0)


def is_bank_card(text: pl.Series) -> pl.Series:
    """Where 13 to 19 digits end in their Luhn check digit.

    Example:
        >>> is_bank_card(pl.Series(["6200000000000000000", "6200000000000000001"])).to_list()
        [True, False]
    """
    return _matches(text, r"^[0-9]{13,19}$") & luhn(text)


def tidy_phone(text: pl.Series) -> pl.Series:
    """Phone numbers without blanks, dashes and the country code of China."""
    return _squeezed(text).str.replace(r"^(?:\+|00)?86(1[0-9]{10}|1[0-9]{12})$", "$1")


def phone_kind(text: pl.Series) -> pl.Series:
    """What a tidy number is in the plan: mobile, mvno, satellite, iot, unallocated, or null.

    Source: MIIT number plan to 2023-03. Numbers are portable: a prefix does not tell the operator.

    Example:
        >>> phone_kind(pl.Series(["16400001234", "17012345678", "4401"])).to_list()
        ['unallocated', 'mvno', None]
    """
    number = pl.col("_")
    shaped = number.str.contains(r"^1[3-9][0-9]{9}$") | number.str.contains(r"^14[0-4][0-9]{10}$")
    kind = (
        pl.when(~shaped)
        .then(None)
        .when(number.str.contains(_IOT))
        .then(pl.lit("iot"))
        .when(number.str.contains(_SATELLITE))
        .then(pl.lit("satellite"))
        .when(number.str.slice(0, 3).is_in(UNALLOCATED))
        .then(pl.lit("unallocated"))
        .when(number.str.contains(_MVNO))
        .then(pl.lit("mvno"))
        .otherwise(pl.lit("mobile"))
    )
    return text.to_frame("_").select(kind.alias(text.name)).to_series()


def is_phone(text: pl.Series) -> pl.Series:
    """Where a tidy value has the shape of a subscriber number, allocated or not."""
    return phone_kind(text).is_not_null()


def tidy_imei(text: pl.Series) -> pl.Series:
    """The 14 digits that name a handset: neither check digit nor software version.

    Source: 3GPP TS 23.003, 6.2.
    """
    return _squeezed(text).str.replace_all("/", "").str.replace(r"^([0-9]{14})[0-9]{1,2}$", "$1")


def is_imei(text: pl.Series) -> pl.Series:
    """Where 15 digits end in their Luhn digit, or 14 or 16 stand without one."""
    bare = _matches(text, r"^(?:[0-9]{14}|[0-9]{16})$")
    return (bare | (_matches(text, r"^[0-9]{15}$") & luhn(text))) & ~_matches(text, r"^0+$")


def tidy_resident_id(text: pl.Series) -> pl.Series:
    """Resident IDs of 18 characters; the old form of 15 digits is written out in full.

    Source: GB 11643: the old form left out the century, 19, and the check character.

    Example:
        >>> tidy_resident_id(pl.Series(["990101700101001"])).to_list()
        ['99010119700101001X']
    """
    upper = _squeezed(text).str.to_uppercase()
    old = _matches(upper, r"^[0-9]{15}$")
    if not old.any():
        return upper
    stem = upper.str.replace(r"^([0-9]{6})([0-9]{9})$", "${1}19$2")
    full = stem.set(~old, None) + _check_characters(stem.set(~old, None))
    return upper.zip_with(~old, full.alias(upper.name))


def _check_characters(stem: pl.Series) -> pl.Series:
    """The check character of the first 17 digits.

    Source: ISO 7064 MOD 11-2.
    """
    digits = _codes(stem.str.slice(0, 17), 17).astype(np.int64) - ord("0")
    return pl.Series([chr(code) for code in _CHECK[digits @ _WEIGHTS % 11]])


def is_resident_id(text: pl.Series) -> pl.Series:
    """Where 18 characters carry a day of birth that exists and end in their check character.

    District codes are not asked: abolished ones stay on ID cards for life.
    """
    shaped = _matches(text, r"^[1-9][0-9]{16}[0-9X]$")
    born = text.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    sure = text.set(~shaped, None)
    same = _check_characters(sure) == sure.str.slice(17, 1)
    return shaped & born.is_not_null() & same.fill_null(value=False)


def is_uscc(text: pl.Series) -> pl.Series:
    """Where 18 characters are a unified social credit code.

    Source: GB 32100-2015; weights 3^i mod 31.
    """
    shaped = _matches(text, rf"^[{_USCC}]{{18}}$")
    table = np.zeros(256, dtype=np.int64)
    table[np.frombuffer(_USCC.encode(), np.uint8)] = np.arange(31)
    worth = table[_codes(text.set(~shaped, None), 18)]
    check = (31 - worth[:, :17] @ _USCC_WEIGHTS % 31) % 31
    return shaped & pl.Series(check == worth[:, 17])


def is_iccid(text: pl.Series) -> pl.Series:
    """Where a value is the number printed on a SIM of China: 898 6…, 19 or 20 places.

    Source: ITU-T E.118. Some operators put letters inside; only all-digit numbers have a Luhn digit.
    """
    shaped = _matches(text, r"^8986[0-9A-F]{15,16}$")
    return shaped & (~_matches(text, r"^[0-9]+$") | luhn(text))


def _upper(text: pl.Series) -> pl.Series:
    return _squeezed(text).str.to_uppercase()


IDENTIFIERS: dict[str, Identifier] = {
    "card": Identifier(_squeezed, is_bank_card),
    "phone": Identifier(tidy_phone, is_phone),
    "imei": Identifier(tidy_imei, is_imei),
    "resident_id": Identifier(tidy_resident_id, is_resident_id),
    "uscc": Identifier(_upper, is_uscc),
    "iccid": Identifier(_upper, is_iccid),
}


def digest(text: pl.Series, *, prefix: str, key: str, suite: str = "sha256") -> pl.Series:
    """Ids that stand for real identifiers: equal in, equal out, and no way back without the key.

    The prefix is part of what is digested, so that a phone number and a card number that happen to
    be the same digits stay apart.
    Raises: BadInput if there is no key, or the suite is not known.
    """
    if not key:
        raise BadInput(
            "real identifiers are digested with a secret key, and there is none",
            where="setting digest_key",
            fix="set DUANKA_DIGEST_KEY to a long random secret and keep it: another key, other ids",
        )
    known = text.drop_nulls().unique()
    one = _sm3 if suite == "sm3" else _sha256
    if suite not in SUITES:
        raise BadInput(f"digest suite {suite!r} is not known", fix="use sha256 or sm3")
    told = [f"{prefix}-{one(key.encode(), f'{prefix}:{value}'.encode())}" for value in known]
    return text.replace_strict(
        known, pl.Series(told, dtype=pl.String), return_dtype=pl.String, default=None
    )


def _sha256(key: bytes, message: bytes) -> str:
    return hmac.digest(key, message, "sha256")[:16].hex()


def _sm3(key: bytes, message: bytes) -> str:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.hmac import HMAC

    context = HMAC(key, hashes.SM3())
    context.update(message)
    return context.finalize()[:16].hex()
