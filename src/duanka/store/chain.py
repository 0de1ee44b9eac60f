"""The hash chain of the ledger's history: what is hashed, by which suite, and what a checkpoint signs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from duanka.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

SUITES = ("intl", "gm")
"""`intl`: HMAC-SHA-256 and AES-256-GCM; `gm`: HMAC-SM3 and SM4-GCM (GB/T 32905, GB/T 32907)."""
_BLOCK = 64
"""Bytes that SHA-256 and SM3 take at a time."""
START = bytes(32)
"""What the first row takes for the hash of the row before it."""


@dataclass(frozen=True)
class Link:
    """One row of history: who did what to which record, when and why, and how it hangs on the row before.

    Columns: `image` is the record after the act, or the details of an act that changes none, as
        canonical JSON; `sealed` the commitment to its personal part, empty if it has none; `at` is
        UTC microseconds.
    """

    seq: int
    kind: str
    id: str
    version: int
    act: str
    actor: str
    purpose: str
    at: int
    image: str
    sealed: str
    prev_hash: bytes
    hash: bytes


def canonical(value: Any) -> str:
    """The value as canonical JSON.

    Raises: BadInput if it cannot be written so, or holds a NUL, which PostgreSQL's JSON refuses.
    Source: RFC 8785.
    """
    try:
        text = rfc8785.dumps(value).decode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise BadInput(
            f"a record cannot be written down: {error}",
            where="ledger",
            fix="use text, whole numbers below 2^53, truths, lists and mappings",
        ) from error
    if "\\u0000" in text:
        raise BadInput("a record holds a NUL character", where="ledger", fix="take it out")
    return text


def message(link: tuple[Any, ...]) -> bytes:
    """What of a row goes into its hash: everything before the hash, as canonical JSON.

    Columns: seq, kind, id, version, act, actor, purpose, at, image, sealed, prev_hash. A list of
        texts and whole numbers has one form only, so a quick encoder writes what RFC 8785 asks for.
    """
    return msgspec.json.encode([*link[:10], link[10].hex()])


def mac_of(suite: str, key: bytes) -> Callable[[bytes], bytes]:
    """The keyed hash of a suite: HMAC-SHA-256, or HMAC-SM3.

    The key is hashed once, not once a row: that is what makes a ledger of millions of rows quick to verify.

    Source: RFC 2104.
    """
    name = {"intl": "sha256", "gm": "sm3"}[suite]
    if name not in hashlib.algorithms_available:
        return lambda text: _sm3(key, text)
    block = (hashlib.new(name, key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = hashlib.new(name, bytes(byte ^ 0x36 for byte in block)).copy
    outer = hashlib.new(name, bytes(byte ^ 0x5C for byte in block)).copy

    def mac(text: bytes) -> bytes:
        within, around = inner(), outer()
        within.update(text)
        around.update(within.digest())
        return around.digest()

    return mac


def _sm3(key: bytes, text: bytes) -> bytes:
    """HMAC-SM3 where Python's own OpenSSL was built without it."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.hmac import HMAC

    made = HMAC(key, hashes.SM3())
    made.update(text)
    return made.finalize()


def link(row: tuple[Any, ...], prev_hash: bytes, mac: Callable[[bytes], bytes]) -> Link:
    """The row (seq … sealed) hung on the one before it."""
    whole = (*row, prev_hash)
    return Link(*(*whole, mac(message(whole))))


def checkpoint_text(seq: int, hash_: bytes, at: int) -> bytes:
    """What a checkpoint signs: that history reached `seq` with this hash by this instant."""
    return canonical({"at": at, "hash": hash_.hex(), "seq": seq}).encode()


def sign(private: bytes, text: bytes) -> bytes:
    """The Ed25519 signature of the text."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(text)


def public_of(private: bytes) -> bytes:
    """The public key that checks what the private key signed; it may be given to anybody."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def signed_by(public: bytes, signature: bytes, text: bytes) -> bool:
    """Whether the holder of the private key signed this very text."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True
