"""Personal fields sealed at rest, and the ring of keys that does it; the key's id travels with the ciphertext."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from duanka.errors import BadInput, Conflict, Unavailable
from duanka.store.chain import SUITES, canonical, mac_of, public_of

if TYPE_CHECKING:
    from pathlib import Path

_SALT, _NONCE, _TAG = 16, 12, 16
_KEY_BYTES = {"intl": 32, "gm": 16}


@dataclass(frozen=True)
class SealKey:
    """A key that seals personal fields; `key_id` names it, `suite` says which cipher."""

    key_id: str
    suite: str
    secret: bytes


@dataclass(frozen=True)
class KeyRing:
    """The secrets of one ledger: the chain's key, the key that signs checkpoints, and the sealing keys.

    The last sealing key seals; the earlier ones only open what they once sealed.
    """

    suite: str
    chain: bytes
    signing: bytes
    sealing: tuple[SealKey, ...]

    @property
    def public(self) -> bytes:
        """The key that an auditor checks checkpoints with."""
        return public_of(self.signing)

    def key(self, key_id: str) -> SealKey:
        """The sealing key of this id.

        Raises: Unavailable if the ring has it not.
        """
        for key in self.sealing:
            if key.key_id == key_id:
                return key
        raise Unavailable(
            f"the ring has no key {key_id}",
            where="key file of the ledger",
            fix="use the key file that belongs to this ledger",
        )


@dataclass(frozen=True)
class Sealed:
    """Personal fields as they lie in the store: a commitment, which key, and the ciphertext."""

    digest: str
    key_id: str
    ciphertext: bytes


def new_ring(suite: str = "intl") -> KeyRing:
    """A ring of fresh keys.

    Raises: BadInput if there is no such suite.
    """
    if suite not in SUITES:
        raise BadInput(f"no suite {suite}", where="ledger", fix=f"use one of {', '.join(SUITES)}")
    fresh = SealKey("k1", suite, secrets.token_bytes(_KEY_BYTES[suite]))
    return KeyRing(suite, secrets.token_bytes(32), secrets.token_bytes(32), (fresh,))


def turned(ring: KeyRing) -> KeyRing:
    """The ring with one more sealing key, which seals from now on."""
    fresh = SealKey(
        f"k{len(ring.sealing) + 1}", ring.suite, secrets.token_bytes(_KEY_BYTES[ring.suite])
    )
    return replace(ring, sealing=(*ring.sealing, fresh))


def seal(personal: dict[str, Any], ring: KeyRing) -> Sealed:
    """The personal fields as ciphertext, and a commitment to them that outlives the key.

    A fresh salt goes inside, so that whoever holds the chain's key cannot guess what was sealed once
    the ciphertext is erased.
    """
    plain = secrets.token_bytes(_SALT) + canonical(personal).encode()
    digest = commitment(plain, ring)
    key = ring.sealing[-1]
    return Sealed(digest, key.key_id, _encrypt(plain, key, digest.encode()))


def resealed(old: Sealed, ring: KeyRing) -> Sealed:
    """The same content under the ring's present key; the commitment stays what it was."""
    plain = _decrypt(old, ring)
    key = ring.sealing[-1]
    return Sealed(old.digest, key.key_id, _encrypt(plain, key, old.digest.encode()))


def opened(sealed: Sealed, ring: KeyRing) -> dict[str, Any]:
    """The personal fields again.

    Raises: Conflict if the ciphertext is not what was sealed; Unavailable without its key.
    """
    found: dict[str, Any] = json.loads(_decrypt(sealed, ring)[_SALT:])
    return found


def commitment(plain: bytes, ring: KeyRing) -> str:
    """What history keeps of personal fields: a keyed hash of salt and content."""
    return mac_of(ring.suite, ring.chain)(b"sealed" + plain).hex()


def _encrypt(plain: bytes, key: SealKey, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    made = _cipher(key, modes.GCM(nonce)).encryptor()
    made.authenticate_additional_data(about)
    return nonce + made.update(plain) + made.finalize() + made.tag


def _decrypt(sealed: Sealed, ring: KeyRing) -> bytes:
    key, text = ring.key(sealed.key_id), sealed.ciphertext
    try:
        mode = modes.GCM(text[:_NONCE], text[-_TAG:])
        made = _cipher(key, mode).decryptor()
        made.authenticate_additional_data(sealed.digest.encode())
        plain = made.update(text[_NONCE:-_TAG]) + made.finalize()
    except (InvalidTag, ValueError) as error:
        raise Conflict(
            "personal fields are not what was sealed",
            where=f"sealed {sealed.digest[:12]}…",
            fix="run `duanka audit verify`, and restore the ledger from a copy",
        ) from error
    if commitment(plain, ring) != sealed.digest:
        raise Conflict("personal fields do not fit history", where=f"sealed {sealed.digest[:12]}…")
    return plain


def _cipher(key: SealKey, mode: modes.GCM) -> Cipher[modes.GCM]:
    kind = algorithms.SM4 if key.suite == "gm" else algorithms.AES
    return Cipher(kind(key.secret), mode)


def written(ring: KeyRing) -> str:
    """The ring as the text of a key file."""
    kept = {
        "suite": ring.suite,
        "chain": _b64(ring.chain),
        "signing": _b64(ring.signing),
        "sealing": [
            {"key_id": k.key_id, "suite": k.suite, "secret": _b64(k.secret)} for k in ring.sealing
        ],
    }
    return json.dumps(kept, indent=1)


def read(text: str) -> KeyRing:
    """The ring that a key file holds.

    Raises: BadInput if it is none.
    """
    try:
        kept = json.loads(text)
        sealing = tuple(
            SealKey(k["key_id"], k["suite"], base64.b64decode(k["secret"])) for k in kept["sealing"]
        )
        chain, signing = (base64.b64decode(kept[name]) for name in ("chain", "signing"))
        return KeyRing(kept["suite"], chain, signing, sealing)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            "the key file cannot be read",
            where="key file of the ledger",
            fix="name the file that was written when the ledger was made, or a copy of it",
        ) from error


def load(path: Path) -> KeyRing:
    """The ring of the key file.

    Raises: BadInput if there is none or it cannot be read.
    """
    try:
        return read(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(
            f"the ledger's key file cannot be read: {error.strerror}",
            where=path.name,
            fix="name it with DUANKA_LEDGER_KEYS, or restore it; without it the ledger stays closed",
        ) from error


def keep(ring: KeyRing, path: Path) -> None:
    """Writes the ring to a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(written(ring))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
