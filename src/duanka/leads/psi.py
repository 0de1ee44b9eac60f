"""Matching many cards at once without telling any: the cards both sides hold, and nothing of the others.

The asker learns which of their cards are on which of our groups; we learn how many were asked about.
Source: private set intersection by elliptic curve Diffie-Hellman (openmined-psi), Golomb-coded sets.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from duanka.errors import BadInput, Conflict
from duanka.leads.extra import need
from duanka.leads.risk import Risk, groups_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FALSE_FOUND = 1e-9
"""The chance that a batch of the largest size has one card on a group that is not there."""
_LIBRARY = "private_set_intersection.python"


@dataclass(frozen=True)
class Prepared:
    """Our side of any batch: the key, and each group's cards under it; made once a list."""

    server: Any
    groups: tuple[tuple[Risk, str], ...]


def prepared(risks: Mapping[str, Risk], *, most: int) -> Prepared:
    """The list made ready for batches of at most so many cards; some 110 microseconds a card."""
    library = need(_LIBRARY, extra="psi")
    server = library.server.CreateWithNewKey(True)
    groups = []
    for risk, names in groups_of(risks).items():
        setup = server.CreateSetupMessage(FALSE_FOUND, most, names, library.DataStructure.GCS)
        groups.append((risk, _text(setup.SerializeToString())))
    return Prepared(server, tuple(groups))


def answered(ready: Prepared, request: str, *, count: int) -> str:
    """Our answer to a batch that says it is of so many cards.

    Raises: BadInput if it is no batch, or not of as many cards as it says.
    """
    library = need(_LIBRARY, extra="psi")
    try:
        asked = library.Request.FromString(base64.b64decode(request, validate=True))
        right = len(asked.encrypted_elements) == count and asked.reveal_intersection
        told = ready.server.ProcessRequest(asked) if right else None
    except Exception as error:  # the library raises its own kinds, each for one fault of the bytes
        raise _no_batch() from error
    if told is None:
        raise _no_batch()
    return _text(told.SerializeToString())


def asked(names: Sequence[str]) -> tuple[Any, str]:
    """What the asker keeps, and the batch that is sent; each under a key of its own."""
    client = need(_LIBRARY, extra="psi").client.CreateWithNewKey(True)
    return client, _text(client.CreateRequest(list(names)).SerializeToString())


def found(
    client: Any, names: Sequence[str], told: str, groups: Sequence[Mapping[str, str]]
) -> dict[str, Risk]:
    """The answer for each of our cards that is on a group of the partner.

    Raises: Conflict if what came is no answer to the batch.
    """
    library = need(_LIBRARY, extra="psi")
    hits: dict[str, Risk] = {}
    try:
        response = library.Response.FromString(base64.b64decode(told, validate=True))
        # less than all of it would read as "not found"
        if len(response.encrypted_elements) != len(names):
            raise ValueError  # noqa: TRY301  # told as any other fault of the bytes
        for one in groups:
            setup = library.ServerSetup.FromString(base64.b64decode(one["setup"], validate=True))
            risk = Risk(one["grade"], one["reason_class"], one["expires_on"])
            hits |= {names[at]: risk for at in client.GetIntersection(setup, response)}
    except Exception as error:  # as above
        raise Conflict("it is no answer to our batch", where="batch", fix="ask again") from error
    return hits


def _no_batch() -> BadInput:
    return BadInput("it is no batch of as many cards", where="batch", fix="ask with duanka")


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
