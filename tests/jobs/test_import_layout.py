"""Files of a foreign layout become a dataset; people and numbers here are made up from unallocated ranges."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from duanka.errors import BadInput
from duanka.jobs.import_layout import import_layout, layout_named
from duanka.jobs.load import load
from duanka.jobs.progress import Progress
from duanka.settings import Settings

FIXTURES = Path(__file__).parents[1] / "fixtures" / "layouts"
KEYED = Settings(digest_key="a test key", threads=1)
PLAIN = Settings(threads=1)


@pytest.fixture
def run(tmp_path):
    def act(layout, *files, settings=KEYED):
        out = tmp_path / "out"
        told = import_layout(layout, list(files), out, settings=settings, say=Progress())
        return {one.table: (one.kept, one.refused, one.merged) for one in told}, out

    return act


def table(out, name):
    return pl.read_parquet(sorted(out.glob(f"{name}-*.parquet")))


def rejects(out):
    return list(csv.DictReader(io.StringIO((out / "rejects.csv").read_text("utf-8-sig"))))


def loads(out, tmp_path):
    """A folder that was imported is one that `run` can read, whole."""
    loaded = load(out, tmp_path / "lake", settings=PLAIN, say=Progress())
    assert all(count.refused == 0 for count in loaded.counts)
    return loaded


def test_police_feedback_with_all_its_dirt(run, tmp_path):
    folder = FIXTURES / "police_feedback"
    counts, out = run("police_feedback", folder)
    assert counts == {
        "transfer": (8, 4, 2),
        "person": (2, 1, 0),
        "organisation": (1, 0, 0),
        "account": (3, 1, 0),
    }
    flows = table(out, "transfer").sort("at", "amount_fen")
    assert flows.select("amount_fen", "outcome").rows() == [
        (100, "failed"),
        (500000, "success"),
        (480050, "success"),
        (20000, "success"),
        (20000, "success"),
        (100000, "success"),
        (300000, None),
        (7700, "success"),
    ]
    both = flows.row(1, named=True)
    assert (both["payer_balance_fen"], both["payee_balance_fen"]) == (1000000, 500100)
    assert both["at"] == datetime(2021, 10, 11, 1, 0, tzinfo=UTC)
    assert flows["payee_id"].to_list().count("CASH") == 1
    assert flows["payee_id"].str.starts_with("MERCHANT:").sum() == 1
    assert flows["payer_id"].str.starts_with("UNKNOWN:").sum() == 1
    loads(out, tmp_path)


def test_police_rejects_name_file_line_and_fault(run):
    _, out = run("police_feedback", FIXTURES / "police_feedback")
    told = {(r["file"], int(r["line"]), r["fault"]) for r in rejects(out)}
    assert told == {
        ("交易明细_甲.csv", 8, "duplicate"),
        ("交易明细_甲.csv", 9, "unknown_word"),
        ("交易明细_甲.csv", 10, "unmapped"),
        ("交易明细_甲.csv", 11, "missing"),
        ("人员信息.csv", 5, "unmapped"),
        ("账户信息.csv", 5, "unmapped"),
        ("其他.csv", 0, "unknown_file"),
    }


def test_no_identifier_of_the_police_sheets_reaches_the_output(run):
    folder = FIXTURES / "police_feedback"
    _, out = run("police_feedback", folder)
    written = "".join(
        table(out, name).write_csv() for name in ("transfer", "person", "organisation", "account")
    ) + (out / "rejects.csv").read_text("utf-8")
    read = "".join(path.read_bytes().decode("gb18030") for path in folder.iterdir())
    numbers = set(re.findall(r"(?<![0-9])(?:99[0-9]{15}[0-9X]|62[0-9]{14,17}|16[0-9]{9})", read))
    assert len(numbers) >= 6
    assert not [number for number in numbers if number in written]


def test_cards_of_flows_and_sheets_are_one_id(run):
    _, out = run("police_feedback", FIXTURES / "police_feedback")
    flows, accounts, people = (table(out, name) for name in ("transfer", "account", "person"))
    named = set(flows["payer_id"]) | set(flows["payee_id"])
    assert len(named & set(accounts["account_id"])) == 2
    assert set(accounts["holder_id"]) & set(people["person_id"])
    assert people["birth_year"].to_list() == [1970, 1985]
    assert people["home_region_code"].to_list() == ["990101", "990102"]


def test_police_workbook_of_several_sheets(run, tmp_path):
    path = tmp_path / "反馈.xlsx"
    book = xlsxwriter.Workbook(path)
    for source in sorted((FIXTURES / "police_feedback").glob("*.csv")):
        sheet = book.add_worksheet(source.stem)
        for number, line in enumerate(csv.reader(io.StringIO(source.read_text("gb18030")))):
            sheet.write_row(number, 0, line)
    book.close()
    counts, _ = run("police_feedback", path)
    assert counts["transfer"] == (8, 4, 2)
    assert counts["account"] == (3, 1, 0)


def test_another_key_gives_other_ids_and_the_same_key_the_same(run, tmp_path):
    _, out = run("sichuan_calls", FIXTURES / "sichuan_calls")
    first = table(out, "call")
    for key, same in (("a test key", True), ("another", False)):
        again = tmp_path / f"again {same}"
        files = [FIXTURES / "sichuan_calls"]
        settings = Settings(digest_key=key)
        import_layout("sichuan_calls", files, again, settings=settings, say=Progress())
        assert (set(table(again, "call")["caller_id"]) == set(first["caller_id"])) is same


def test_sichuan_calls(run, tmp_path):
    counts, out = run("sichuan_calls", FIXTURES / "sichuan_calls")
    assert counts == {
        "call": (4, 2, 0),
        "device_use": (1, 0, 0),
        "message": (2, 0, 0),
        "label": (2, 1, 0),
    }
    calls = table(out, "call").sort("at")
    # Out, in, forwarded, out to a hot line: the subscriber calls in all but the second.
    own = calls["caller_id"][0]
    assert (calls["caller_id"] == own).to_list() == [True, False, True, True]
    assert calls["callee_id"][1] == own
    assert calls["device_id"].is_not_null().to_list() == [True, False, True, False]
    uses = table(out, "device_use")
    assert (uses["card_id"][0], uses["device_id"][0]) == (own, calls["device_id"][0])
    labels = table(out, "label")
    assert labels["implicated"].to_list() == [True, False]
    last = table(out, "message")["at"].max()
    assert labels["known_at"].to_list() == [last, last]
    loads(out, tmp_path)


def frames(folder, **tables):
    folder.mkdir()
    for name, columns in tables.items():
        pl.DataFrame(columns).write_parquet(folder / f"{name}.parquet")
    return folder


STEPS = [datetime(2023, 1, 1, 6), datetime(2023, 1, 2)]  # noqa: DTZ001 - as the set has them


def test_amlgentex(run, tmp_path):
    folder = frames(
        tmp_path / "in",
        transfers={
            "transfer_id": [0, 1],
            "ts": STEPS,
            "from_account": [7, 8],
            "to_account": [8, 7],
            "amount": [794.54, 0.0],
            "from_bank": ["bank_a"] * 2,
            "to_bank": ["bank_a"] * 2,
            "channel": ["mobile"] * 2,
        },
        accounts={"account": [7, 8], "customer": ["C_7", "C_8"], "bank": ["bank_a"] * 2},
        labels_accounts={"account": [7, 8], "mule": [1, 0]},
        labels_transfers={"transfer_id": [0], "label": [0], "alert_id": [-1]},
    )
    counts, out = run("amlgentex", folder, settings=PLAIN)
    assert counts == {"transfer": (1, 1, 0), "account": (2, 0, 0), "label": (2, 0, 0)}
    flow = table(out, "transfer").row(0, named=True)
    assert (flow["payer_id"], flow["amount_fen"], flow["channel"]) == ("7", 79454, "mobile")
    assert flow["at"] == datetime(2022, 12, 31, 22, tzinfo=UTC)
    labels = table(out, "label")
    assert labels.select("card_id", "implicated", "source").rows() == [
        ("7", True, "police"),
        ("8", False, "review"),
    ]
    # Nothing may be known before the data ends; the only transfer kept is the end.
    assert set(labels["known_at"]) == {flow["at"]}
    loads(out, tmp_path)


def test_amlsim(run, tmp_path):
    folder = frames(
        tmp_path / "in",
        transfers={
            "transfer_id": [1, 2],
            "ts": STEPS,
            "from_account": [7, 8],
            "to_account": [8, 7],
            "amount": [643.92, 1.0],
            "channel": ["wire"] * 2,
        },
        accounts={"acct_id": [7, 8], "type": ["I"] * 2, "open_dt": [0, 0], "bank_id": ["bank"] * 2},
        labels_accounts={
            "ALERT_ID": [0, 1],
            "ACCOUNT_ID": [7, 8],
            "EVENT_DATE": [20230101] * 2,
            "IS_SAR": ["YES", "NO"],
        },
    )
    counts, out = run("amlsim", folder, settings=PLAIN)
    assert counts == {"transfer": (2, 0, 0), "account": (2, 0, 0), "label": (2, 0, 0)}
    assert table(out, "label")["implicated"].to_list() == [True, False]
    assert set(table(out, "label")["known_at"]) == {table(out, "transfer")["at"].max()}
    assert set(table(out, "account")["opened_at"]) == {table(out, "transfer")["at"].min()}


def test_pacs008(run, tmp_path):
    counts, out = run("pacs008", FIXTURES / "pacs008" / "credits.xml")
    assert counts == {"transfer": (2, 2, 0)}
    flows = table(out, "transfer").sort("amount_fen")
    assert flows.select("transfer_id", "amount_fen", "memo_kind").rows() == [
        ("TX1", 125000, "salary"),
        ("TX2", 800001, "other"),
    ]
    assert flows["payer_id"].str.contains(r"^account-[0-9a-f]{32}$").all()
    assert [(r["line"], r["fault"]) for r in rejects(out)] == [
        ("17", "missing"),
        ("23", "missing"),
    ]
    loads(out, tmp_path)


def test_a_key_is_asked_for_before_anything_is_read(run, tmp_path):
    with pytest.raises(BadInput, match="DUANKA_DIGEST_KEY"):
        run("police_feedback", tmp_path / "not read", settings=PLAIN)
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_imported_is_told(run, tmp_path):
    with pytest.raises(BadInput, match=r"no layout 'mine'(.|\n)*police_feedback"):
        run("mine", tmp_path)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(BadInput, match="none of the files"):
        run("police_feedback", tmp_path / "x.csv")
    # What failed before it began leaves nothing behind that the next try would trip over.
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old.parquet").write_text("x")
    with pytest.raises(BadInput, match="is not empty"):
        run("police_feedback", FIXTURES / "police_feedback")


def test_a_file_that_is_not_there_is_told(run, tmp_path):
    with pytest.raises(BadInput, match=r"cannot read gone\.csv"):
        run("police_feedback", tmp_path / "gone.csv")


def test_a_layout_of_ones_own_is_a_yaml_file(run, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text(
        "zh: 自有版式\nen: own layout\ndigested: false\nsources:\n"
        "  - name: people\n    headings: [号]\n    rows:\n"
        "      - table: person\n        columns: {person_id: {from: 号}}\n",
        encoding="utf-8",
    )
    assert layout_named(str(own)).name == "own"
    (tmp_path / "p.csv").write_text("号\n1\n2\n1\n", encoding="utf-8")
    counts, _ = run(str(own), tmp_path / "p.csv", settings=PLAIN)
    assert counts == {"person": (2, 1, 0)}
