"""Keys of programs: made once, shown once, kept as a digest only, revoked at once."""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from duanka.errors import BadInput, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SCOPES = ("events:write", "openings:write", "answers:read", "metrics:read", "admin")
"""What a key may be for; `admin` includes the others."""
FILE = "keys.json"
MOST_NAME = 64
LOOK_S = 0.01
"""So old may be what a running server knows of its keys."""
DEFAULT_PER_SECOND = 200_000
"""Events a second that a key may send, unless it was made for fewer."""


class Key(msgspec.Struct, frozen=True):
    """What is kept of a key: never the key itself.

    Columns: `digest` keyed BLAKE2b of the key, hex; `per_second` events a second.
    """

    key_id: str
    name: str
    scopes: tuple[str, ...]
    per_second: int
    made_at: str
    digest: str
    revoked_at: str | None = None

    def may(self, scope: str) -> bool:
        """Whether the key is for this."""
        return scope in self.scopes or "admin" in self.scopes


class Kept(msgspec.Struct, frozen=True):
    """The file of keys: a secret of this deployment that digests are keyed with, and the keys."""

    secret: str
    keys: tuple[Key, ...] = ()


def add(
    folder: Path,
    name: str,
    *,
    scopes: Sequence[str],
    now: str,
    per_second: int = DEFAULT_PER_SECOND,
) -> tuple[str, Key]:
    """The new key, which is shown this once, and what is kept of it.

    Raises: BadInput if the name, a scope or the rate will not do.
    """
    _check(name, scopes, per_second)
    with _locked(folder):
        kept = _read(folder / FILE) or Kept(secrets.token_hex(32))
        taken = {one.key_id for one in kept.keys}
        key_id = next(i for i in iter(lambda: secrets.token_hex(4), "") if i not in taken)
        token = f"dk_{key_id}_{secrets.token_urlsafe(32)}"
        digest = _digest(token.encode(), bytes.fromhex(kept.secret)).hex()
        key = Key(key_id, name, tuple(dict.fromkeys(scopes)), per_second, now, digest)
        _write(folder / FILE, Kept(kept.secret, (*kept.keys, key)))
    return token, key


def revoke(folder: Path, key_id: str, *, now: str) -> Key:
    """The key that from now on opens nothing, in a running server too.

    Raises: NotFound if there is no such key.
    """
    with _locked(folder):
        kept = _read(folder / FILE) or Kept("")
        found = [one for one in kept.keys if one.key_id == key_id]
        if not found:
            raise NotFound(
                f"there is no key {key_id[:16]!r}",
                where=f"{folder.name}/{FILE}",
                fix="look at `duanka key list`",
            )
        gone = msgspec.structs.replace(found[0], revoked_at=found[0].revoked_at or now)
        keys = tuple(gone if one.key_id == key_id else one for one in kept.keys)
        _write(folder / FILE, Kept(kept.secret, keys))
    return gone


def listed(folder: Path) -> tuple[Key, ...]:
    """Every key that was ever made here, the revoked too."""
    kept = _read(folder / FILE)
    return kept.keys if kept else ()


class Ring:
    """The keys in force; their file is looked at again every hundredth of a second that there are callers."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._seen: tuple[int, ...] | None = None
        self._looked = 0.0
        self._secret = b""
        self._keys: dict[bytes, Key] = {}

    def find(self, token: bytes) -> Key | None:
        """The key in force that these bytes are, if they are one."""
        # To ask the file system lets another thread in between, which costs more than all else here.
        if (now := time.monotonic()) - self._looked > LOOK_S:
            self._look()
            self._looked = now
        # Looked up by digest: how long it takes tells nothing about the keys.
        return self._keys.get(_digest(token, self._secret))

    def _look(self) -> None:
        seen: tuple[int, ...] = ()
        try:
            now = self._file.stat()
            seen = (now.st_mtime_ns, now.st_size, now.st_ino)
        except FileNotFoundError:
            pass
        if seen != self._seen:
            self._reload()
            self._seen = seen

    def _reload(self) -> None:
        kept = _read(self._file) or Kept("")
        self._secret = bytes.fromhex(kept.secret)
        self._keys = {bytes.fromhex(one.digest): one for one in kept.keys if one.revoked_at is None}


def _digest(token: bytes, secret: bytes) -> bytes:
    # A key is 256 random bits, so one keyed hash keeps it; nothing slow is needed against guessing.
    return blake2b(token, key=secret, digest_size=32).digest()


def _check(name: str, scopes: Sequence[str], per_second: int) -> None:
    unknown = [one for one in scopes if one not in SCOPES]
    if unknown or not scopes:
        raise BadInput(
            f"no such scope: {', '.join(unknown)}" if unknown else "a key needs a scope",
            where="--scope",
            fix=f"give one or more of {', '.join(SCOPES)}",
        )
    if not name.strip() or len(name) > MOST_NAME or not name.isprintable():
        raise BadInput("the name will not do", where="NAME", fix="give 1 to 64 letters")
    if per_second < 1:
        raise BadInput("the rate will not do", where="--per-second", fix="give 1 or more")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time, in whatever process."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "keys.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: Path) -> Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Kept)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise Unavailable(
            "the keys cannot be read", where=path.name, fix="restore the file, or make keys anew"
        ) from error


def _write(path: Path, kept: Kept) -> None:
    """The whole file, or the old one: a reader never sees half, and only the owner may read."""
    new = path.with_suffix(".new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, msgspec.json.format(msgspec.json.encode(kept), indent=1))
        os.fsync(handle)
    finally:
        os.close(handle)
    new.replace(path)
