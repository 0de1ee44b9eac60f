"""The way in and out, and the choice of language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse
from starlette.routing import Route

from duanka.errors import NotAllowed
from duanka.web import faults, people, show
from duanka.web.session import COOKIE, meant

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


async def enter(request: Request) -> Response:
    if request.method == "GET":
        return show.page(
            request, "login.html", wrong="", next=_next(request.query_params.get("next"))
        )
    form = await request.form(max_fields=10, max_part_size=4096)
    told = {name: str(form.get(name, ""))[:200] for name in ("name", "password", "code", "next")}
    office = show.office(request)
    try:
        user = _of_the_office(
            people.enter(
                office.book, told["name"], told["password"], told["code"].strip(), at=office.clock()
            )
        )
    except NotAllowed as error:
        return show.page(
            request,
            "login.html",
            status=403,
            wrong=faults.plain(error.what, show.language(request)),
            next=_next(told["next"]),
        )
    office.sessions.end(request)
    answer = RedirectResponse(_next(told["next"]), 303)
    secure = request.url.scheme == "https"
    answer.set_cookie(
        COOKIE, office.sessions.begin(user), httponly=True, samesite="strict", secure=secure
    )
    return answer


def _of_the_office(user: people.User) -> people.User:
    if user.viewer.has(people.UNIT):
        raise NotAllowed("units act at the command 单位用户请使用命令行")
    return user


async def leave(request: Request) -> Response:
    form = await request.form(max_fields=10, max_part_size=4096)
    meant(show.session(request), form.get("token"))
    show.office(request).sessions.end(request)
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


async def language(request: Request) -> Response:
    """Nothing personal hangs on it, so that it may be chosen before entering."""
    chosen = "en" if request.path_params["chosen"] == "en" else "zh"
    answer = RedirectResponse(_next(request.query_params.get("next")), 303)
    answer.set_cookie(show.LANGUAGE, chosen, max_age=31_536_000, httponly=True, samesite="lax")
    return answer


def _next(text: str | None) -> str:
    """Where to go afterwards: a path of ours, never another host."""
    ours = text and text.startswith("/") and not text.startswith(("//", "/\\", "/login"))
    return text if ours and text and "\n" not in text and "\r" not in text else "/overview"


ROUTES = [
    Route("/login", enter, methods=["GET", "POST"]),
    Route("/logout", leave, methods=["POST"]),
    Route("/language/{chosen}", language),
]
