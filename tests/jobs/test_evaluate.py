from datetime import timedelta

import polars as pl
import pytest

from duanka import tables
from duanka.errors import BadInput
from duanka.jobs.evaluate import evaluate
from duanka.jobs.progress import Progress
from duanka.jobs.run import write_table
from duanka.settings import Settings
from office import AS_OF, before, label, table

CARDS = 40


def ran(folder, *, fmt="parquet", known=(), as_of=AS_OF):
    """The output of a run that judged 40 accounts, the first the worst."""
    folder.mkdir(exist_ok=True)
    rows = [
        {
            "card_kind": "account",
            "card_id": f"c{n:02d}",
            "as_of": as_of,
            "score": 0.95 - 0.02 * n,
            "tier": "high_risk" if n < 2 else "suspicious" if n < 6 else "normal",
            "measure": "allow",
            "reasons": ["implicated"] if n in known else ["in_count_1d", "age_days"],
            "model_version": "m",
            "policy_version": "p",
        }
        for n in range(CARDS)
    ]
    write_table(table("score", rows), folder, "score", fmt)
    return folder


def held(out, truth):
    return evaluate(out, truth, settings=Settings(), say=Progress())


def labelled(folder, *labels):
    folder.mkdir(exist_ok=True)
    table("label", list(labels)).write_parquet(folder / "label.parquet")
    return folder


def later(days=1):
    return AS_OF + timedelta(days=days)


def naive(bad, judged=range(CARDS)):
    """Average precision of a ranking in which card 0 comes first, and no two score alike."""
    found, total = 0, 0.0
    for place, n in enumerate(judged, start=1):
        if n in bad:
            found += 1
            total += found / place
    return total / found


@pytest.mark.parametrize("fmt", ["parquet", "csv"])
def test_a_ranking_is_held_against_what_became_known_later(tmp_path, fmt):
    out = ran(tmp_path / "out", fmt=fmt)
    bad = {0, 3, 11}
    truth = labelled(tmp_path / "d", *(label(f"c{n:02d}", later()) for n in bad))
    told = held(out, truth)["account"]
    assert (told["judged"], told["implicated"]) == (CARDS, 3)
    assert told["average_precision"] == pytest.approx(naive(bad))
    assert told["tiers"]["high_risk"] == {"cards": 2, "implicated": 1}
    assert told["tiers"]["suspicious"] == {"cards": 4, "implicated": 1}
    first = told["at_capacity"][0]
    assert (first["reviewed"], first["found"], first["precision"]) == (1, 1, 1.0)


def test_labels_that_the_run_could_know_do_not_count(tmp_path):
    out = ran(tmp_path / "out")
    labels = [
        label("c05", before(1)),
        label("c06", AS_OF),
        label("c07", later()),
        label("c08", later(), bad=False, source="appeal"),
    ]
    told = held(out, labelled(tmp_path / "d", *labels))["account"]
    assert told["implicated"] == 2
    assert told["average_precision"] == pytest.approx(naive({6, 7}))


def test_the_last_word_of_the_later_labels_stands(tmp_path):
    labels = [
        label("c00", later(1)),
        label("c00", later(5), bad=False, source="appeal"),
        label("c01", later(1)),
    ]
    told = held(ran(tmp_path / "out"), labelled(tmp_path / "d", *labels))["account"]
    assert told["average_precision"] == pytest.approx(naive({1}))


def test_cards_that_the_run_already_knew_are_nobodys_find(tmp_path):
    out = ran(tmp_path / "out", known={0, 1})
    labels = [label(f"c{n:02d}", later()) for n in (0, 1, 4)]
    told = held(out, labelled(tmp_path / "d", *labels))["account"]
    assert told["judged"] == CARDS - 2
    assert told["average_precision"] == pytest.approx(naive({4}, range(2, CARDS)))


def truth_of(folder, bad, *, bad_from=None, people=False):
    inner = folder / "truth"
    inner.mkdir(parents=True)
    pl.DataFrame(
        {
            "card_kind": "account",
            "card_id": [f"c{n:02d}" for n in range(CARDS)],
            "bad": [n in bad for n in range(CARDS)],
            "bad_from": pl.Series(
                [bad.get(n) for n in range(CARDS)], dtype=pl.Datetime("us", "UTC")
            ),
            "holder_id": [f"p{n // 2}" for n in range(CARDS)],
        }
    ).write_parquet(inner / "truth_card.parquet")
    if people:
        pl.DataFrame(
            {"person_id": [f"p{n}" for n in range(20)], "birth_year": [1950] * 4 + [1985] * 16}
        ).write_parquet(folder / "person.parquet")
        pl.DataFrame({"account_id": ["c01", "c39"]}).write_parquet(inner / "truth_victim.parquet")
    return folder


