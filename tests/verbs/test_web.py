import http.client
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from itertools import islice

import msgspec
import pytest

from duanka.intercept.events import decode
from duanka.intercept.opening_up import judges_of, open_door
from duanka.jobs.load import load
from duanka.jobs.progress import Progress
from duanka.policy import dated
from duanka.settings import Settings
from duanka.verbs import web
from duanka.web import client, timeline
from shell import duanka, fine, refused

SENT = 60


@pytest.fixture(scope="module")
def sent(town_folder, tmp_path_factory):
    """The town's standing facts and its first events, as lines."""
    loaded = load(
        town_folder, tmp_path_factory.mktemp("lake"), settings=Settings(threads=1), say=Progress()
    )
    facts = list(islice(timeline.lines(loaded), 40_000))
    standing = [line for line in facts if b'"kind":"person"' in line or b"_on" in line][:20]
    events = [one for one in facts if json.loads(one)["kind"] in {"transfer", "call", "opening"}]
    return [*standing, *events[:SENT]]


@contextmanager
def serving(folder, *words):
    """A server of its own process: its port and the process."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("DUANKA_")}
    command = [sys.executable, "-m", "duanka.cli", "serve", "--folder", str(folder), "--port", "0"]
    child = subprocess.Popen(
        [*command, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ | {"DUANKA_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    try:
        told = child.stdout.readline()
        assert "listening" in told, child.stderr.read()
        yield int(told.rsplit(":", 1)[1]), child
    finally:
        child.kill()
        child.communicate()


def key_of(folder, *scopes):
    words = [word for scope in scopes for word in ("--scope", scope)]
    return fine(duanka("key", "add", "test", "--folder", folder, *words)).out.strip()


def posted(port, token, lines):
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    headers = {
        "authorization": f"Bearer {token}",
        "content-type": "application/x-ndjson",
        "prefer": "wait",
    }
    wire.request("POST", "/v1/events", b"\n".join(lines), headers)
    got = wire.getresponse()
    body = got.read()
    assert got.status == 200, body
    return msgspec.json.Decoder().decode_lines(body)


def asked(port, token, path, **headers):
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    wire.request("GET", path, headers={"authorization": f"Bearer {token}", **headers})
    got = wire.getresponse()
    return got.status, got.read()


def by_the_door(folder, lines, sizes):
    """What a door in this process says of the same lines in the same batches."""
    judges = judges_of(dated.load(), web._models(None))
    events = iter([decode(line) for line in lines])
    with open_door(folder, judges, say=Progress()) as door:
        said = [one for size in sizes for one in door.take(list(islice(events, size)))]
    return [json.loads(msgspec.json.encode(one)) for one in said]


def test_a_server_answers_as_the_door_does_and_survives_being_killed(sent, tmp_path):
    folder = tmp_path / "state"
    token = key_of(folder, "events:write", "openings:write", "answers:read", "metrics:read")
    half = len(sent) // 2
    with serving(folder) as (port, child):
        first = posted(port, token, sent[:half])
        child.send_signal(signal.SIGKILL)
        child.wait(30)
    with serving(folder) as (port, child):
        again = posted(port, token, sent[half - 10 : half])
        second = posted(port, token, sent[half:])
        one = next(told for told in first if told.get("event_kind") == "transfer")
        status, body = asked(
            port, token, f"/v1/answers/{one['event_id']}", **{"Duanka-Purpose": "appeal"}
        )
        assert (status, json.loads(body)) == (200, one)
        assert b'duanka_door_total{what="duplicate"} 10.0' in asked(port, token, "/v1/metrics")[1]
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0
        assert "stopped" in child.stderr.read()
    assert again == [told | {"duplicate": True} for told in first[-10:]]
    expected = by_the_door(tmp_path / "own", sent, (half, len(sent) - half))
    assert first + second == expected
    assert not [told for told in expected if "fault" in told]
    assert {told["event_kind"] for told in expected} >= {"transfer", "call"}
    assert list((folder / "snapshots").iterdir())
    log = next((folder / "web").glob("access-*.jsonl")).read_text("utf-8")
    assert '"purpose":"appeal"' in log
    assert token not in log


def test_the_demo_client_streams_a_town_and_says_what_was_stopped(town_folder, tmp_path):
    folder = tmp_path / "state"
    token = key_of(folder, "events:write", "openings:write")
    with serving(folder) as (port, _):
        words = ("--url", f"http://127.0.0.1:{port}", "--batch", "40", "--most", "80")
        said = fine(duanka("stream", town_folder, *words, "--key", token))
        assert "80 events in" in said.out
        assert "a second" in said.out
        refused(duanka("stream", town_folder, *words, "--key", "dk_none"))
        other = key_of(folder, "answers:read")
        refused(duanka("stream", town_folder, *words, "--key", other))
        taken = duanka("serve", "--folder", folder, "--port", "0")
        assert "another process" in refused(taken).err
        refused(duanka("serve", "--folder", tmp_path / "other", "--port", port))


def test_keys_are_made_shown_once_listed_and_revoked(tmp_path):
    made = fine(duanka("key", "add", "bank", "--folder", tmp_path, "--scope", "events:write"))
    token = made.out.strip()
    assert token.startswith("dk_")
    key_id = token.split("_")[1]
    listed = fine(duanka("key", "list", "--folder", tmp_path)).out
    assert key_id in listed
    assert "in force" in listed
    assert token not in listed
    fine(duanka("key", "revoke", key_id, "--folder", tmp_path))
    assert "revoked" in fine(duanka("key", "list", "--folder", tmp_path)).out
    refused(duanka("key", "revoke", "feedbeef", "--folder", tmp_path))
    refused(duanka("key", "add", "bank", "--folder", tmp_path, "--scope", "everything"))


@pytest.mark.parametrize(
    "words",
    [
        ("--port", "70000"),
        ("--host", "no such host"),
        ("--cert", "none.pem"),
        ("--cert", "none.pem", "--key-file", "none.pem"),
        ("--model", "none"),
        ("--challenger", "none"),
        ("--policy", "none"),
        ("--warm", "none"),
    ],
    ids=" ".join,
)
def test_what_a_server_cannot_start_with_is_told(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    port = () if "--port" in words else ("--port", "0")
    refused(duanka("serve", "--folder", tmp_path / "state", *port, *words))


def test_what_was_stopped_is_shown_with_its_money(capsys):
    tally = client.Tally(sent=2, batch_s=[0.5, 0.5])
    tally.answers["transfer", "restrict"] = 2
    what = ("transfer", "restrict", "score_high")
    tally.stopped[what], tally.stopped_fen[what] = 2, 123_400
    tally.faults["amount_fen: missing"] = 1
    web._show(tally)
    out = capsys.readouterr().out
    assert "2 events in 1.0 s: 2 a second" in out
    assert "1,234.00 yuan" in out
    assert "amount_fen: missing" in out
