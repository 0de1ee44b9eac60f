"""The whole way through the real doors: records, run, order, notice, appeal, lift, label corrected, the live door allows."""

import http.client
import json
import threading
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from duanka.intercept.opening_up import judges_of, open_door
from duanka.jobs.progress import Progress
from duanka.policy import dated
from duanka.store.ledger import Viewer, open_ledger
from duanka.verbs.web import _models
from duanka.web import opened, serving
from duanka.web.app import make_app
from duanka.web.people import add_user
from duanka.web.waiting import Bounds
from ledgers import BOTH, empty_url
from shell import duanka, fine, refused
from web_room import bearer, key_for

NOW = datetime.now(UTC)
WORD = "a password of the office"
USERS = {"li": "officer", "zhang": "officer", "wang": "reviewer", "he": "lead_officer"}


def stamp(at):
    return at.astimezone(UTC).isoformat()


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Records of a small bank: a card for each database that police named last month, and others that pay."""
    folder = tmp_path_factory.mktemp("bank")
    cards = ["sqlite", "postgresql", *(f"A{i}" for i in range(6))]
    since = stamp(NOW - timedelta(days=900))
    rows = [f"{one},class_1,P-{one},bank_1,hall,{since}" for one in cards]
    heads = "account_id,account_kind,holder_id,institution_id,outlet_id,opened_at"
    (folder / "account.csv").write_text("\n".join([heads, *rows]), encoding="utf-8")
    (folder / "outlet.csv").write_text(
        "outlet_id,institution_id,outlet_kind,region_code\nhall,bank_1,branch,990101\n",
        encoding="utf-8",
    )
    moved = [
        f"t{n},{stamp(NOW - timedelta(days=20, hours=-n))},A{n % 6},A{(n + 1) % 6},{1000 + n},mobile"
        for n in range(60)
    ]
    heads = "transfer_id,at,payer_id,payee_id,amount_fen,channel"
    (folder / "transfer.csv").write_text("\n".join([heads, *moved]), encoding="utf-8")
    known = stamp(NOW - timedelta(days=30))
    told = [f"account,{one},1,{known},police" for one in BOTH]
    heads = "card_kind,card_id,implicated,known_at,source"
    (folder / "label.csv").write_text("\n".join([heads, *told]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def judged(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("judged")
    fine(duanka("run", data, "--out", out, "--as-of", stamp(NOW - timedelta(days=1))))
    return out


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """A real server before a real door: where it listens, and a key."""
    folder = tmp_path_factory.mktemp("door")
    token, up = key_for(folder, "events:write"), threading.Event()
    place = serving.Place(port=0)
    judges = judges_of(dated.load(), _models(None))
    with open_door(folder, judges, say=Progress()) as inside, serving.listen(place) as listener:
        app = make_app(opened.open_api(folder, inside, bounds=Bounds(answer_s=600)))
        server = serving.server_of(app, place, announce=up.set)
        thread = threading.Thread(target=serving.serve, args=(server, listener))
        thread.start()
        assert up.wait(60)
        yield listener.getsockname()[1], token
        server.should_exit = True
        thread.join(60)


def paid(door, card, number):
    """What the live door answers to a payment from the card, now."""
    port, token = door
    event = {
        "kind": "transfer", "transfer_id": f"{card}-{number}", "at": stamp(datetime.now(UTC)),
        "payer_id": card, "payee_id": "A5", "amount_fen": 12_300, "channel": "mobile",
    }  # fmt: skip
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    heads = bearer(token) | {"content-type": "application/json", "prefer": "wait"}
    wire.request("POST", "/v1/events", json.dumps(event), heads)
    said = wire.getresponse()
    body = json.loads(said.read())
    wire.close()
    assert said.status == 200, body
    return body


def the_order(where, state):
    told = fine(duanka("order", "list", "--state", state, "--limit", "9", *where)).out
    return next(
        line for line in told.splitlines() if f"account:{the_card(where)} " in line
    ).split()[0]


def the_card(where):
    return "postgresql" if "postgresql" in str(where[1]) else "sqlite"


def users_of(ledger):
    """How each acts at a ledger that has users: by their password."""
    word = ledger[3].with_name("word")
    word.write_text(WORD, encoding="utf-8")
    book = open_ledger(ledger[1], keys=ledger[3])
    for name, role in USERS.items():
        add_user(book, Viewer(name, (role,), ("bank_1",), ("990000",)), WORD, at=NOW)
    book.close()
    return lambda who: [*ledger, "--as", who, "--password-file", word]


def who_says(ledger, who):
    """How somebody acts at a ledger without users: as they say (and passwords cost time)."""
    return [*ledger, "--as", who, "--role", USERS[who]]


@pytest.mark.parametrize("dialect", BOTH)
def test_from_records_to_an_order_and_back_to_allow(dialect, data, judged, door, tmp_path):
    url = empty_url(dialect, tmp_path)
    ledger = ["--ledger", url, "--keys", tmp_path / "keys"]
    fine(duanka("open-cases", judged, "--data", data, *ledger))
    as_ = users_of(ledger) if dialect == BOTH[0] else lambda who: who_says(ledger, who)

    to_door = ["send", "--to", f"http://127.0.0.1:{door[0]}/v1/events", "--key", door[1],
               "--topic", "door", *ledger]  # fmt: skip
    assert paid(door, dialect, 1)["because"] != "order_in_force"

    order = the_order(as_("li"), "proposed")
    decide = ["order", "decide", order, "--say", "yes", "--because", "依文书执行"]
    fine(duanka(*decide, *as_("li")))
    fine(duanka(*decide, *as_("zhang")))
    fine(duanka(*to_door))
    stopped = paid(door, dialect, 2)
    assert (stopped["answer"], stopped["because"]) == ("suspend", "order_in_force")

    fine(duanka("send", "--to", tmp_path / "post", "--topic", "notice", *ledger))
    told = [json.loads(p.read_text("utf-8")) for p in (tmp_path / "post" / "notice").iterdir()]
    assert any("您有权申诉" in one["text"]["zh"] for one in told)

    receive = ["appeal", "receive", order, "--channel", "by_another_person", "--says", "认定已撤销"]
    plea = fine(duanka(*receive, *as_("he"))).out.split()[0]
    refused(duanka("appeal", "assign", plea, "--to", "li", *as_("he")))
    fine(duanka("appeal", "assign", plea, "--to", "wang", *as_("he")))
    grant = ["appeal", "decide", plea, "--say", "grant", "--because", "撤销认定"]
    refused(duanka(*grant, *as_("wang")))  # what police decided takes their paper
    fine(duanka(*grant, "--document", "b" * 64, *as_("wang")))
    assert "sent 2" in fine(duanka(*to_door)).out  # that it is lifted, and the corrected label
    free = paid(door, dialect, 3)
    assert (free["answer"], free["because"]) == ("allow", "nothing_found")

    assert "labels 标签: 1" in fine(duanka("export-labels", "--out", tmp_path / "l", *ledger)).out
    (label,) = pl.read_parquet(tmp_path / "l" / "label-appeals.parquet").rows(named=True)
    assert (label["card_id"], label["implicated"], str(label["source"])) == (
        dialect,
        False,
        "appeal",
    )
    if dialect == BOTH[0]:  # the file is the same from both databases; a run costs seconds
        the_next_run_leaves_it_alone(dialect, data, judged, tmp_path)
    assert fine(duanka("audit", "verify", *ledger)).out.endswith("whole 完整\n")


def the_next_run_leaves_it_alone(card, data, judged, folder):
    """The corrected label lies beside the records, and only from its own instant on."""
    for file in data.iterdir():
        (folder / "l" / file.name).write_bytes(file.read_bytes())
    late = stamp(datetime.now(UTC) + timedelta(seconds=1))
    fine(duanka("run", folder / "l", "--out", folder / "later", "--as-of", late))
    before, after = (
        dict(pl.read_parquet(out / "score.parquet").select("card_id", "measure").iter_rows())
        for out in (judged, folder / "later")
    )
    assert (str(before[card]), str(after[card])) == ("suspend", "allow")
    assert str(after[next(name for name in BOTH if name != card)]) == "suspend"
