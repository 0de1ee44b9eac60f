"""Decisions over HTTP: single requests and batches of 64, durable, beside the obvious FastAPI service."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from measure import ROOT, keep, show

if TYPE_CHECKING:
    from collections.abc import Iterator

CARDS = 2_000
BATCH = 64
TICK = os.sysconf("SC_CLK_TCK")
PLAIN = '''
"""The obvious service: FastAPI, pydantic, counters in dicts, scikit-learn; nothing survives a crash."""
import sys
from collections import defaultdict
import numpy as np, uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.ensemble import HistGradientBoostingClassifier

rng = np.random.default_rng(3)
X = rng.random((5_000, 8))
model = HistGradientBoostingClassifier(max_iter=300, max_leaf_nodes=31).fit(X, X[:, 0] + X[:, 3] > 1.2)
seen = defaultdict(lambda: [0, 0, 0.0, 0])

class Transfer(BaseModel):
    kind: str
    transfer_id: str
    at: str
    payer_id: str
    payee_id: str
    amount_fen: int

class Answer(BaseModel):
    event_id: str
    answer: str
    score: float

app = FastAPI()

def row(one):
    found = []
    for side in (one.payer_id, one.payee_id):
        held = seen[side]
        found += held
        held[0] += 1; held[1] += one.amount_fen; held[2] = max(held[2], one.amount_fen); held[3] += 1
    return found

def told(many):
    scores = model.predict_proba(np.array([row(one) for one in many], float))[:, 1]
    return [Answer(event_id=o.transfer_id, answer="allow" if s < 0.5 else "verify", score=s) for o, s in zip(many, scores)]

@app.post("/single")
def single(one: Transfer) -> Answer:
    return told([one])[0]

@app.post("/batch")
def batch(many: list[Transfer]) -> list[Answer]:
    return told(many)

@app.get("/v1/health")
def health() -> dict:
    return {"ok": True}

uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False, loop="uvloop", http="httptools", timeout_keep_alive=65)
'''


@dataclass(frozen=True)
class Host:
    """A service under load: its port, its process, and how a single event and a batch are put to it."""

    port: int
    pid: int
    single: tuple[str, str]
    batch: tuple[str, str]
    token: str
    ones: int
    """Single requests of a load: enough for a hundredth of them, few enough that a slow service ends."""


def _event(n: int, rng: np.random.Generator) -> dict[str, Any]:
    # as in life: shops and friends, and one payment in fifty to somebody new
    payer, other = (int(one) for one in rng.integers(0, CARDS, 2))
    chance, usual = rng.random(), (7 * payer + 1) % CARDS
    payee = f"a{usual if chance < 0.18 else other}"
    if chance > 0.2:
        payee = f"MERCHANT:{payer * 13 % 200}"
    return {
        "kind": "transfer",
        "transfer_id": f"h{n}",
        "at": f"2026-06-{1 + n // 86_400 % 28:02}T{n // 3_600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}+08:00",
        "payer_id": f"a{payer}",
        "payee_id": payee,
        "amount_fen": int(rng.lognormal(8.3, 1)) + 1,
    }


def _request(host: Host, path: str, media: str, body: bytes) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {host.token}\r\n"
        f"content-type: {media}\r\nprefer: wait\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


def requests_of(host: Host, first: int, count: int, size: int) -> list[bytes]:
    """Whole requests, made before the clock starts; every event has an id of its own."""
    rng = np.random.default_rng(first)
    made = []
    for at in range(first, first + count * size, size):
        events = [_event(n, rng) for n in range(at, at + size)]
        if size == 1:
            made.append(_request(host, *host.single, msgspec.json.encode(events[0])))
        elif host.batch[1].endswith("ndjson"):
            made.append(_request(host, *host.batch, msgspec.json.Encoder().encode_lines(events)))
        else:
            made.append(_request(host, *host.batch, msgspec.json.encode(events)))
    return made


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _whole(data: bytes) -> bool:
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = data.lower().find(b"content-length:", 0, head)
    return len(data) >= head + 4 + int(data[at + 15 : data.index(b"\r\n", at)])


def load(
    host: Host, made: list[bytes], connections: int, *, a_second: float = 0.0
) -> dict[str, float]:
    """All requests sent over so many connections, one at a time on each; paced if a rate is given.

    An epoll loop over bare sockets, so that the client is not what is measured. Waits under a rate count
    from when a request was due, not from when a connection was free for it.
    """
    poll, wires, begun, got = select.epoll(), {}, {}, {}
    for _ in range(connections):
        wire = socket.create_connection(("127.0.0.1", host.port))
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wires[wire.fileno()] = wire
        poll.register(wire.fileno(), select.EPOLLIN)
    free, waits, sent, bad = deque(wires), [], 0, 0  # in turn: an idle connection is cut off
    server, client, start = _cpu(host.pid), time.process_time(), time.perf_counter()
    while len(waits) < len(made):
        now = time.perf_counter()
        while free and sent < len(made):
            due = start + sent / a_second if a_second else now
            if due > now:
                break
            number = free.popleft()
            begun[number], got[number] = due, b""
            wires[number].sendall(made[sent])
            sent += 1
        rest = start + sent / a_second - now if a_second and free and sent < len(made) else 1.0
        for number, _ in poll.poll(max(rest, 0.0)):
            got[number] += wires[number].recv(1 << 20)
            if _whole(got[number]):
                waits.append(time.perf_counter() - begun[number])
                bad += not got[number].startswith(b"HTTP/1.1 200")
                free.append(number)
    spent = time.perf_counter() - start
    for wire in wires.values():
        wire.close()
    return {
        "a_second": len(made) / spent,
        "p50_ms": 1e3 * float(np.quantile(waits, 0.5)),
        "p99_ms": 1e3 * float(np.quantile(waits, 0.99)),
        "server_cpu_s": _cpu(host.pid) - server,
        "client_cpu_s": time.process_time() - client,
        "not_200": bad,
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def _child(words: list[str], port: int) -> Iterator[int]:
    child = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(1_200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if child.poll() is not None:
                    raise
                time.sleep(0.1)
        yield child.pid
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(120)


@contextmanager
def ours(folder: Path) -> Iterator[Host]:
    """`duanka serve` with an empty state in the folder: log and all, nothing left out."""
    from duanka.web import keys, opened

    token, _ = keys.add(
        opened.web_folder(folder), "bench", scopes=["admin"], now="now", per_second=10**9
    )
    port = _free_port()
    words = ["-m", "duanka.cli", "serve", "--folder", str(folder), "--port", str(port)]
    with _child([sys.executable, *words], port) as pid:
        yield Host(
            port,
            pid,
            ("/v1/events", "application/json"),
            ("/v1/events", "application/x-ndjson"),
            token,
            ones=4_000,
        )


@contextmanager
def plain(folder: Path) -> Iterator[Host]:
    """The obvious service, in a process of its own."""
    file, port = folder / "plain_service.py", _free_port()
    file.write_text(PLAIN, encoding="utf-8")
    with _child([sys.executable, str(file), str(port)], port) as pid:
        single, batch = ("/single", "application/json"), ("/batch", "application/json")
        yield Host(port, pid, single, batch, "none", ones=600)


def _figures(host: Host, *, quick: bool) -> dict[str, Any]:
    ones, many = (100, 4) if quick else (host.ones, 250)
    load(host, requests_of(host, 10**6, 20, 1), 4)  # compiled, and the first pages touched
    load(host, requests_of(host, 2 * 10**6, 1, BATCH), 1)
    found = {
        "single": load(host, requests_of(host, 3 * 10**6, ones, 1), 64),
        "batches": load(host, requests_of(host, 4 * 10**6, many, BATCH), 8),
    }
    half = found["single"]["a_second"] / 2
    found["single, half load"] = load(
        host, requests_of(host, 5 * 10**6, ones, 1), 64, a_second=half
    )
    half = found["batches"]["a_second"] / 2
    found["batches, half load"] = load(
        host, requests_of(host, 6 * 10**6, many, BATCH), 8, a_second=half
    )
    return found


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="duanka-http-") as room:
        for name, host_of in (("duanka, durable", ours), ("FastAPI, scikit-learn", plain)):
            with host_of(Path(room)) as host:
                found[name] = _figures(host, quick=quick)
    rows = []
    for name, figures in found.items():
        for what, one in figures.items():
            events = one["a_second"] * (BATCH if what.startswith("batches") else 1)
            rows.append(
                [f"{name}: {what}", events, one["p50_ms"], one["p99_ms"],
                 one["server_cpu_s"], one["client_cpu_s"], int(one["not_200"])]
            )  # fmt: skip
    show(
        f"over HTTP on the loopback, batches of {BATCH}",
        ["service: load", "events a second", "p50 ms", "p99 ms", "server CPU s", "client CPU s", "not 200"],
        rows,
        note="wall clock, client on the same machine; half load is half of the rate above it",
    )  # fmt: skip
    keep("speed_http", found)
    return found