def test_misuse_that_had_not_begun_was_nobodys_to_find(tmp_path):
    data = truth_of(tmp_path / "d", {2: before(9), 3: AS_OF, 4: later()})
    told = held(ran(tmp_path / "out"), data)["account"]
    assert told["average_precision"] == pytest.approx(naive({2}))
    assert held(tmp_path / "out", data / "truth")["account"] == told


def test_harm_is_told_by_group_and_for_victims(tmp_path):
    data = truth_of(tmp_path / "d", {0: before(9), 30: before(9)}, people=True)
    told = held(ran(tmp_path / "out"), data)["account"]
    assert set(told["harm"]) == {"age_60_plus", "others"}
    assert told["victims"] is not None


def test_events_and_applications_are_held_against_the_truth(tmp_path):
    out, data = ran(tmp_path / "out"), truth_of(tmp_path / "d", {0: before(9)})
    events = [
        {
            "event_kind": kind,
            "event_id": f"{kind[0]}{n}",
            "score": 0.9 - 0.1 * n,
            "answer": "allow",
            "reasons": [],
        }
        for kind in ("transfer", "call")
        for n in range(5)
    ]
    write_table(table("intercept", events), out, "intercept", "parquet")
    asked = [
        {"opening_id": f"o{n}", "score": 0.5 - 0.1 * n, "advice": "allow", "reasons": []}
        for n in range(4)
    ]
    write_table(table("opening_advice", asked), out, "opening_advice", "parquet")
    pl.DataFrame(
        {
            "event_kind": ["transfer", "transfer"],
            "event_id": ["t1", "t2"],
            "illicit": [True, False],
        }
    ).write_parquet(data / "truth" / "truth_event.parquet")
    pl.DataFrame({"opening_id": ["o3"], "bad": [True]}).write_parquet(
        data / "truth" / "truth_opening.parquet"
    )
    told = held(out, data)
    assert told["transfer"]["average_precision"] == pytest.approx(1 / 2)
    assert told["opening"]["average_precision"] == pytest.approx(1 / 4)
    assert "call" not in told, "nothing bad among them"


def test_labels_are_read_as_a_run_reads_them(tmp_path):
    """Without an offset in Shanghai, flags in any spelling, in GB18030: one hour decides here."""
    out = ran(tmp_path / "out")
    text = """card_kind,card_id,implicated,known_at,source,备注
account,c03,1,2026-06-01 12:00:00,police,甲
account,c04,true,2026-06-01 11:59:59,police,乙
account,c05,0,2026-06-02 00:00:00,appeal,丙
"""
    path = tmp_path / "后来的标签.csv"
    path.write_bytes(text.encode("gb18030"))
    told = held(out, path)["account"]
    assert told["implicated"] == 1
    assert told["average_precision"] == pytest.approx(naive({3}))


def test_ids_that_look_like_numbers_stay_ids(tmp_path):
    out = ran(tmp_path / "out", fmt="csv")
    text = (out / "score.csv").read_text("utf-8")
    (out / "score.csv").write_text(text.replace("account,c", "account,0"), "utf-8")
    told = held(out, labelled(tmp_path / "d", label("003", later())))["account"]
    assert told["average_precision"] == pytest.approx(naive({3}))


def test_nothing_to_hold_it_against_is_refused(tmp_path):
    out = ran(tmp_path / "out")
    with pytest.raises(BadInput, match="no table score"):
        held(tmp_path, tmp_path)
    with pytest.raises(BadInput, match="nothing that the run judged"):
        held(out, labelled(tmp_path / "d", label("elsewhere", later())))
    with pytest.raises(BadInput, match="no table was found"):
        held(out, tmp_path / "out" / "..")
    (tmp_path / "label.csv").write_bytes(b"\x00\xff" * 500)
    with pytest.raises(BadInput, match="no label that can be read"):
        held(out, tmp_path / "label.csv")
    (out / "score.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(BadInput, match="cannot be read"):
        held(out, tmp_path / "d")


def test_a_run_that_judged_no_card_is_refused(tmp_path):
    (tmp_path / "out").mkdir()
    write_table(tables.empty("score"), tmp_path / "out", "score", "parquet")
    with pytest.raises(BadInput):
        held(tmp_path / "out", labelled(tmp_path / "d", label("c00", later())))
