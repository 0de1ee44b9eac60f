import msgspec
import pytest

from duanka import errors
from duanka.web import problems


def test_a_problem_says_what_where_and_what_to_do():
    error = errors.BadInput("the event has 1 fault", where="amount_fen: missing", fix="send it")
    assert msgspec.json.decode(problems.document(error)) == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "code": "BadInput",
        "detail": "the event has 1 fault",
        "where": "amount_fen: missing",
        "fix": "send it",
    }


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (problems.NoKey("x"), 401),
        (errors.NotAllowed("x"), 403),
        (errors.NotFound("x"), 404),
        (problems.TooSlow("x"), 408),
        (errors.Conflict("x"), 409),
        (problems.TooLarge("x"), 413),
        (problems.WrongMedia("x"), 415),
        (problems.TooMany("x"), 429),
        (problems.ours("abc"), 500),
        (problems.Busy("x"), 503),
        (problems.plain(405), 405),
    ],
)
def test_each_fault_has_its_status(error, status):
    told = msgspec.json.decode(problems.document(error))
    assert told["status"] == error.status == status
    assert told["title"]


def test_headers_say_when_to_come_again_which_key_and_that_the_line_closes():
    assert (b"retry-after", b"60") in problems.headers_of(problems.TooMany("x", retry_after_s=60))
    assert (b"retry-after", b"1") in problems.headers_of(problems.Busy("x"))
    assert dict(problems.headers_of(problems.NoKey("x")))[b"www-authenticate"].startswith(b"Bearer")
    assert (b"connection", b"close") in problems.headers_of(problems.TooLarge("x"))
    assert problems.headers_of(errors.BadInput("x")) == []


def test_a_fault_of_our_own_tells_its_reference_and_nothing_of_the_code():
    told = msgspec.json.decode(problems.document(problems.ours("0123abcd")))
    assert "0123abcd" in told["where"]
    assert "Traceback" not in str(told)
