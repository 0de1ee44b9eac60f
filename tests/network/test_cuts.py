import polars as pl
import pytest

from duanka.network.cuts import find_cuts, past_flow, subjects
from duanka.policy.table import POLICE_MEASURES
from network.role_room import NO_FLOW, NOBODY, account, frame, known, paid, ring, scores, used

NO_ROLES = pl.DataFrame(schema={"subject_kind": pl.String, "subject_id": pl.String, "role": pl.String, "score": pl.Float64})  # fmt: skip


def cuts(some, score, roles=NO_ROLES, members=NOBODY):
    table = find_cuts(some, roles=roles, scores=score, flow=NO_FLOW, members=members)
    return table.with_columns(pl.col("subject_kind", "measure").cast(pl.String))


def bad(*rows, accounts=("m", "n"), **more):
    """Bad cards m and n with passers-by until the end of the town's days, and these payments."""
    entries = [paid(f"{a}{k}", 50 + k, f"x{a}{k}", a, 9_000) for a in accounts for k in range(9)]
    frames = {
        "account": frame("account", [account(a, a.upper()) for a in accounts]),
        "transfer": frame("transfer", [*entries, *rows]), **more,
    }  # fmt: skip
    score = scores(**dict.fromkeys(accounts, 0.9))
    return known(frames, score), score


def test_a_device_that_many_cards_work_on_goes_before_any_one_of_them():
    some, score = bad(
        *(paid(f"{a}-out{k}", 50.1 + k, a, f"y{a}{k}", 8_900, device_id="d") for a in "mnpq" for k in range(9)),
        accounts=("m", "n", "p", "q"),
    )  # fmt: skip
    table = cuts(some, score)
    assert (table["subject_kind"][0], table["subject_id"][0]) == ("device", "d")
    assert table["rank"].to_list() == list(range(1, table.height + 1))


def test_a_collector_of_what_several_pass_on_is_counted_once():
    rows = [paid(f"{a}-on{k}", 50.1 + k, a, "c", 8_900) for a in "mn" for k in range(9)]
    rows += [paid(f"c-out{k}", 50.5 + k, "c", f"y{k}", 17_000) for k in range(9)]
    some, score = bad(*rows)
    frames = {**some.frames, "account": frame("account", [account(a, a.upper()) for a in "mnc"])}
    score = scores(m=0.9, n=0.9, c=0.9)
    table = cuts(known(frames, score), score)
    total = past_flow(known(frames, score), NO_FLOW)["amount_fen"].sum()
    assert set(table["subject_id"]) & {"m", "n", "c", "M", "N", "C"}
    assert table["flow_cut_fen"].sum() <= total


def test_the_order_is_by_flow_and_days_that_lie_back_count_less():
    some, score = bad(paid("late", 59, "z", "n", 90_000))
    assert cuts(some, score)["subject_id"][0] in {"n", "N"}
    early = [paid(f"e{k}", 32 + k / 9, f"w{k}", "m", 9_000) for k in range(9)]
    now, score = bad(*early, accounts=("n",))
    frames = {**now.frames, "account": frame("account", [account("m", "M"), account("n", "N")])}
    score = scores(m=0.9, n=0.9)
    assert cuts(known(frames, score), score)["subject_id"][0] in {"n", "N"}


def test_what_police_recognised_waits_for_no_order_and_no_measure_is_theirs():
    some, score = bad()
    known_bad = score.with_columns(
        reasons=pl.when(pl.col("card_id") == "m").then(pl.lit(["implicated"])).otherwise("reasons"),
        measure=pl.lit("delay_settlement"),
    )
    table = cuts(some, known_bad)
    assert "m" not in table["subject_id"].to_list()
    assert not set(table["measure"]) & set(POLICE_MEASURES)
    cards = table.filter(pl.col("subject_kind") == "account")
    assert set(cards["measure"]) <= {"delay_settlement"}


def test_a_dealer_stands_for_the_cards_he_bought():
    frames, score = ring()
    some = known(frames, score)
    roles = pl.DataFrame({"subject_kind": ["person"], "subject_id": ["DEALER"], "role": ["dealer"], "score": [0.95]})  # fmt: skip
    rows = past_flow(some, NO_FLOW)
    mine = subjects(some, rows, roles).filter(pl.col("subject_id") == "DEALER")["i"]
    touched = rows.filter(pl.col("i").is_in(mine.implode()))
    assert set(touched["payee_id"]) >= {"b-S1", "b-S2", "b-S3", "b-S4"}
    assert subjects(some, rows, NO_ROLES).filter(pl.col("subject_id") == "DEALER").is_empty()


@pytest.mark.parametrize("gone", ["transfer", "account"])
def test_without_flow_there_is_nothing_to_cut(gone):
    some, score = bad()
    frames = {n: f for n, f in some.frames.items() if n != gone}
    table = cuts(known(frames, score), score)
    assert table.is_empty() == (gone == "transfer")
    assert cuts(known({}, score.clear()), score.clear()).is_empty()


def test_a_network_is_told_and_runs_say_the_same_twice():
    some, score = bad(device_use=frame("device_use", [used(50, "m", "d")]))
    members = pl.DataFrame({"network_id": ["n1"], "subject_kind": ["account"], "subject_id": ["m"]})
    table = cuts(some, score, members=members)
    networks = dict(zip(table["subject_id"], table["network_id"], strict=True))
    assert networks.get("m", "n1") == "n1"
    assert table.equals(cuts(some, score, members=members))
