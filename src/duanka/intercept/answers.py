"""What the door says of each event: an answer, that it was taken, or why it was refused."""

from __future__ import annotations

import msgspec


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The answer to one transfer, call or application.

    Columns: `answer` allow, verify_transaction, delay_settlement, restrict, suspend, or for applications
        allow, check_further, refuse_opening; `because` the rule that fired; `reasons` codes, strongest
        first; `review` whether a person looks at it; `next_zh` and `next_en` what the customer may do;
        `steps` cooling_off, call_back, or of applications reduced_functions (such a card is offered); `wait_s` how long the cooling-off lasts; `held_fen` how much of a
        transfer is held back, None where nothing is; `late` it arrived after the clock had passed its
        instant, and was judged by what was known on arrival; `cold` the door had seen too few days to
        stop anybody by a score; `duplicate` it was answered before, and this
        is that answer; `timed_out` no score was had in time: the policy's own
        answer, and `score` is None.
    """

    event_kind: str
    event_id: str
    answer: str
    score: float | None
    because: str
    reasons: tuple[str, ...]
    legal_basis: str | None
    authority: str
    review: str
    next_zh: str
    next_en: str
    held_fen: int | None = None
    steps: tuple[str, ...] = ()
    wait_s: int | None = None
    late: bool = False
    cold: bool = False
    duplicate: bool = False
    timed_out: bool = False
    model_version: str = ""
    policy_version: str = ""


class Taken(msgspec.Struct, frozen=True, gc=False):
    """An event that the door has taken note of; there is nothing to answer."""

    event_kind: str
    event_id: str
    duplicate: bool = False


class Refused(msgspec.Struct, frozen=True, gc=False):
    """An event that was not taken, with what is wrong and what to do."""

    event_id: str | None
    fault: str
    fix: str


Said = Answer | Taken | Refused
