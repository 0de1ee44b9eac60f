"""The console: pages for people beside a run's findings and the ledger; nothing on them comes from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from duanka.errors import DuankaError
from duanka.web import show
from duanka.web.errands import Errands
from duanka.web.pages import PAGES, login
from duanka.web.reply import SECURITY, Guarded
from duanka.web.session import Sessions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from duanka.policy.dated import Policy
    from duanka.store.ledger import Ledger
    from duanka.web.findings import Findings

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@dataclass(frozen=True)
class Office:
    """What the pages stand on: a run's findings, the ledger, the rules, the clock, who is in, long work.

    `candidate` are rules that may be adopted; `beside` what another model or other rules found in the
    same data, without effect on anybody; `door` the folder of a live door, beside which a challenger may stand.
    """

    findings: Findings
    book: Ledger
    policy: Policy
    clock: Callable[[], datetime]
    sessions: Sessions
    templates: Environment
    errands: Errands
    candidate: Policy | None = None
    beside: Findings | None = None
    door: Path | None = None


@dataclass(frozen=True)
class Unheard:
    """What stands beside what is in force and is only compared with it: rules, a run's findings, a live door's folder."""

    candidate: Policy | None = None
    beside: Findings | None = None
    door: Path | None = None


def make_console(
    findings: Findings,
    book: Ledger,
    policy: Policy,
    *,
    clock: Callable[[], datetime],
    unheard: Unheard | None = None,
) -> Starlette:
    """The console as an ASGI app; run it behind one process, its sessions are held in memory."""
    other = unheard or Unheard()
    office = Office(
        findings, book, policy, clock, Sessions(clock), _templates(), Errands(clock),
        other.candidate, other.beside, other.door,
    )  # fmt: skip
    headers = [h for h in SECURITY if h[0] not in (b"content-security-policy", b"cache-control")]
    headers.append((b"content-security-policy", POLICY.encode()))
    app = Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=HERE / "static"), name="static"),
            Route("/", _home),
            *login.ROUTES,
            *(route for page in PAGES for route in page.ROUTES),
        ],
        middleware=[Middleware(Guarded, headers=headers)],
        exception_handlers={DuankaError: _told, HTTPException: _told_plainly, Exception: _ours},
    )
    app.state.office = office
    return app


def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(show.FILTERS)
    return made


def _home(_request: Request) -> Response:
    return RedirectResponse("/overview", 303)


async def _told(request: Request, error: Exception) -> Response:
    """A fault of the house as a page; who is not in is asked to enter, and comes back afterwards."""
    assert isinstance(error, DuankaError)  # noqa: S101  # Starlette gives a handler what it was named for
    if isinstance(error, show.NotIn):
        return await show.to_login(request)
    return show.fault(request, error)


def _told_plainly(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # as above
    fault = DuankaError("没有这个页面 there is no such page")
    fault.status = error.status_code
    return show.fault(request, fault)


def _ours(_request: Request, _error: Exception) -> Response:
    """What nobody foresaw: plain words; the server's log has the rest."""
    return HTMLResponse("<!doctype html><meta charset=utf-8><p>抱歉，程序出错 sorry, the program is at fault", 500)  # fmt: skip
