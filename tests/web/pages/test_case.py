import zipfile
from hashlib import sha256
from io import BytesIO

import pytest

from console_room import once_of, token_of, version_of, with_case

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def ids(room):
    return with_case(room)


async def send(client, path, act, case_id, **fields):
    page = (await client.get(f"/case/{case_id}")).text
    form = {"token": token_of(page), "act": act, **fields}
    return await client.post(path, data=form)


async def test_a_case_is_taken_an_order_decided_appealed_and_lifted(room, ids):
    case_id, order_id = ids
    async with room.entered("officer") as client:
        page = (await client.get(f"/case/{case_id}")).text
        assert "delay_settlement" in page
        assert "反电信网络诈骗法" in page
        taken = await send(
            client, f"/case/{case_id}", "take", case_id, version=version_of(page, "take")
        )
        assert taken.status_code == 303, taken.text
        path = f"/order/{order_id}?case={case_id}"
        decided = await send(client, path, "decide", case_id, version="1", because="looked at it")
        assert decided.status_code == 303, decided.text
        page = (await client.get(f"/case/{case_id}")).text
        assert "in_force" in page
        seen = version_of(page, "appeal")
        plea = {
            "channel": "counter",
            "words": "<script>alert(1)</script>",
            "contact": "",
            "version": seen,
        }
        assert (await send(client, path, "appeal", case_id, **plea)).status_code == 422
        plea["once"] = once_of(page)
        assert once_of((await client.get(f"/case/{case_id}")).text) != plea["once"]
        for _ in range(2):
            assert (await send(client, path, "appeal", case_id, **plea)).status_code == 303
        own = await client.get("/appeals")
        appeal_id = own.text.split('data-row href="/appeals/')[1].split('"')[0]
        answer = {"version": "1", "because": "it was their wages"}
        page = (await client.get(f"/appeals/{appeal_id}")).text
        refused = await client.post(
            f"/appeals/{appeal_id}", data={"token": token_of(page), "act": "grant", **answer}
        )
        assert refused.status_code == 403
    async with room.entered("reviewer") as client:
        page = (await client.get(f"/appeals/{appeal_id}")).text
        form = {"token": token_of(page), "purpose": "to answer"}
        words = (await client.post(f"/appeals/{appeal_id}/words", data=form)).text
        assert "&lt;script&gt;" in words
        assert "<script>alert" not in words
        done = await client.post(
            f"/appeals/{appeal_id}", data={"token": token_of(page), "act": "grant", **answer}
        )
        assert done.status_code == 303, done.text
        assert "lifted" in (await client.get(f"/case/{case_id}")).text


async def test_who_saw_an_old_version_is_told_and_a_stranger_finds_nothing(room, ids):
    async with room.entered("officer") as client:
        stale = await send(client, f"/case/{ids[0]}", "note", ids[0], version="1", words="x")
        assert stale.status_code == 409
        assert "<blockquote>x</blockquote>" in stale.text
        odd = await send(client, f"/case/{ids[0]}", "burn", ids[0], version="1")
        assert odd.status_code == 422
    async with room.entered("stranger") as client:
        assert (await client.get(f"/case/{ids[0]}")).status_code == 404


async def test_papers_are_taken_out_with_a_purpose(room, ids):
    async with room.entered("officer") as client:
        token = token_of((await client.get(f"/case/{ids[0]}")).text)
        path = f"/case/{ids[0]}/papers"
        assert (await client.post(path, data={"token": token, "purpose": ""})).status_code == 403
        taken = await client.post(path, data={"token": token, "purpose": "handed to the court"})
        assert taken.content[:2] == b"PK"


async def attach(client, case_id, name, raw):
    page = (await client.get(f"/case/{case_id}")).text
    form = {"token": token_of(page), "version": version_of(page, "attach")}
    return await client.post(f"/case/{case_id}/files", data=form, files={"file": (name, raw)})


async def test_notes_are_read_back_for_a_purpose_and_name_nobody_on_the_page(room, ids):
    async with room.entered("officer") as client:
        page = (await client.get(f"/case/{ids[0]}")).text
        note = {"version": version_of(page, "note"), "words": "<i>打过电话</i>"}
        assert (await send(client, f"/case/{ids[0]}", "note", ids[0], **note)).status_code == 303
        page = (await client.get(f"/case/{ids[0]}")).text
        assert "打过电话" not in page
        form = {"token": token_of(page), "purpose": ""}
        assert (await client.post(f"/case/{ids[0]}/notes", data=form)).status_code == 403
        read = await client.post(f"/case/{ids[0]}/notes", data=form | {"purpose": "to go on"})
        assert "&lt;i&gt;打过电话&lt;/i&gt;" in read.text


async def test_a_file_is_kept_sealed_and_given_back_as_it_came(room, ids, tmp_path):
    raw = b"%PDF-1.7 a letter"
    async with room.entered("officer") as client:
        assert (await attach(client, ids[0], "../回函<b>.pdf", raw)).status_code == 303
        assert (await attach(client, ids[0], "again.pdf", raw)).status_code == 422
        assert (await attach(client, ids[0], "x.exe", b"MZ")).status_code == 422
        page = (await client.get(f"/case/{ids[0]}")).text
        assert "回函b.pdf" in page
        form = {"token": token_of(page), "sha256": sha256(raw).hexdigest(), "purpose": "to read"}
        taken = await client.post(f"/case/{ids[0]}/fetch", data=form)
        assert taken.content == raw
        assert taken.headers["content-disposition"].startswith("attachment")
        assert taken.headers["content-type"] == "application/octet-stream"
        missing = await client.post(f"/case/{ids[0]}/fetch", data=form | {"sha256": "0" * 64})
        assert missing.status_code == 404
        packed = await client.post(f"/case/{ids[0]}/papers", data=form)
    with zipfile.ZipFile(BytesIO(packed.content)) as opened:
        assert any(name.endswith("回函b.pdf") for name in opened.namelist())
    async with room.entered("auditor") as client:
        form = {"token": token_of((await client.get("/overview")).text), "version": "1"}
        files = {"file": ("x.pdf", raw)}
        assert (await client.post(f"/case/{ids[0]}/files", data=form, files=files)).status_code == 403  # fmt: skip
