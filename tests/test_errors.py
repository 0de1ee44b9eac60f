import pytest

from duanka import errors


def test_a_message_says_what_where_and_what_to_do():
    error = errors.BadInput("no such column", where="transfer.csv line 3", fix="add amount_fen")
    assert str(error).splitlines() == [
        "no such column",
        "  where: transfer.csv line 3",
        "  what to do: add amount_fen",
    ]


def test_a_message_without_place_or_remedy_is_one_line():
    assert str(errors.BadPolicy("bad")) == "bad"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.BadInput, 422),
        (errors.BadPolicy, 500),
        (errors.BadModel, 500),
        (errors.NotAllowed, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (errors.Unavailable, 503),
    ],
)
def test_each_error_is_named_by_whose_fault_it_is(kind, status):
    assert issubclass(kind, errors.DuankaError)
    assert kind.status == status
