"""What the live host remembers, as a few arrays that compiled code works on in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from duanka.features import carry
from duanka.features import flags as f
from duanka.features.cards import UNKNOWN_AT
from duanka.features.given import LACKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[Any]

NEVER = -(1 << 58)
NONE = -1
# no stretch of any day: a place of the table of sightings that holds none
EMPTY = NEVER - 1

# streams, in the order of their marks "has begun" in the book
STREAMS = (
    "transfers", "calls", "messages", "uses", "paid", "notices", "applicants", "companions",
    "terminals", "staff", "holder_notices", "outlet_notices", "staff_notices",
)  # fmt: skip
(
    TRANSFERS, CALLS, MESSAGES, USES, PAID, NOTICES, APPLICANTS, COMPANIONS,
    TERMINALS, STAFF, HOLDER_NOTICES, OUTLET_NOTICES, STAFF_NOTICES,
) = range(len(STREAMS))  # fmt: skip

# the book: the clock, how much of each array is in use, which streams have begun, since when the
# deployment tells of each of LACKS
CLOCK, END, WAITING, LINKS, HEARD, HEARD_FREE, SEEN, STRETCH, TRIGGERS, ORDERS, BEGUN = range(11)
TOLD = BEGUN + len(STREAMS)
BOOK_SIZE = TOLD + len(LACKS)

# a card: what its register says, when it was last reported, where its chains and rows begin
(
    C_HOLDER, C_SINCE, C_OUTLET, C_STAFF, C_BOUND, C_KIND, C_RESERVED, C_BITS,
    C_LEAD_AT, C_LABEL_AT, C_OWNED_AT, C_DEVICES, C_OUT, C_IN, C_NEXT_HELD, C_NEXT_BOUND, C_BOUND_HEAD,
    C_STAMP, C_TRANSFERS, C_CALLS, C_MESSAGES, C_USES, C_PAID, C_NOTICES, C_LOTS,
) = range(25)  # fmt: skip
CARD_ROWS = (C_TRANSFERS, C_CALLS, C_MESSAGES, C_USES, C_PAID, C_NOTICES, C_LOTS)
# a holder: long calls from strangers, cards by opening (newest first), rows
H_HEARD, H_CARDS, H_ACCOUNTS, H_SIMS, H_APPLICANT, H_COMPANION, H_NOTICES = range(7)
# a terminal, a member of staff, an outlet
D_HOST, D_NOTICES = range(2)
# a device or a network: guests seen last, and how many cards ever
V_HELD, V_COUNT, V_CARDS, V_GUESTS = range(4)
# one more than the most others that a sighting can carry, and the guest itself
GUESTS = f.FIELD + 2
V_LASTS = V_GUESTS + GUESTS
HOST_SIZE = V_LASTS + GUESTS
# a link between two cards, or a card and a device: the pair, when, and the next of either
L_PAIR, L_AT, L_NEXT_A, L_NEXT_B = range(4)
# a long call from a stranger, kept by the holder called
K_END_S, K_CALLER, K_NEXT = range(3)
# an event: of a batch, or waiting for its instant to pass
(
    W_TABLE, W_AT, W_A, W_B, W_VALUE, W_FLAGS, W_DEVICE, W_NETWORK,
    W_SOURCE, W_SOURCE2, W_CALLER, W_GAP_S, W_FIRST, W_USE, W_ORDER,
) = range(15)  # fmt: skip
TRANSFER, CALL, MESSAGE, USE, OPENING, NOTICE, MOMENT = range(7)
# a notice stands in a line with the stream where a device stands and since when it is known as its value
# what compiled code leaves to the few lines of Python for rare things
T_CARD, T_NEAR, T_FLAGS, T_AT = range(4)

# the arena begins with a row of lots that is empty for ever: place 0 also says "no row yet"
START = carry.WIDTH


class Room(Protocol):
    """Who gives the arena of rows its room, and may keep what is idle elsewhere as long as nobody reads it."""

    def __call__(self, held: Ints, words: int, /) -> Ints:
        """An array of at least so many words that begins with what is held."""
        ...


class State(NamedTuple):
    """The live host's memory.

    Shapes: one line a card, a holder, a desk, a device or network, a link, a call heard, an event
    waiting; `rows` is one arena of kernel rows, addressed by where each begins.
    """

    book: Ints
    cards: Ints
    holders: Ints
    desks: Ints
    hosts: Ints
    links: Ints
    slots: Ints
    seen: Ints
    heard: Ints
    waiting: Ints
    rows: Ints
    triggers: Ints
    orders: Ints


def _line(size: int, **values: int) -> Ints:
    line = np.zeros(size, dtype=np.int64)
    for name, value in values.items():
        line[globals()[name]] = value
    return line


FRESH: dict[str, Ints] = {
    "cards": _line(
        25, C_HOLDER=NONE, C_SINCE=UNKNOWN_AT, C_OUTLET=NONE, C_STAFF=NONE, C_BOUND=NONE, C_KIND=NONE,
        C_LEAD_AT=NEVER, C_LABEL_AT=NEVER, C_OWNED_AT=NEVER, C_DEVICES=NONE, C_OUT=NONE, C_IN=NONE,
        C_NEXT_HELD=NONE, C_NEXT_BOUND=NONE, C_BOUND_HEAD=NONE, C_STAMP=NEVER,
    ),
    "holders": _line(7, H_HEARD=NONE, H_CARDS=NONE),
    "desks": _line(2),
    "hosts": _line(HOST_SIZE, V_CARDS=NONE),
}  # fmt: skip


def fresh() -> State:
    """A memory of nothing."""
    book = np.zeros(BOOK_SIZE, dtype=np.int64)
    book[CLOCK], book[END], book[HEARD_FREE], book[STRETCH] = NEVER, START, NONE, NEVER
    book[TOLD:] = 1 << 62
    rows = np.zeros(1 << 16, dtype=np.int64)
    rows[1 : START : carry.WORDS] = -(1 << 62)
    return State(
        book=book,
        cards=np.tile(FRESH["cards"], (64, 1)),
        holders=np.tile(FRESH["holders"], (64, 1)),
        desks=np.tile(FRESH["desks"], (16, 1)),
        hosts=np.tile(FRESH["hosts"], (64, 1)),
        links=np.zeros((64, 4), dtype=np.int64),
        slots=np.full(256, NONE, dtype=np.int32),
        seen=np.full((256, 3), EMPTY, dtype=np.int64),
        heard=np.zeros((16, 3), dtype=np.int64),
        waiting=np.zeros((16, 15), dtype=np.int64),
        rows=rows,
        triggers=np.zeros((64, 4), dtype=np.int64),
        orders=np.zeros((8, 6), dtype=np.int64),
    )


def with_room(array: Ints, size: int, empty: Ints | None = None) -> Ints:
    """The array, or a longer copy that holds at least `size` lines, new ones like `empty`."""
    have = len(array)
    if size <= have:
        return array
    # zeros cost nothing until they are written, and what is saved is the same wherever it grew
    out = np.zeros((max(size, have * 2), *array.shape[1:]), dtype=array.dtype)
    out[:have] = array
    if empty is not None:
        out[have:] = empty
    return out
