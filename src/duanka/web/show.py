"""How pages are shown: in the reader's language, times of Shanghai, money in yuan, identifiers masked."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse

from duanka.errors import NotAllowed
from duanka.web import faults
from duanka.web.words import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.errors import DuankaError
    from duanka.store.ledger import Viewer
    from duanka.web.console import Office
    from duanka.web.session import Session

SHANGHAI = timezone(timedelta(hours=8))
LANGUAGE = "duanka_language"
PAGE = 50
_WORKERS = ("analyst", "officer", "reviewer", "lead_officer", "auditor")
MENU: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("/overview", "概览", "Overview", ()),
    ("/queue", "案件", "Cases", _WORKERS),
    ("/network", "团伙", "Networks", _WORKERS),
    ("/appeals", "申诉", "Appeals", _WORKERS),
    ("/leads", "线索", "Leads", ("analyst", "officer", "lead_officer", "auditor")),
    ("/openings", "开户", "Applications", _WORKERS),
    ("/policy", "政策", "Policy", ()),
    ("/models", "模型", "Models", ()),
    ("/governance", "治理", "Governance", ("governance", "lead_officer", "auditor")),
    ("/matters", "督办", "Matters", ("governance", "lead_officer", "auditor")),
    ("/fairness", "公平", "Fairness", ()),
    ("/users", "用户", "Users", ("security", "administrator", "auditor")),
    ("/audit", "审计", "Audit", ("auditor",)),
)
"""Where a menu leads, and which roles may go there; any role where none is named."""
FORMS_ONLY = ("/purpose", "/logout", "/password")
WRITTEN = ("because", "words")
"""Fields of forms in which people write sentences."""
MOST_LATE = 200_000
"""A form longer than this that comes after its session has ended is not read."""
ACROSS = ("/network", "/openings", "/governance")
"""What shows every institution's, and so is for who sees them all."""


class NotIn(NotAllowed):
    """Nobody is in; the caller is asked to enter."""

    status = 401


def office(request: Request) -> Office:
    """What the pages stand on."""
    found: Office = request.app.state.office
    return found


def session(request: Request) -> Session:
    """The session of whoever asks.

    Raises: NotIn if nobody is in.
    """
    found = office(request).sessions.of(request)
    if found is None:
        raise NotIn("please enter 请先登录", where="console", fix="enter with your name")
    return found


def viewer(request: Request, *roles: str) -> Viewer:
    """Who asks, if they are in and hold one of the roles (any, if none is named).

    Raises: NotIn; NotAllowed without the role.
    """
    found = session(request).user.viewer
    if roles and not found.has(*roles):
        raise NotAllowed(
            "this page is not for your role 您的角色无权查看", where="console", fix="ask the administrator"
        )  # fmt: skip
    return found


def language(request: Request) -> str:
    """zh, or en where the reader chose it."""
    return "en" if request.cookies.get(LANGUAGE) == "en" else "zh"


def page(request: Request, template: str, *, status: int = 200, **told: Any) -> Response:
    """The page of a template. In it `t(zh, en)` says a text in the reader's language; `once` marks its forms."""
    chosen = language(request)
    found = office(request).sessions.of(request)

    def t(zh: str, en: str) -> str:
        return en if chosen == "en" else zh

    text = (
        office(request)
        .templates.get_template(template)
        .render(
            t=t,
            language=chosen,
            me=found.user.viewer if found else None,
            token=found.token if found else "",
            once=secrets.token_urlsafe(9),
            purpose=found.purpose if found else "",
            left=found.left if found else (),
            path=request.url.path,
            here=here(request),
            query=dict(request.query_params),
            now=office(request).clock(),
            menu=menu(found.user.viewer) if found else [],
            value=lambda told: (
                t("是", "yes") if told is True else t("否", "no") if told is False else listed(told)
            ),
            plain=lambda text: faults.plain(str(text), chosen),
            w=lambda code, kind="": t(*said(str(code), kind)),
            wc=lambda code, kind="": _with_code(t(*said(str(code), kind)), str(code)),
            **told,
        )
    )
    return HTMLResponse(text, status, headers={"cache-control": "no-store"})


def listed(told: object) -> object:
    """A value of a parameter to be read: several words with commas between them."""
    return ", ".join(str(one) for one in told) if isinstance(told, tuple) else told


def cased(given: dict[str, object]) -> dict[str, str]:
    """A case of a worked example as choices of an address.

    Example:
        >>> cased({"victim": True, "score": 0.9})
        {'case.victim': 'true', 'case.score': '0.9'}
    """
    return {
        f"case.{name}": str(told).lower() if isinstance(told, bool) else str(told)
        for name, told in given.items()
    }


