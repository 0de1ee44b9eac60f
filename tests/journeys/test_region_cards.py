"""A real run under rules that give every region a red card, with mergers and old red cards beside the data: no score moves."""

import shutil
from pathlib import Path

import polars as pl
import yaml

from duanka.jobs.progress import Progress
from duanka.jobs.run import run
from duanka.policy import dated
from duanka.settings import Settings

SOURCE = Path(dated.__file__).parent / "cn" / "listings.yaml"
JUDGED = ("score", "opening_advice", "intercept", "role", "action", "flow", "network")
VERSION = "policy_version"


def all_red(folder):
    """A policy folder under which every region gets a red card and nobody else is listed."""
    table = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["tables"]["unit_listing"]
    (version,) = table["versions"]
    table["reads"] = {"unit_kind": table["reads"]["unit_kind"]}
    version["rows"] = [
        {"when": {"unit_kind": "region"}, "then": "red_card", "because": "rate_high"},
        {"when": {}, "then": "none", "because": "within_chance"},
    ]
    folder.mkdir()
    text = yaml.safe_dump({"tables": {"unit_listing": table}}, allow_unicode=True)
    (folder / "red.yaml").write_text(text, encoding="utf-8")
    return folder


def test_flipping_every_region_and_merging_outlets_changes_no_score(lived, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(lived.data, data)
    held = pl.read_parquet(data / "account.parquet")["outlet_id"].drop_nulls()
    gone, heir = held.value_counts(sort=True)["outlet_id"][:2]
    (data / "succession.csv").write_text(
        f"unit_kind,unit_id,successor_id,since\noutlet,{gone},{heir},2020-01-01\n", encoding="utf-8"
    )
    for name in ("listing", "scorecard"):  # what an earlier run wrote, lying beside the data
        shutil.copy(lived.out / f"{name}.parquet", data)
    settings = Settings(threads=1, policy_folders=(str(all_red(tmp_path / "red")),))
    out = tmp_path / "out"
    run(data, out, as_of=None, model=lived.models, fmt="parquet", settings=settings, say=Progress())

    def regions(folder):
        rows = pl.read_parquet(folder / "listing.parquet").filter(pl.col("unit_kind") == "region")
        return rows.filter(pl.col("listing") == "red_card")["unit_id"].n_unique()

    assert regions(out) > regions(lived.out)
    for name in JUDGED:
        one, other = (pl.read_parquet(folder / f"{name}.parquet") for folder in (lived.out, out))
        if VERSION in one.columns:
            assert set(one[VERSION]) != set(other[VERSION])
            one, other = one.drop(VERSION), other.drop(VERSION)
        assert one.equals(other), name
    card = pl.read_parquet(out / "scorecard.parquet").filter(pl.col("unit_kind") == "outlet")
    before = pl.read_parquet(lived.out / "scorecard.parquet").filter(pl.col("unit_kind") == "outlet")  # fmt: skip
    assert gone in set(before["unit_id"])
    assert gone not in set(card["unit_id"])
    assert heir in set(card["unit_id"])
