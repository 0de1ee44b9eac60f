"""Events from a file of NDJSON, plain or gzip; where it was left off is kept beside the door."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, BinaryIO, cast

import msgspec

from duanka.errors import BadInput
from duanka.intercept.stream import AT_ONCE, LONGEST_LINE, Aside, Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duanka.intercept.answers import Refused, Said


class FileSource:
    """The lines of a file, from where an earlier reading of the same file left off.

    Columns: `marks` a JSON file of bytes read by name of the file; the log, not it, says what was taken.
    Raises: BadInput if the file cannot be read.
    """

    def __init__(self, path: Path, aside: Aside, *, marks: Path) -> None:
        self._path = path
        self._aside = aside
        self._marks = marks
        self._name = str(path.resolve())
        try:
            self._file = _opened(path)
            self._file.seek(self._read_marks().get(self._name, 0))
        except OSError as error:
            raise BadInput(
                f"the events cannot be read: {error.strerror or error}",
                where=path.name,
                fix="give a file of JSON objects, one a line",
            ) from error
        self._line = 0

    def read(self) -> Sequence[Message] | None:
        """The next lines; None at the end."""
        found: list[Message] = []
        while len(found) < AT_ONCE:
            raw = self._file.readline(LONGEST_LINE + 2)
            if not raw:
                break
            whole = raw.endswith(b"\n")
            while not whole and (more := self._file.readline(1 << 20)):  # too long: skip the rest
                whole = more.endswith(b"\n")
            self._line += 1
            if text := raw.strip():
                found.append(Message(text, f"line {self._line}"))
        return found or None

    def done(self, messages: Sequence[Message], said: Sequence[Said]) -> None:
        """Nothing; where the file was read to is on disk."""
        del messages
        self._aside.answer(said)
        marks = self._read_marks() | {self._name: self._file.tell()}
        draft = self._marks.with_suffix(".tmp")
        draft.write_bytes(msgspec.json.encode(marks))
        draft.replace(self._marks)

    def _read_marks(self) -> dict[str, int]:
        try:
            return msgspec.json.decode(self._marks.read_bytes(), type=dict[str, int])
        except (FileNotFoundError, msgspec.MsgspecError):
            return {}  # reading again from the start is slower, and otherwise the same

    def reject(self, message: Message, refused: Refused) -> None:
        """Nothing; the line is set aside with its reason."""
        self._aside.reject(message, refused)

    def close(self) -> None:
        """Nothing; the file is closed."""
        self._file.close()
        self._aside.close()


def _opened(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")
