"""SQL files keep to what DuckDB and Spark both understand, and say the columns they want."""

import re

import duckdb
import pytest

from tree import SRC

REFUSED = {
    "a cast with two colons": r"::",
    "GROUP BY ALL": r"\b(GROUP|ORDER)\s+BY\s+ALL\b",
    "every column": r"SELECT\s+(DISTINCT\s+)?\*",
    "dialect": r"\b(QUALIFY|PIVOT|UNPIVOT|ASOF|EXCLUDE|REPLACE|UNNEST|LATERAL|LIST|STRUCT_PACK|ILIKE|STRFTIME|READ_PARQUET)\b",
    "a clock": r"\b(NOW|CURRENT_DATE|CURRENT_TIMESTAMP|RANDOM|RAND)\b",
}


def faults(text: str) -> list[str]:
    bare = re.sub(r"--.*", "", text)
    found = [name for name, shape in REFUSED.items() if re.search(shape, bare, re.IGNORECASE)]
    with duckdb.connect() as db:
        parsed = db.execute("SELECT json_serialize_sql($1)", [bare]).fetchall()[0][0]
    return found + (["does not parse"] if '"error":true' in parsed.replace(" ", "") else [])


def test_every_sql_file_keeps_to_the_subset():
    kept = {path.name: faults(path.read_text(encoding="utf-8")) for path in SRC.rglob("*.sql")}
    assert not {name: found for name, found in kept.items() if found}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a::int FROM t",
        "SELECT a, count(b) FROM t GROUP BY ALL",
        "SELECT * FROM t",
        "SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1",
        "SELECT a FROM t WHERE at < now()",
        "SELECT FROM WHERE",
    ],
)
def test_what_is_outside_the_subset_is_found(text):
    assert faults(text)


def test_plain_sql_passes():
    assert not faults("SELECT a, count(b) AS n FROM t WHERE a > 1 GROUP BY a ORDER BY a")
