import polars as pl
import pytest

from duanka import tables
from duanka.errors import BadInput, NotFound
from duanka.jobs import look
from duanka.jobs.discover import discover
from duanka.jobs.progress import Progress
from duanka.network.trace import TraceSettings
from duanka.settings import Settings
from jobs.test_discover import score
from network.ring_room import AS_OF, REGIME, frame, hour, town

SETTINGS = Settings(threads=1)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The hand-made town as a dataset, and what a run of it would have written."""
    root = tmp_path_factory.mktemp("look")
    frames, told = town()
    frames["lead"] = frame(
        "lead",
        [{"lead_id": "l1", "issued_at": hour(120), "issuer_id": "z", "card_kind": "account", "card_id": "a1",
          "loss_fen": 900_000}],
    )  # fmt: skip
    for name, rows in frames.items():
        (root / "data").mkdir(exist_ok=True)
        rows.write_parquet(root / "data" / f"{name}.parquet")
    (root / "run").mkdir()
    network = discover(frames, scores=told, as_of=AS_OF, regime=REGIME).network
    network.write_parquet(root / "run" / "network.parquet")
    known = score().join(told.rename({"score": "told"}), on="card_id", how="left", suffix="_t")
    scored = known.with_columns(pl.coalesce("told", "score").alias("score"))
    tables.typed("score", scored).write_parquet(root / "run" / "score.parquet")
    return root


def known(place, as_of=None):
    return look.known(place / "data", as_of=as_of, settings=SETTINGS, say=Progress())


def test_the_networks_of_a_run_are_listed_the_largest_first(place):
    listed = look.listed(place / "run")
    assert listed["members"].to_list() == [9, 7]
    assert listed["account"].to_list() == [4, 3]


def test_a_network_is_looked_at_under_the_id_that_the_run_gave_it(place):
    name = look.listed(place / "run")["network_id"][0]
    seen = look.look_at_network(
        name, place / "run", place / "data", settings=SETTINGS, say=Progress()
    )
    members = seen.tables["members"]
    assert set(members["network_id"]) == {name}
    assert {"a1", "A1", "dA"} <= set(members["subject_id"])


def test_a_network_that_is_not_there_is_said_with_those_that_are(place):
    with pytest.raises(NotFound) as error:
        look.look_at_network(
            "n-none", place / "run", place / "data", settings=SETTINGS, say=Progress()
        )
    assert look.listed(place / "run")["network_id"].sort()[0] in str(error.value)


def test_a_lead_is_followed(place):
    seen = look.look_at_lead("l1", known(place), settings=TraceSettings(horizon_days=60))
    assert seen.tables["walk"]["match"].to_list() == ["exact"]
    assert set(seen.tables["flow"]["payee_id"]) == {"a1", "a4"}
    with pytest.raises(NotFound):
        look.look_at_lead("nobody", known(place), settings=TraceSettings())


def test_a_lead_not_yet_written_is_not_known(place):
    early = known(place, as_of=hour(119).isoformat())
    with pytest.raises(NotFound):
        look.look_at_lead("l1", early, settings=TraceSettings())


def test_an_account_without_a_lead_is_followed_from_what_it_got(place):
    seen = look.look_at_card(
        "a1", known(place), loss_fen=None, settings=TraceSettings(horizon_days=60)
    )
    assert seen.tables["walk"]["match"].to_list() == ["largest"]
    assert seen.tables["holding"].height == 2
    told = look.look_at_card(
        "a1", known(place), loss_fen=100_000, settings=TraceSettings(horizon_days=60)
    )
    assert told.tables["walk"]["found_fen"].to_list() == [100_000]


def test_money_is_looked_for_behind_an_account(place):
    seen = look.look_behind("a4", known(place), settings=TraceSettings(horizon_days=60))
    assert {"a1", "a2", "v"} <= set(seen.tables["flow"]["payer_id"])
    with pytest.raises(NotFound):
        look.look_behind("nobody", known(place), settings=TraceSettings())


def test_what_cannot_be_followed_is_refused_with_what_to_do(place, tmp_path):
    with pytest.raises(BadInput):
        look.look_at_card("CASH", known(place), loss_fen=None, settings=TraceSettings())
    with pytest.raises(BadInput):
        look.listed(tmp_path / "none")
