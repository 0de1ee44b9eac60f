import msgspec
import pytest

from duanka.errors import BadInput, NotFound, Unavailable
from duanka.web import keys
from web_room import NOW


def made(folder, *scopes, **more):
    return keys.add(folder, "bank", scopes=scopes or ("events:write",), now=NOW, **more)


def test_a_key_is_known_by_itself_alone_and_is_not_in_the_file(tmp_path):
    token, key = made(tmp_path)
    ring = keys.Ring(tmp_path)
    assert ring.find(token.encode()) == key
    for wrong in (token[:-1], token + "x", token.swapcase(), "", key.digest, "dk_" + key.key_id):
        assert ring.find(wrong.encode()) is None
    kept = (tmp_path / keys.FILE).read_text("utf-8")
    assert token not in kept
    assert token.split("_", 2)[2] not in kept


def test_two_keys_of_one_name_are_two_keys(tmp_path):
    (first, one), (second, two) = made(tmp_path), made(tmp_path)
    assert first != second
    assert one.key_id != two.key_id
    assert {k.key_id for k in keys.listed(tmp_path)} == {one.key_id, two.key_id}
    assert len(first) >= 43


def test_a_revoked_key_opens_nothing_in_a_ring_that_knew_it(tmp_path, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(keys.time, "monotonic", lambda: clock[0])
    token, key = made(tmp_path)
    other, _ = made(tmp_path)
    ring = keys.Ring(tmp_path)
    assert ring.find(token.encode())
    gone = keys.revoke(tmp_path, key.key_id, now="2026-06-02T00:00:00+00:00")
    clock[0] += 2 * keys.LOOK_S
    assert ring.find(token.encode()) is None
    assert ring.find(other.encode())
    again = keys.revoke(tmp_path, key.key_id, now="2027-01-01T00:00:00+00:00")
    assert again.revoked_at == gone.revoked_at == "2026-06-02T00:00:00+00:00"


def test_a_key_made_while_a_ring_is_in_use_is_found(tmp_path, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(keys.time, "monotonic", lambda: clock[0])
    ring = keys.Ring(tmp_path)
    assert ring.find(b"dk_x") is None
    token, _ = made(tmp_path)
    clock[0] += 2 * keys.LOOK_S
    assert ring.find(token.encode())


def test_only_the_owner_may_read_the_file(tmp_path):
    made(tmp_path)
    assert (tmp_path / keys.FILE).stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize(
    ("name", "scopes", "rate"),
    [
        ("bank", (), 1),
        ("bank", ("events",), 1),
        ("", ("admin",), 1),
        ("a\nb", ("admin",), 1),
        ("x" * 65, ("admin",), 1),
        ("bank", ("admin",), 0),
    ],
)
def test_a_key_that_will_not_do_is_not_made(tmp_path, name, scopes, rate):
    with pytest.raises(BadInput) as told:
        keys.add(tmp_path, name, scopes=scopes, now=NOW, per_second=rate)
    assert told.value.fix
    assert keys.listed(tmp_path) == ()


def test_an_unknown_id_cannot_be_revoked(tmp_path):
    with pytest.raises(NotFound):
        keys.revoke(tmp_path, "feedbeef", now=NOW)


def test_a_torn_file_is_told_and_lets_nobody_in(tmp_path):
    token, _ = made(tmp_path)
    whole = (tmp_path / keys.FILE).read_bytes()
    (tmp_path / keys.FILE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Unavailable) as told:
        keys.Ring(tmp_path).find(token.encode())
    assert token not in str(told.value)


def test_admin_may_do_what_the_others_may_and_nobody_else_may_do_more(tmp_path):
    _, admin = made(tmp_path, "admin")
    _, one = made(tmp_path, "answers:read")
    assert all(admin.may(scope) for scope in keys.SCOPES)
    assert [scope for scope in keys.SCOPES if one.may(scope)] == ["answers:read"]


def test_the_file_is_plain_json_with_what_list_shows(tmp_path):
    _, key = made(tmp_path, "events:write", "events:write", per_second=5)
    kept = msgspec.json.decode((tmp_path / keys.FILE).read_bytes())
    assert kept["keys"][0]["scopes"] == ["events:write"]
    assert kept["keys"][0]["per_second"] == key.per_second == 5
