import hashlib
import json
from dataclasses import replace

from desks import at
from duanka.jobs.publish import Published
from duanka.jobs.publish_record import KIND, record
from duanka.store.ledger import SYSTEM
from ledgers import ledger
from published import PERIOD, month


def test_a_frozen_month_is_recorded_once_and_says_what_revised_it(tmp_path):
    book = ledger("sqlite", tmp_path)
    digests = json.loads((month() / "manifest.json").read_text())["files"]
    done = Published(month(), digests, (), fresh=True)
    one = record(done, book, now=at())
    assert record(done, book, now=at(1)).version == one.version == 1
    assert one.body["files"] == digests
    assert one.body["period"] == PERIOD
    assert one.body["digest"] == hashlib.sha256((month() / "manifest.json").read_bytes()).hexdigest()  # fmt: skip
    assert sum(one.body["proposals"].values()) > one.body["proposals"].get("none", 0)
    record(replace(done, revises=(PERIOD, "2020-01")), book, now=at(2))
    with book.read(SYSTEM, at=at(3)) as desk:
        told = desk.get(KIND, one.id)
    assert (told.state, told.body["revised_by"]) == ("revised", [month().name])
