from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from console_room import write
from duanka.errors import BadInput
from duanka.jobs.publish_run import seen_in

AT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def run(tmp_path):
    write(tmp_path, "score", [{"card_kind": "account", "card_id": "a", "as_of": AT, "score": 0.1, "tier": "normal", "measure": "allow", "reasons": [], "model_version": "m", "policy_version": "p"}])  # fmt: skip
    write(tmp_path, "role", [{"subject_kind": "person", "subject_id": who, "role": role, "score": 0.9, "network_id": net, "evidence": "{}"} for who, role, net in (("d", "dealer", "N1"), ("m", "mule", "N2"), ("e", "recruiter", None))])  # fmt: skip
    write(tmp_path, "network", [{"network_id": net, "subject_kind": kind, "subject_id": who} for net, kind, who in (("N1", "account", "a1"), ("N1", "person", "d"), ("N2", "account", "a2"))])  # fmt: skip
    write(tmp_path, "opening_advice", [{"opening_id": "q", "score": 0.9, "advice": "refuse_opening", "reasons": []}])  # fmt: skip
    return tmp_path


def test_near_dealers_are_they_and_the_members_of_their_networks(run):
    told = seen_in(run, as_of=AT)
    assert set(told["near"].iter_rows()) == {("person", "d"), ("person", "e"), ("account", "a1")}
    assert told["advice"].height == 1


def test_a_run_that_knew_more_or_is_none_is_refused(run):
    with pytest.raises(BadInput, match="as of"):
        seen_in(run, as_of=AT - timedelta(days=1))
    (run / "role.parquet").unlink()
    with pytest.raises(BadInput, match="has no role"):
        seen_in(run, as_of=AT)
    assert pl.read_parquet(run / "score.parquet").height == 1
