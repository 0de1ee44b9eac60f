"""A stand-in for the live door that can be made to stall or fail, and the app before it."""

from __future__ import annotations

import threading
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx2
import msgspec
from msgspec.structs import replace

from duanka.errors import Unavailable
from duanka.intercept.answers import Answer, Taken
from duanka.intercept.events import ANSWERED
from duanka.web import keys, opened, serving
from duanka.web.app import make_app
from duanka.web.waiting import Bounds

NOW = "2026-06-01T00:00:00+00:00"
WHEN = "2026-06-01T09:00:00+08:00"
ALL = keys.SCOPES[:-1]


def answer(event: Any, **more: Any) -> Answer:
    told = {"answer": "allow", "score": 0.0, "because": "nothing_found", "reasons": ()} | more
    return Answer(
        event.kind,
        event.event_id,
        legal_basis=None,
        authority="",
        review="",
        next_zh="",
        next_en="",
        **told,
    )


class StandIn:
    """A door without a model: allows everything, remembers ids, can be held shut or fail."""

    def __init__(self) -> None:
        self.said: dict[bytes, Answer | Taken] = {}
        self.batches: list[int] = []
        self.opened = threading.Event()
        self.opened.set()
        self.entered = threading.Event()
        self.fault: BaseException | None = None
        self.closed = 0
        self.challenged = threading.Event()
        self.counters = {"taken.transfer": 0}

    def take(self, events: Any) -> list[Answer | Taken]:
        self.entered.set()
        assert self.opened.wait(30)
        if self.fault is not None:
            raise self.fault
        self.batches.append(len(events))
        return [self._one(event) for event in events]

    def _one(self, event: Any) -> Answer | Taken:
        if (before := self.said.get(event.key)) is not None:
            return replace(before, duplicate=True)
        now = answer(event) if event.kind in ANSWERED else Taken(event.kind, event.event_id)
        self.said[event.key] = now
        return now

    def timed_out(self, event: Any) -> Answer:
        return answer(event, answer="verify_transaction", because="timed_out", timed_out=True)

    def challenge(self) -> int:
        self.challenged.set()
        return 0

    def answer_of(self, kind: str, event_id: str) -> Answer | None:
        for one in self.said.values():
            if isinstance(one, Answer) and (one.event_kind, one.event_id) == (kind, event_id):
                return one
        return None

    def health(self) -> dict[str, Any]:
        return {"ok": True, "events": len(self.said)}

    def snapshot(self) -> None:
        pass

    def close(self) -> None:
        self.closed += 1


def unavailable() -> Unavailable:
    return Unavailable("the log cannot be written", where="log", fix="free some room")


def transfer(name: str = "t1", **more: Any) -> dict[str, Any]:
    return {
        "kind": "transfer",
        "transfer_id": name,
        "at": WHEN,
        "payer_id": "a",
        "payee_id": "b",
        "amount_fen": 100,
    } | more


def opening(name: str = "o1", **more: Any) -> dict[str, Any]:
    return {
        "kind": "opening",
        "opening_id": name,
        "at": WHEN,
        "card_kind": "sim",
        "applicant_id": "p",
        "outlet_id": "u",
        "outcome": "opened",
    } | more


def lines(*events: Any) -> bytes:
    return b"\n".join(msgspec.json.encode(one) for one in events) + b"\n"


def key_for(folder: Any, *scopes: str, **more: Any) -> str:
    token, _ = keys.add(opened.web_folder(folder), "test", scopes=scopes or ALL, now=NOW, **more)
    return token


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@asynccontextmanager
async def client_of(folder: Any, door: Any, *, bounds: Bounds | None = None, token: str = ""):
    """A client of the app before the door, in this process, while the app lives."""
    api = opened.open_api(folder, door, bounds=bounds or Bounds(answer_s=20))
    app = make_app(api)
    async with app.rest.router.lifespan_context(app.rest):
        wire = httpx2.ASGITransport(app=app)
        headers = bearer(token) if token else {}
        async with httpx2.AsyncClient(transport=wire, base_url="http://x", headers=headers) as one:
            one.api = api
            yield one


def rows(folder: Any) -> list[dict[str, Any]]:
    """The rows of the access log, oldest first."""
    files = sorted(opened.web_folder(folder).glob("access-*.jsonl"))
    return [msgspec.json.decode(line) for file in files for line in file.read_bytes().splitlines()]


@contextmanager
def served(folder: Any, door: Any = None, *, patience: Any = None, place: Any = None):
    """The port and the door of a real server before a stand-in door, on a thread of its own."""
    place = place or serving.Place(port=0)
    door = door or StandIn()
    app = make_app(opened.open_api(folder, door, bounds=Bounds(answer_s=20)))
    up = threading.Event()
    server = serving.server_of(app, place, announce=up.set, patience=patience or serving.PATIENCE)
    with serving.listen(place) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=serving.serve, args=(server, listener))
        thread.start()
        assert up.wait(30)
        try:
            yield port, door
        finally:
            door.opened.set()
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()
