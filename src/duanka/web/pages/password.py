"""One's own password: changed by whoever knows the old one; all one's sessions end with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse
from starlette.routing import Route

from duanka.errors import BadInput, NotAllowed
from duanka.web import acting, faults, people, show
from duanka.web.own_password import change_own

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def page(request: Request) -> Response:
    """The form; who is in may open it, whatever their role."""
    return _shown(request)


async def change(request: Request) -> Response:
    """The way in, where the new password is asked for; the form again, with what was wrong."""
    told = await acting.form_of(request)
    office, who = show.office(request), show.viewer(request)

    def do() -> None:
        if told["new"] != told["again"]:
            raise BadInput("the two new passwords differ 两次输入的新口令不一致", where="password", fix="write it again")  # fmt: skip
        change_own(
            office.book, who.user_id, (told["old"], told["code"]), told["new"], at=office.clock()
        )

    try:
        await run_in_threadpool(do)
    except (BadInput, NotAllowed) as error:
        return _shown(request, wrong=error)
    office.sessions.end_all(who.user_id)
    return RedirectResponse("/login?changed=1", 303)


def _shown(request: Request, wrong: BadInput | NotAllowed | None = None) -> Response:
    second = show.session(request).user.second_factor
    say = faults.plain(wrong.what, show.language(request)) if wrong else ""
    return show.page(
        request, "password.html", status=wrong.status if wrong else 200, wrong=say,
        second=second, least=people.LEAST_LENGTH,
    )  # fmt: skip


ROUTES = [Route("/password", page), Route("/password", change, methods=["POST"])]
