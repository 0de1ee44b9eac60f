"""100,000 events as nobody should send them, at the real door: what became of each, and the door after them."""

from __future__ import annotations

import argparse
import socket
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from http_speed import Host, ours
from measure import ROOT, keep, show

if TYPE_CHECKING:
    from collections.abc import Iterator

sys.path.insert(0, str(ROOT / "tests"))
BATCH = 500
CONNECTIONS = 1_000
SLOW = 50
LARGE = 64 * 2**20


def rows() -> list[dict[str, Any]]:
    """Good events to bend: some of every kind of a village."""
    from duanka.simulate.world import Plan, build
    from live_speed import flow

    told: dict[str, list[dict[str, Any]]] = {}
    for _, kind, row in flow(build(Plan(3, people=400, days=30, rings=1)).tables):
        if len(told.setdefault(kind, [])) < 400:
            at = {n: _written(n, v) for n, v in row.items() if v is not None}
            told[kind].append({"kind": kind, **at})
    return [one for many in told.values() for one in many]


def _written(name: str, value: Any) -> Any:
    if name.endswith("at") and isinstance(value, int):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(value // 1_000_000))
    return str(value) if name.endswith("_on") else value


def said(host: Host, body: bytes) -> tuple[int, bytes]:
    """The status and body of one request on a connection of its own."""
    import urllib.error
    import urllib.request

    heads = {"authorization": f"Bearer {host.token}", "content-type": host.batch[1]}
    asked = urllib.request.Request(
        f"http://127.0.0.1:{host.port}{host.batch[0]}", body, {**heads, "prefer": "wait"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310 - likewise
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def throw(host: Host, lines: Iterator[bytes], count: int) -> Counter[str]:
    """What became of each line: answered, taken, or refused and for what."""
    found: Counter[str] = Counter()
    many = list(lines)
    for at in range(0, count, BATCH):
        part = [one for one in many[at : at + BATCH] if one and not one.isspace()]
        found["blank"] += len(many[at : at + BATCH]) - len(part)
        status, body = said(host, b"\n".join(part))
        if status != 200:
            found[f"batch refused with {status}"] += len(part)
            continue
        told = [msgspec.json.decode(one) for one in body.splitlines()]
        found["without a word"] += len(part) - len(told)
        for one in told:
            found[_word(one)] += 1
    return found


def _word(one: dict[str, Any]) -> str:
    if "fault" in one:
        return "refused, with its reason" if one["fault"] and one["fix"] else "refused, no reason"
    return "answered" if "answer" in one else "taken note of"


def crowd(host: Host) -> dict[str, int]:
    """How the door stands a thousand open connections, slow callers and a body that is too large."""
    idle = [socket.create_connection(("127.0.0.1", host.port)) for _ in range(CONNECTIONS)]
    for wire in idle[:SLOW]:  # a head that never ends
        wire.sendall(b"POST /v1/events HTTP/1.1\r\nhost: x\r\nx-slow: ")
    begun = time.perf_counter()
    status, _ = said(host, b'{"kind":"x"}')
    wait = time.perf_counter() - begun
    large = socket.create_connection(("127.0.0.1", host.port))
    head = f"POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {host.token}\r\n"
    large.sendall(f"{head}content-length: {LARGE}\r\n\r\n".encode())
    refused = int(large.recv(64).split()[1])
    cut = 0
    for wire in idle[:SLOW]:
        wire.settimeout(30)
        try:
            cut += wire.recv(1) == b""
        except ConnectionError:
            cut += 1
    for wire in (*idle, large):
        wire.close()
    return {
        "open connections": CONNECTIONS,
        "status beside them": status,
        "its wait, ms": int(1e3 * wait),
        "slow callers cut off": cut,
        "status of 64 MiB": refused,
    }


def bench(count: int) -> None:
    """Nothing; prints what became of the events and of the door."""
    from fuzz import lines

    made = rows()
    with tempfile.TemporaryDirectory(prefix="duanka-fuzz-") as room, ours(Path(room)) as host:
        found = throw(host, lines(2026, count, made), count)
        stood = crowd(host)
        status, _ = said(host, msgspec.json.encode(made[0]))
        after = {"alive": int(Path(f"/proc/{host.pid}").exists()), "status afterwards": status}
    show(f"{count:,} fuzzed events at the real door", ["what became of them", "events"], list(map(list, found.items())))  # fmt: skip
    show("and the door", ["what", "figure"], list(map(list, {**stood, **after}.items())))
    keep("door_fuzz", {"events": found, "door": {**stood, **after}})


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--count", type=int, default=100_000)
    bench(reader.parse_args().count)
