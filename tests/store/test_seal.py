"""Sealed fields: they open with their ring only, keys turn, a commitment gives nothing away."""

from dataclasses import replace

import pytest

from duanka.errors import BadInput, Conflict, Unavailable
from duanka.store import seal

SAID = {"name": "某某", "phone": "1000", "notes": [1, 2]}


@pytest.fixture(params=["intl", "gm"])
def ring(request):
    return seal.new_ring(request.param)


def test_what_is_sealed_opens_and_does_not_show(ring):
    made = seal.seal(SAID, ring)
    assert seal.opened(made, ring) == SAID
    assert "某某".encode() not in made.ciphertext
    assert made.key_id == "k1"


def test_the_same_content_never_looks_the_same(ring):
    one, two = seal.seal(SAID, ring), seal.seal(SAID, ring)
    assert one.digest != two.digest
    assert one.ciphertext != two.ciphertext


def test_a_changed_or_swapped_ciphertext_is_refused(ring):
    one, two = seal.seal(SAID, ring), seal.seal({"a": 1}, ring)
    for place in (0, 20, -1):
        raw = bytearray(one.ciphertext)
        raw[place] ^= 1
        with pytest.raises(Conflict):
            seal.opened(replace(one, ciphertext=bytes(raw)), ring)
    with pytest.raises(Conflict):
        seal.opened(replace(one, ciphertext=two.ciphertext), ring)
    with pytest.raises(Conflict):
        seal.opened(replace(one, ciphertext=b""), ring)


def test_a_turned_ring_opens_the_old_and_seals_with_the_new(ring):
    old = seal.seal(SAID, ring)
    newer = seal.turned(ring)
    assert seal.opened(old, newer) == SAID
    fresh = seal.resealed(old, newer)
    assert (fresh.digest, fresh.key_id) == (old.digest, "k2")
    assert seal.opened(fresh, newer) == SAID
    with pytest.raises(Unavailable, match="no key k2"):
        seal.opened(fresh, ring)


def test_suites_mix_in_one_ring():
    intl = seal.new_ring("intl")
    gm = seal.new_ring("gm").sealing[0]
    ring = replace(intl, sealing=(*intl.sealing, replace(gm, key_id="k2")))
    old = seal.seal(SAID, intl)
    assert seal.opened(seal.resealed(old, ring), ring) == SAID


def test_a_key_file_is_kept_for_its_owner_and_read_again(ring, tmp_path):
    path = tmp_path / "deep" / "keys"
    seal.keep(ring, path)
    assert seal.load(path) == ring
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["keys"]


@pytest.mark.parametrize("text", ["", "{}", '{"suite": "intl", "sealing": [{}]}', "[1]"])
def test_what_is_no_key_file_is_told(text, tmp_path):
    path = tmp_path / "keys"
    path.write_text(text)
    with pytest.raises(BadInput, match="key file"):
        seal.load(path)


def test_an_unknown_suite_and_a_missing_file_are_told(tmp_path):
    with pytest.raises(BadInput, match="no suite"):
        seal.new_ring("rot13")
    with pytest.raises(BadInput, match="cannot be read"):
        seal.load(tmp_path / "none")
