"""What every lake can do."""

from duanka.store.lake import Lake, open_lake


def test_the_default_lake_can_do_all_that_a_lake_can(tmp_path):
    lake: Lake = open_lake(tmp_path / "new" / "lake")
    asked = [name for name in vars(Lake) if not name.startswith("_")]
    assert set(asked) >= {"append", "scan", "sql", "count", "tables", "drop"}
    assert all(callable(getattr(lake, name)) for name in asked)
    assert (tmp_path / "new" / "lake").is_dir()
