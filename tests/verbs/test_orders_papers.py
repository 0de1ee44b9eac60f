"""A document is named by its file or its digest."""

import hashlib

import pytest

from duanka.errors import BadInput
from duanka.verbs.orders_papers import digest_of, document


def test_a_file_or_a_digest(tmp_path):
    (tmp_path / "paper.pdf").write_bytes(b"paper")
    digest = hashlib.sha256(b"paper").hexdigest()
    assert digest_of(str(tmp_path / "paper.pdf")) == digest
    assert digest_of("A" * 64) == "a" * 64
    assert document("某局", "1", digest, "2026-06-01").digest == digest
    with pytest.raises(BadInput, match="neither"):
        digest_of("no such file")
