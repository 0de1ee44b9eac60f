"""Events from a TCP or Unix socket: one JSON object a line, answered by one line each on the same connection."""

from __future__ import annotations

import selectors
import socket
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from duanka.errors import Unavailable
from duanka.intercept.stream import AT_ONCE, LONGEST_LINE, Aside, Message, line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duanka.intercept.answers import Refused, Said

_MOST_UNSENT = 4 * 2**20
"""Bytes of answers that a sender may leave unread before no more is read from it."""
_TICK_S = 0.2
_PIECE = 1 << 16


@dataclass(eq=False)
class _Sender:
    """A connection: bytes of a line not ended yet, and answers it has not read yet."""

    socket: socket.socket
    name: str
    part: bytearray = field(default_factory=bytearray)
    unsent: bytearray = field(default_factory=bytearray)
    skipping: bool = False
    ended: bool = False
    count: int = 0
    waiting: int = 0


class SocketSource:
    """Connections to an address, each of them a sender of lines; it goes on until `stopped` says so.

    A sender that does not read its answers is not read from either. A line too long is refused and
    skipped to its end.
    Raises: Unavailable if the address cannot be listened at.
    """

    def __init__(
        self, address: str | tuple[str, int], aside: Aside, *, stopped: Callable[[], bool]
    ) -> None:
        self._aside = aside
        self._stopped = stopped
        self._ready: deque[tuple[_Sender, Message]] = deque()
        self._batch: list[_Sender] = []
        self._selector = selectors.DefaultSelector()
        self._senders: set[_Sender] = set()
        self._path = Path(address) if isinstance(address, str) else None
        try:
            self._listener = _listen(address)
        except OSError as error:
            raise Unavailable(
                f"cannot listen: {error.strerror}",
                where=str(address),
                fix="give an address that is free",
            ) from error
        self._selector.register(self._listener, selectors.EVENT_READ)

    @property
    def address(self) -> str | tuple[str, int]:
        """Where it listens; of port 0, the port taken."""
        name = self._listener.getsockname()
        return name if isinstance(name, str) else (name[0], name[1])

    def read(self) -> Sequence[Message] | None:
        """Lines of all senders in turn, none of them if nothing came for a while; None once stopped."""
        if not self._ready:
            if self._stopped():
                return None
            for key, mask in self._selector.select(_TICK_S):
                if key.fileobj is self._listener:
                    self._welcome()
                else:
                    self._attend(key.data, mask)
        some = [self._ready.popleft() for _ in range(min(len(self._ready), AT_ONCE))]
        self._batch = [sender for sender, _ in some]
        return [message for _, message in some]

    def done(self, messages: Sequence[Message], said: Sequence[Said]) -> None:
        """Nothing; each sender is told what was said of its lines, in their order."""
        del messages
        self._aside.answer(said)
        for sender, one in zip(self._batch, said, strict=True):
            sender.unsent += line(one)
            sender.waiting -= 1
        for sender in dict.fromkeys(self._batch):
            self._flush(sender)

    def reject(self, message: Message, refused: Refused) -> None:
        """Nothing; the line is set aside with its reason."""
        self._aside.reject(message, refused)

    def close(self) -> None:
        """Nothing; answers still unsent are offered once more, then all connections are closed."""
        for sender in tuple(self._senders):
            with suppress(OSError):
                sender.socket.settimeout(1.0)
                sender.socket.sendall(sender.unsent)
            self._drop(sender)
        self._selector.close()
        self._listener.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        self._aside.close()

    def _welcome(self) -> None:
        connection, peer = self._listener.accept()
        connection.setblocking(False)
        name = f"{peer[0]}:{peer[1]}" if isinstance(peer, tuple) else "unix"
        sender = _Sender(connection, name)
        self._senders.add(sender)
        self._selector.register(connection, selectors.EVENT_READ, sender)

    def _attend(self, sender: _Sender, mask: int) -> None:
        try:
            if mask & selectors.EVENT_WRITE:
                self._flush(sender)
            if mask & selectors.EVENT_READ and sender in self._senders:
                self._hear(sender, sender.socket.recv(_PIECE))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._drop(sender)

    def _hear(self, sender: _Sender, piece: bytes) -> None:
        if not piece:
            sender.ended = True
            if sender.part and not sender.skipping:
                self._line(sender, bytes(sender.part))
                sender.part.clear()
            self._settle(sender)
            return
        *whole, rest = piece.split(b"\n")
        for text in whole:
            if sender.skipping:
                sender.skipping = False
            else:
                self._line(sender, bytes(sender.part) + text)
            sender.part.clear()
        if not sender.skipping:
            sender.part += rest
            if len(sender.part) > LONGEST_LINE:
                self._line(sender, bytes(sender.part))
                sender.part.clear()
                sender.skipping = True

    def _line(self, sender: _Sender, text: bytes) -> None:
        sender.count += 1
        if text := text.strip():
            sender.waiting += 1
            self._ready.append((sender, Message(text, f"{sender.name} line {sender.count}")))

    def _flush(self, sender: _Sender) -> None:
        if sender not in self._senders:
            return
        try:
            while sender.unsent:
                del sender.unsent[: sender.socket.send(sender.unsent)]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self._drop(sender)
            return
        self._settle(sender)

    def _settle(self, sender: _Sender) -> None:
        """What is waited for next: lines, unless answers pile up; nothing once all is said."""
        if sender.ended and not sender.unsent and not sender.waiting:
            self._drop(sender)
            return
        reads = not sender.ended and len(sender.unsent) < _MOST_UNSENT
        mask = selectors.EVENT_READ * reads | selectors.EVENT_WRITE * bool(sender.unsent)
        watched = sender.socket in self._selector.get_map()
        if watched and mask:
            self._selector.modify(sender.socket, mask, sender)
        elif watched:
            self._selector.unregister(sender.socket)
        elif mask:
            self._selector.register(sender.socket, mask, sender)

    def _drop(self, sender: _Sender) -> None:
        if sender in self._senders:
            self._senders.discard(sender)
            if sender.socket in self._selector.get_map():
                self._selector.unregister(sender.socket)
            sender.socket.close()


def _listen(address: str | tuple[str, int]) -> socket.socket:
    if isinstance(address, str):
        with suppress(FileNotFoundError):
            Path(address).unlink()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address)
        listener.listen(128)
    else:
        listener = socket.create_server(address, backlog=128)
    listener.setblocking(False)
    return listener
