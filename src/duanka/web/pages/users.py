"""Who may enter: users with roles, scopes and standing; a security officer changes them, nobody their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.routing import Route

from duanka.errors import BadInput
from duanka.store.ledger import Viewer
from duanka.web import acting, people, show, tenure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.store.ledger import Desk

ROLES = tenure.SEERS
SAID_ONCE = ("add", "reset")
"""Acts after which a password is shown, on the page that answers and nowhere else."""


def page(request: Request) -> Response:
    """The users by name, a page of them."""
    return _shown(request, told=None)


async def act(request: Request) -> Response:
    """The list again, once the act is done; a new password is shown this one time.

    Raises: BadInput if the form names no act; what the act raises.
    """
    told = await acting.form_of(request)
    office, who = show.office(request), show.viewer(request, tenure.ROLE)

    def do() -> tuple[str, str]:
        with office.book.desk(who, at=office.clock(), purpose="a user is changed") as desk:
            return _done(desk, told)

    word, secret = await run_in_threadpool(do)
    office.sessions.end_all(told.get("user", ""))
    if not word:
        return RedirectResponse("/users", 303)
    return _shown(request, told={"user": told["user"], "word": word, "secret": secret})


def _done(desk: Desk, told: Mapping[str, str]) -> tuple[str, str]:
    """Password and secret that the act made, empty where it made none."""
    user, named, because = told.get("user", ""), told.get("act", ""), told.get("because", "")
    second = bool(told.get("second_factor"))
    if named == "add":
        return tenure.add(desk, _viewer(user, told), second_factor=second)
    if named == "reset":
        return tenure.reset(desk, user, because, second_factor=second)
    if named == "grant":
        tenure.grant(desk, _viewer(user, told), because)
    elif named == "unlock":
        tenure.unlock(desk, user, because)
    elif named in tenure.MOVES:
        tenure.move(desk, user, named, because)
    else:
        raise BadInput("no such act 没有这个操作", where="form", fix="open the page again")
    return "", ""


def _viewer(user: str, told: Mapping[str, str]) -> Viewer:
    """Whom the form describes: roles ticked; scopes as words with commas or spaces between, all where none is said."""
    roles = tuple(one for one in people.ROLES if told.get(f"role:{one}"))
    institutions, regions = (
        tuple(told.get(name, "").replace(",", " ").replace("，", " ").split())
        or ("*",)  # a Chinese comma is meant
        for name in ("institutions", "regions")
    )
    return Viewer(user.strip(), roles, institutions, regions)


def _shown(request: Request, *, told: dict[str, str] | None) -> Response:
    office, who = show.office(request), show.viewer(request, *ROLES)
    after = request.query_params.get("after", "")[:200]
    with office.book.read(who, at=office.clock()) as desk:
        found = tenure.everybody(desk, after=after, limit=show.PAGE)
    return show.page(
        request, "users.html", found=found, told=told, may=who.has(tenure.ROLE), roles=people.ROLES,
        step=show.PAGE, after=after, locked={one.id for one in found if _locked(request, one.body)},
    )  # fmt: skip


def _locked(request: Request, body: Mapping[str, object]) -> bool:
    until = body.get("locked_until")
    return until is not None and str(until) > show.office(request).clock().isoformat()


ROUTES = [Route("/users", page), Route("/users", act, methods=["POST"])]
