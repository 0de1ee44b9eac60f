import pytest

from duanka.intercept.answers import Refused, Taken


def test_what_was_said_cannot_be_changed():
    for said in (Taken("label", "x"), Refused(None, "why", "do")):
        with pytest.raises(AttributeError):
            said.event_id = "other"
    assert not Taken("label", "x").duplicate
