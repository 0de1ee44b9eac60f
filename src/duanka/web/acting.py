"""Forms that act: the token is checked, one desk is taken for one purpose, and the reader is led back."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from duanka.errors import BadInput, Conflict
from duanka.web import show
from duanka.web.session import meant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.datastructures import UploadFile
    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.store.ledger import Desk

    Act = Callable[[Desk, Mapping[str, str]], object]

MOST_WORDS = 4000
MOST_BYTES = 20_000_000
WRITTEN = ("because", "words")


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form that is one of ours; of a file its SHA-256, the file itself is not kept.

    Raises: NotIn; NotAllowed if the form does not carry the session's token; BadInput if it is too long.
    """
    session = show.session(request)
    form = await request.form(max_files=1, max_fields=600, max_part_size=65_536)
    meant(session, form.get("token"))
    told = {name: await _told(value) for name, value in form.items()}
    if any(len(value) > MOST_WORDS for value in told.values()):
        raise BadInput("too many words 内容过长", where="form", fix=f"at most {MOST_WORDS} letters")
    return told


async def _told(value: str | UploadFile) -> str:
    if isinstance(value, str):
        return value.strip()
    if not value.size:
        return ""
    if value.size > MOST_BYTES:
        raise BadInput("the file is too large 文件过大", where="form", fix="at most 20 MB")
    return sha256(await value.read()).hexdigest()


async def acted(request: Request, purpose: str, acts: Mapping[str, Act], *, back: str) -> Response:
    """The page to go back to, once the act that the form names has been done at a desk of the viewer.

    Raises: BadInput if the form names no act of these; what the act raises.
    """
    told = await form_of(request)
    act = acts.get(told.get("act", ""))
    if act is None:
        raise BadInput("no such act 没有这个操作", where="form", fix="open the page again")

    def do() -> None:
        office = show.office(request)
        with office.book.desk(show.viewer(request), at=office.clock(), purpose=purpose) as desk:
            act(desk, told)

    try:
        await run_in_threadpool(do)
    except Conflict as error:
        # Somebody was quicker: what the slower wrote is shown to them again, so that nothing is lost.
        wrote = [told[name] for name in WRITTEN if told.get(name)]
        return show.page(
            request, "conflict.html", status=error.status, what=error.what, fix=error.fix, back=back, wrote=wrote,
        )  # fmt: skip
    return RedirectResponse(back, 303)


def version(told: Mapping[str, str]) -> int:
    """The version of the record that the reader saw when the form was made.

    Raises: BadInput if the form does not say.
    """
    text = told.get("version", "")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10):
        raise BadInput(
            "the form does not say what you saw", where="form", fix="open the page again"
        )
    return int(text)


async def back_to(place: str) -> Response:
    """The way back to a page of ours; the first page where the place is none."""
    ours = place.startswith("/") and not place.startswith(("//", "/\\")) and place.isprintable()
    return RedirectResponse(place if ours else "/overview", 303)
