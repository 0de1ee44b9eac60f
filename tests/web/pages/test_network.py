import json

import pytest

from console_room import console, small_run, token_of, write
from duanka.web.pages.network import _apart
from ledgers import AT

pytestmark = pytest.mark.anyio


async def test_without_networks_the_list_is_empty_and_none_is_found(room):
    async with room.entered() as client:
        assert "没有发现" in (await client.get("/network")).text
        assert (await client.get("/network/n-1")).status_code == 404


async def test_a_network_crosses_institutions_and_so_is_for_who_sees_all(room):
    async with room.entered("stranger") as client:
        assert (await client.get("/network")).status_code == 404


async def test_the_picture_tells_holders_devices_and_money_and_the_look_is_asked_for(tmp_path):
    found = small_run(tmp_path)
    members = [("account", "A1"), ("account", "A2"), ("person", "P1"), ("device", "D1")]
    write(found.out, "network", [{"network_id": "n-1", "subject_kind": k, "subject_id": i, "confidence": 0.9, "as_of": AT, "because": "x"} for k, i in members])  # fmt: skip
    write(found.out, "role", [{"network_id": "n-1", "subject_kind": "account", "subject_id": "A1", "role": "mule", "score": 0.8, "evidence": json.dumps({"for": [{"signal": "s", "zh": "频繁转账", "en": "pays often", "count": 3, "log_odds": 1.0, "first_at": None, "last_at": None}]}), "as_of": AT}])  # fmt: skip
    write(found.data, "device_use", [{"use_id": "U1", "device_id": "D1", "card_kind": "account", "card_id": "A1", "at": AT}])  # fmt: skip
    write(found.out, "flow", [{"lead_id": "L1", "hop": 1, "transfer_id": "T1", "payer_id": "A1", "payee_id": "A2", "at": AT, "amount_fen": 500, "tainted_fen": 300, "terminal": True}])  # fmt: skip
    made = console(tmp_path, found)
    async with made.entered() as client:
        asked = (await client.get("/network/n-1")).text
        assert 'action="/purpose"' in asked
        form = {"token": token_of(asked), "purpose": "a test", "back": "/network/n-1"}
        await client.post("/purpose", data=form)
        page = (await client.get("/network/n-1")).text
    made.book.close()
    assert "频繁转账 × 3" in page
    told = json.loads(page.split('id="ring-data">')[1].split("</script>")[0])
    ways = {(e["from"], e["to"], e["what"]) for e in told["edges"]}
    assert ways == {
        ("person:P1", "account:A1", "holds"),
        ("person:P1", "account:A2", "holds"),
        ("device:D1", "account:A1", "used"),
        ("account:A1", "account:A2", "paid"),
    }
    assert [(m["from"], m["to"], m["yuan"]) for m in told["money"]] == [("0 A1", "1 A2", 3.0)]
    assert next(n for n in told["nodes"] if n["id"] == "account:A1")["told"] == "疑似卡农"


def test_two_ids_that_look_the_same_masked_stay_two():
    names = _apart(["a-0000001234", "a-9999991234", "a-0000001234"])
    assert len(set(names.values())) == 2
