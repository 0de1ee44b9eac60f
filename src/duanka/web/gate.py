"""Who may pass: a key with the scope, within its rate; whoever may not is told why and stands in the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from duanka.errors import NotAllowed
from duanka.web.problems import NoKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Scope

    from duanka.web.access_log import AccessLog
    from duanka.web.keys import Key, Ring
    from duanka.web.rates import Rates

BEARER = b"bearer "


@dataclass(frozen=True)
class Gate:
    """The keys in force, their rates, and the log of who came."""

    ring: Ring
    rates: Rates
    log: AccessLog

    def admit(self, scope: Scope, headers: Mapping[bytes, bytes], want: str) -> Key:
        """The key of the caller, which is for this.

        Raises: NoKey, NotAllowed, each with a row in the log; TooMany for an address that guesses.
        """
        told = headers.get(b"authorization", b"")
        key = self.ring.find(told[7:]) if told[:7].lower() == BEARER else None
        if key is None:
            client = _client(scope)
            self.rates.wrong(client)
            self.log.write(_route(scope), "401", client=client)
            raise NoKey(
                "the key is not known or no longer in force" if told else "there is no key",
                where="header Authorization",
                fix="send `Authorization: Bearer KEY`; keys are made with `duanka key add`",
            )
        if not key.may(want):
            self.log.write(_route(scope), "403", key_id=key.key_id, client=_client(scope))
            raise NotAllowed(
                f"the key is not for this; it lacks the scope {want}",
                where=f"key {key.key_id}",
                fix="use a key with that scope",
            )
        return key


def _client(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _route(scope: Scope) -> str:
    """The address without what may name somebody, such as an event's id."""
    return "/".join(scope["path"].split("/")[:3])[:32]
