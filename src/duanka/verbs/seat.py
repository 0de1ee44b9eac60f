"""Where somebody acts from at the command: which ledger, who they are, in which roles, for what.

Once a ledger has users, nobody acts without being one of them: roles and scopes are then the user's, and that
they entered is a row of history. A ledger without users takes `--as` and `--role` as they are given.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer

from duanka.verbs.ledger_options import (
    At,
    Institution,
    Keys,
    Purpose,
    Region,
    User,
    now,
    opened,
    rules,
    viewer_of,
)
from duanka.verbs.options import Policies

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from duanka.jobs.leads import Acting
    from duanka.policy.dated import Policy, Regime
    from duanka.settings import Settings
    from duanka.store.ledger import Desk, Ledger, Record, Viewer

P = ParamSpec("P")
Roles = Annotated[
    list[str] | None, typer.Option("--role", help="in which of one's roles; may be repeated 角色")
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="the user's password, if not asked for 口令文件"),
]
Code = Annotated[str, typer.Option("--code", help="code of the second factor 动态验证码")]
NOBODY = "command"


@dataclass(frozen=True)
class Seat:
    """A ledger, who sits at it, and what for."""

    book: Ledger
    viewer: Viewer
    purpose: str
    settings: Settings

    @cached_property
    def policy(self) -> Policy:
        """The rules that the settings name."""
        return rules(self.settings)

    @property
    def acting(self) -> Acting:
        """Who acts for what, as a job wants to be told."""
        from duanka.jobs.leads import Acting

        return Acting(self.viewer, self.purpose)

    @property
    def regime(self) -> Regime:
        """The rules of today."""
        from duanka.jobs.dataset import SHANGHAI

        return self.policy.at(now().astimezone(SHANGHAI).date())

    def act(self) -> AbstractContextManager[Desk]:
        """A desk to act at, now."""
        return self.book.desk(self.viewer, at=now(), purpose=self.purpose)

    def see(self) -> AbstractContextManager[Desk]:
        """A desk to see from, now; nothing personal is shown."""
        return self.book.read(self.viewer, at=now())

    def queue(self, kind: str, limit: int) -> list[Record]:
        """What of this kind is left to do within their scope, the heaviest first."""
        from duanka.store.ledger import Wanted

        with self.see() as desk:
            return desk.queue(Wanted(kind, open_only=True), limit=limit)


@dataclass(frozen=True)
class Claim:
    """Who somebody says they are, and which part of their roles and scopes they want to use."""

    user: str
    roles: tuple[str, ...]
    institutions: tuple[str, ...]
    regions: tuple[str, ...]


def seated(
    purpose: str,
    *,
    roles: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
    others: tuple[str, ...] = (),
) -> Callable[[Callable[Concatenate[Seat, P], None]], Callable[..., None]]:
    """A verb that is given a seat; the options that name ledger, user, scope and purpose come with it.

    An option that the verb has itself is the verb's. `roles` are held where a ledger without users is
    used and none is named; `only` those who hold one of these may use the verb. `others` are roles outside
    the office that may use it too: who speaks for a listed unit may use no verb that does not say so. With an empty `purpose`
    whoever acts has to say one.
    """

    def wrapped(verb: Callable[Concatenate[Seat, P], None]) -> Callable[..., None]:
        own = list(inspect.signature(verb, eval_str=True).parameters.values())[1:]

        def run(**given: Any) -> None:
            more = {one.name: given.pop(one.name) for one in own}
            settings, book = opened(given["ledger"], given["keys"], given["policy"])
            try:
                named = (given.get(name) or () for name in ("role", "institution", "region"))
                claim = Claim(given["user"], *map(tuple, named))
                second = {"password_file": given["password_file"], "code": given["code"]}
                viewer = who(book, claim, roles or only[:1], **second)
                _may(viewer, only)
                _inside(viewer, others)
                verb(Seat(book, viewer, given["what_for"], settings), **more)  # type: ignore[call-arg]
            finally:
                book.close()

        return _with_options(verb, run, own, purpose)

    return wrapped


def _may(viewer: Viewer, only: tuple[str, ...]) -> None:
    from duanka.errors import NotAllowed

    if only and not viewer.has(*only):
        raise NotAllowed(
            f"{viewer.user_id} is none of those who do this",
            where="--role",
            fix=f"ask somebody who is {' or '.join(only)}",
        )


def _inside(viewer: Viewer, others: tuple[str, ...]) -> None:
    from duanka.errors import NotAllowed

    if viewer.has("unit") and "unit" not in others:
        raise NotAllowed(
            "whoever speaks for a listed unit sees that unit's matters and nothing else",
            where="--role",
            fix="see `duanka matter list`",
        )


def _shared(
    *,
    user: User = NOBODY,
    role: Roles = None,
    institution: Institution = None,
    region: Region = None,
    what_for: Purpose = "",
    password_file: PasswordFile = None,
    code: Code = "",
    ledger: At = None,
    keys: Keys = None,
    policy: Policies = None,
) -> None:
    """Nothing; the options that every seat has stand here to be read."""


def who(
    book: Ledger,
    claim: Claim,
    roles: tuple[str, ...],
    *,
    password_file: Path | None,
    code: str,
) -> Viewer:
    """Who acts: a user of the ledger after their password, or as claimed where the ledger has no users.

    Raises: NotAllowed if the password is wrong, or more is wanted than the user has.
    """
    from duanka.store.ledger import SYSTEM, Wanted

    with book.read(SYSTEM, at=now()) as desk:
        any_user = bool(desk.find(Wanted("user"), limit=1))
    if not any_user:
        named = [*(claim.roles or roles)]
        return viewer_of(claim.user, named, list(claim.institutions), list(claim.regions))
    from duanka.web.people import enter

    word = password(password_file)
    user = enter(book, claim.user, word, code, at=now(), purpose="somebody acts at the command")
    return narrowed(user.viewer, claim)


def narrowed(viewer: Viewer, claim: Claim) -> Viewer:
    """The user, with as much of their roles and scopes as they want to use.

    Raises: NotAllowed if they want what they do not have.
    """
    from dataclasses import replace

    from duanka.errors import NotAllowed
    from duanka.store.ledger_rows import EVERY, stem

    held = {
        "role": set(claim.roles) <= set(viewer.roles),
        "institution": EVERY in viewer.institutions
        or set(claim.institutions) <= set(viewer.institutions),
        "region": all(
            any(mine == EVERY or code.startswith(stem(mine)) for mine in viewer.regions)
            for code in claim.regions
        ),
    }
    lacking = [name for name, has in held.items() if not has]
    if lacking:
        raise NotAllowed(
            f"{viewer.user_id} does not hold this {' and '.join(lacking)}",
            where=", ".join(f"--{name}" for name in lacking),
            fix="leave it out to act with all that the user holds",
        )
    return replace(
        viewer,
        roles=claim.roles or viewer.roles,
        institutions=claim.institutions or viewer.institutions,
        regions=claim.regions or viewer.regions,
    )


def password(file: Path | None) -> str:
    """The password in the file, or the one that is asked for.

    Raises: BadInput if the file cannot be read.
    """
    if file is None:
        return str(typer.prompt("password 口令", hide_input=True, err=True))
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        from duanka.errors import BadInput

        raise BadInput(
            "the password file cannot be read", where="--password-file", fix="see that it is there"
        ) from error


def _with_options(
    verb: Callable[..., None],
    run: Callable[..., None],
    own: list[inspect.Parameter],
    purpose: str,
) -> Callable[..., None]:
    """The runner, that shows Typer the verb's own parameters and then those of every seat."""
    names = {one.name for one in own}
    shared = [
        one.replace(default=purpose) if one.name == "what_for" else one
        for one in inspect.signature(_shared, eval_str=True).parameters.values()
        if one.name not in names
    ]
    told = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in [*own, *shared]]
    run.__signature__ = inspect.Signature(told)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in told}
    run.__name__, run.__doc__, run.__module__ = verb.__name__, verb.__doc__, verb.__module__
    return run
