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
    from collections.abc import Callable, Mapping, Sequence

    from starlette.datastructures import FormData, UploadFile
    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.store.ledger import Desk

    Act = Callable[[Desk, Mapping[str, str]], object]

MOST_WORDS = 4000
MOST_BYTES = 20_000_000


class Form(dict[str, str]):
    """The fields of a form; one that is asked for and is not there is the sender's fault."""

    def __missing__(self, name: str) -> str:
        raise BadInput(f"the form lacks {name} 表单缺少内容", where="form", fix="open the page again")  # fmt: skip


async def form_of(request: Request) -> Form:
    """The fields of a form that is one of ours; of a file its SHA-256, the file itself is not kept.

    Raises: NotIn; NotAllowed if the form does not carry the session's token; BadInput if it is too long.
    """
    session = show.session(request)
    form = await request.form(max_files=1, max_fields=600, max_part_size=65_536)
    meant(session, form.get("token"))
    told = Form([(name, await _told(value)) for name, value in form.items()])
    if any(len(value) > MOST_WORDS for value in told.values()):
        raise BadInput("too many words 内容过长", where="form", fix=f"at most {MOST_WORDS} letters")
    if request.url.path not in show.FORMS_ONLY:
        session.left = ()  # whatever was left from before has been seen beside this form
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

    return await done(request, do, back=back, wrote=[told.get(name, "") for name in show.WRITTEN])


async def done(
    request: Request, do: Callable[[], None], *, back: str, wrote: Sequence[str]
) -> Response:
    """The page to go back to once it is done; where somebody was quicker, what the slower one wrote."""
    try:
        await run_in_threadpool(do)
    except Conflict as error:
        return show.page(
            request, "conflict.html", status=error.status, **show.words_of(request, error), back=back,
            wrote=[one for one in wrote if one],
        )  # fmt: skip
    return RedirectResponse(back, 303)


async def with_file(request: Request, most_bytes: int) -> FormData:
    """A form of ours that brings a file.

    Raises: NotIn; BadInput if it is larger than allowed; NotAllowed if it does not carry the session's token.
    """
    session = show.session(request)
    if not 0 < int(request.headers.get("content-length") or 0) < most_bytes + 65_536:
        raise BadInput(
            "the file is too large 文件过大",
            where="form",
            fix=f"send at most {most_bytes // 1_000_000} MB at once 请缩小后再传",
        )
    form = await request.form(max_files=1, max_fields=20)
    meant(session, form.get("token"))
    return form


async def sent(form: FormData) -> tuple[str, bytes]:
    """Name and content of the form's file.

    Raises: BadInput if there is none.
    """
    file = form.get("file")
    if file is None or isinstance(file, str) or not file.filename:
        raise BadInput("no file was sent 请选择文件", where="form", fix="choose a file")
    return file.filename, await file.read()


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