def menu(who: Viewer) -> list[tuple[str, str, str]]:
    """The pages that somebody may open, in the menu's order: address, Chinese, English."""
    everywhere = "*" in who.institutions and "*" in who.regions
    return [
        (address, zh, en)
        for address, zh, en, roles in MENU
        if (not roles or who.has(*roles)) and (everywhere or address not in ACROSS)
    ]


def _with_code(text: str, code: str) -> Markup:
    """A word with its code beside it in small letters, where the two differ."""
    if text == code:
        return Markup("{}").format(text)
    return Markup('{} <small class="code">{}</small>').format(text, code)


def fault(request: Request, error: DuankaError) -> Response:
    """A fault as a page: what is wrong, and what to do."""
    words = words_of(request, error)
    return page(request, "fault.html", status=error.status, **words)


def words_of(request: Request, error: DuankaError) -> dict[str, str]:
    """What a page says of a fault in the reader's language: `what` and `fix`."""
    what, fix = faults.told(error, language(request))
    return {"what": what, "fix": fix}


def here(request: Request) -> str:
    """The address that was asked for, with its choices, on this console."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


async def to_login(request: Request) -> Response:
    """The way in, and afterwards back to where the reader was going; what they wrote waits for them."""
    if request.headers.get("hx-request"):
        return HTMLResponse("", 200, headers={"hx-redirect": "/login"})
    if request.method != "GET":
        kept = office(request).sessions.leave_words(request, await _written(request))
        told = "kept" if kept else "1"
        return RedirectResponse(
            f"/login?lost={told}&next={quote(_stood_on(request), safe='')}", 303
        )
    return RedirectResponse(f"/login?next={quote(here(request), safe='')}", 303)


async def _written(request: Request) -> tuple[str, ...]:
    """The sentences of a form that came too late; none if it is too long to be looked at."""
    if not 0 < int(request.headers.get("content-length") or 0) < MOST_LATE:
        return ()
    try:
        form = await request.form(max_files=1, max_fields=600, max_part_size=65_536)
    except HTTPException:  # no form at all
        return ()
    words = (str(form.get(name, "")).strip() for name in WRITTEN)
    return tuple(one for one in words if one)


def _stood_on(request: Request) -> str:
    """The page whose form was sent to this address."""
    if case_id := request.query_params.get("case"):
        return f"/case/{case_id}"
    if request.url.path in FORMS_ONLY:
        return "/overview"
    if request.url.path.startswith("/case/"):
        return "/".join(request.url.path.split("/")[:3])
    return request.url.path.removesuffix("/words").removesuffix("/file")


def number(request: Request, name: str, default: int = 0, most: int = 1_000_000) -> int:
    """A whole number of the address, between 0 and `most`; the default where it is none."""
    text = request.query_params.get(name, "")
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 10 else default


def yuan(fen: int | None) -> str:
    """The sum in yuan.

    Example:
        >>> yuan(123456789), yuan(-50), yuan(None)
        ('1,234,567.89', '-0.50', '-')
    """
    if fen is None:
        return "-"
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02}"


def instant(at: datetime | str | int | None) -> str:
    """The instant in Shanghai, to the second.

    Example:
        >>> instant("2026-06-01T04:00:00+00:00"), instant(None)
        ('2026-06-01 12:00:00', '-')
    """
    if at is None or at == "":
        return "-"
    if isinstance(at, int):
        at = datetime.fromtimestamp(at / 1_000_000, UTC)
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def mask(text: object) -> str:
    """An identifier with its middle hidden.

    Example:
        >>> mask("a-0123456789"), mask("A1"), mask(None)
        ('a-••••••6789', 'A1', '-')
    """
    if text is None:
        return "-"
    told = str(text)
    return told if len(told) < 7 else f"{told[:2]}{'•' * min(6, len(told) - 6)}{told[-4:]}"


def island(value: object) -> Markup:
    """Data for a script, safe inside a page: no value can end the element it stands in."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    for sign, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(sign, escape)
    return Markup(text)  # noqa: S704  # escaped just above


def linked(query: dict[str, str], **changed: object) -> str:
    """The address of the same list with some of its choices changed; an empty choice is left out."""
    return "?" + urlencode({k: v for k, v in {**query, **changed}.items() if v not in (None, "")})


FILTERS: dict[str, Callable[..., object]] = {
    "yuan": yuan,
    "instant": instant,
    "mask": mask,
    "island": island,
    "linked": linked,
    "cased": cased,
}
