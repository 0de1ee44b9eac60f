"""`duanka scorecards`: the scorecards of more cards than memory holds, straight from Parquet, one kind of unit a time."""

# ruff: noqa: S608 - names of the contract and of files are put into SQL, never what somebody wrote
from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from duanka.errors import BadInput
from duanka.governance import scorecard
from duanka.governance.attribution import UNIT_COLUMNS, question, verdicts
from duanka.governance.horizon import horizon
from duanka.governance.sheets import PEERS, both_sides, seen_by_kind
from duanka.governance.succession import heirs, judged, moves
from duanka.jobs.dataset import parse_instant
from duanka.jobs.publish_succession import succession
from duanka.tables import empty, typed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duanka.governance.horizon import Horizon
    from duanka.jobs.progress import Progress
    from duanka.policy.dated import Policy, Regime
    from duanka.settings import Settings

_MONTH = "CAST(year({0}) * 12 + month({0}) - 1 AS INTEGER)"
_LOCAL = "make_timestamp(epoch_us({0}) + 28800000000)"
_HELD = {
    "staff": "staff_id, heir_of_outlet(outlet_id) AS outlet_id",
    "outlet": "outlet_id, heir_of_institution(institution_id) AS institution_id, outlet_kind, region_code",
    "organisation": "organisation_id",
}
_CARDS = {"account": "opened_at", "sim": "activated_at"}


@dataclass(frozen=True)
class Written:
    """How many cards were read, how many rows of scorecards were written, and to which files."""

    cards: int
    rows: int
    files: tuple[str, ...]


def scorecards(
    data: Path, out: Path, *, as_of: str, settings: Settings, policy: Policy, say: Progress
) -> Written:
    """The scorecards of a folder of Parquet as `simulate` or `import` writes it, as known before an instant.

    Rows are taken as they are: what `run` and `publish` refuse has to be refused before. Only scorecards are
    made; listings need the cards in memory.

    Raises: BadInput if the folder has no cards or labels as Parquet.
    """
    instant = parse_instant(as_of)
    regime = policy.at(instant.date())
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as work:
        found: list[str] = []
        with _opened(Path(work), settings) as connection:
            with say.stage("倒查 tracing back"):
                span = _attributed(connection, data, instant, regime)
            cards = _count(connection)
            with say.stage("评分 scorecards"):
                rows = _write(connection, span, regime, out, found)
    return Written(cards, rows, tuple(found))


def _opened(work: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": settings.threads,
        "memory_limit": f"{settings.memory_mb}MB",
        "temp_directory": str(work),
        "preserve_insertion_order": False,
    }
    connection = duckdb.connect(str(work / "cards.duckdb"), config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _attributed(
    connection: duckdb.DuckDBPyConnection, data: Path, as_of: datetime, regime: Regime
) -> Horizon:
    """The months that can be judged; the table `attributed` holds every card under its units, in codes."""
    held = {name: _files(data, name) for name in ("account", "sim", "label", "opening", *_HELD)}
    if not held["label"] or not (held["account"] or held["sim"]):
        raise BadInput(
            "no cards or no labels as Parquet",
            where=str(data),
            fix="write them so, or use `publish`",
        )
    label = typed("label", pl.read_parquet(held["label"])).filter(pl.col("known_at") < as_of)
    span = horizon(
        label,
        as_of,
        young=int(regime.number("scorecards.new_card_months")),
        most=int(regime.number("scorecards.periods")),
    )
    if span is None:
        raise BadInput(
            "no label is known before that instant", where="--as-of", fix="give a later one"
        )
    told = succession(data)
    _heirs(connection, told, as_of)
    connection.register("verdict", verdicts({"label": label}).to_arrow())
    for name, columns in _HELD.items():
        _view(connection, name, held[name], f"DISTINCT ON ({name}_id) {columns}")
    _card_view(connection, held, as_of)
    _granted_view(connection, held["opening"], as_of)
    connection.execute(f"CREATE VIEW traced AS {question('card')}")
    source = _answered(connection, told, span)
    for name, column in UNIT_COLUMNS.items():
        connection.execute(f"CREATE TYPE {name}_no AS ENUM ({_words(name, column)})")
    codes = ", ".join(
        f"CAST({column} AS {name}_no) AS {column}" for name, column in UNIT_COLUMNS.items()
    )
    months = "opened_month, known_month, CAST(self_found AS TINYINT) AS self_found"
    words = ", ".join(f"CAST({name} AS {name}_no) AS {name}" for name in PEERS)
    for name in PEERS:
        connection.execute(f"CREATE TYPE {name}_no AS ENUM ({_PEER_WORDS[name]})")
    connection.execute(
        f"CREATE TABLE attributed AS SELECT {words}, {codes}, {months} FROM {source}"
    )
    return span


def _heirs(
    connection: duckdb.DuckDBPyConnection, told: pl.DataFrame | None, as_of: datetime
) -> None:
    """Macros that say who answers for an institution or outlet in the end; itself where nobody took it over."""
    for unit_kind in ("institution", "outlet"):
        found = {} if told is None else heirs(told, unit_kind, as_of)
        answer = "unit_no"
        if found:
            rows = pl.DataFrame({"unit_id": list(found), "heir_id": list(found.values())})
            connection.execute(f"CREATE TABLE heir_{unit_kind} (unit_id VARCHAR, heir_id VARCHAR)")
            connection.register("rows_of_heirs", rows.to_arrow())
            connection.execute(
                f"INSERT INTO heir_{unit_kind} SELECT unit_id, heir_id FROM rows_of_heirs"
            )
            one = f"SELECT h.heir_id FROM heir_{unit_kind} AS h WHERE h.unit_id = unit_no"
            answer = f"COALESCE(({one}), unit_no)"
        connection.execute(f"CREATE MACRO heir_of_{unit_kind}(unit_no) AS {answer}")


def _answered(
    connection: duckdb.DuckDBPyConnection, told: pl.DataFrame | None, span: Horizon
) -> str:
    """The name of the view of traced cards in which those that moved are under who answers for them."""
    found = None if told is None else moves(told, span.as_of)
    if found is None or found.is_empty():
        connection.register("move", pl.DataFrame(schema={"holder_id": pl.String}).to_arrow())
        return "traced"
    connection.register("move", found.to_arrow())
    connection.register("judged", judged(span).to_arrow())
    connection.execute(f"CREATE VIEW answered AS {question('moved')}")
    kept = ", ".join(
        f"t.{name}"
        for name in (*PEERS, *UNIT_COLUMNS.values(), "opened_month", "known_month", "self_found")
        if name != "institution_id"
    )
    connection.execute(
        f"CREATE VIEW settled AS SELECT {kept}, COALESCE(a.answers_id, t.institution_id) AS institution_id "
        "FROM traced AS t LEFT JOIN answered AS a ON a.card_kind = t.card_kind AND a.card_id = t.card_id"
    )
    return "settled"


_PEER_WORDS = {
    "card_kind": "SELECT unnest(['account', 'sim'])",
    "card_class": "SELECT DISTINCT card_class FROM card ORDER BY card_class",
    "holder_kind": "SELECT unnest(['organisation', 'person'])",
    "channel": "SELECT DISTINCT word FROM (SELECT outlet_kind AS word FROM outlet UNION ALL SELECT 'unknown') ORDER BY word",
}


def _words(unit_kind: str, column: str) -> str:
    """SQL for every word of a unit's column, wherever it may come from, in order."""
    places = {
        "institution": ("card", "outlet"),
        "outlet": ("card", "opened", "staff"),
        "staff": ("card", "opened"),
        "region": ("outlet",),
    }[unit_kind]
    parts = " UNION ".join(f"SELECT {column} AS word FROM {place}" for place in places)
    if unit_kind == "institution":
        parts += " UNION SELECT holder_id AS word FROM move"
    return f"SELECT word FROM ({parts}) WHERE word IS NOT NULL ORDER BY word"


def _card_view(
    connection: duckdb.DuckDBPyConnection, held: Mapping[str, list[str]], as_of: datetime
) -> None:
    parts = []
    for kind, time in _CARDS.items():
        local = _LOCAL.format(time)
        _view(connection, kind, held[kind], "*")
        parts.append(
            f"SELECT '{kind}' AS card_kind, {kind}_id AS card_id, CAST({kind}_kind AS VARCHAR) AS card_class, "
            "holder_id, heir_of_institution(institution_id) AS institution_id, "
            "heir_of_outlet(outlet_id) AS outlet_id, staff_id, CAST(NULL AS INTEGER) AS opened_day, "
            f"{_MONTH.format(local)} AS opened_month FROM {kind} "
            f"WHERE epoch_us({time}) < {_micros(as_of)}"
        )
    connection.execute(f"CREATE VIEW card AS {' UNION ALL '.join(parts)}")


def _granted_view(connection: duckdb.DuckDBPyConnection, files: list[str], as_of: datetime) -> None:
    """The application that opened a card, of those cards only that do not say outlet and employee themselves."""
    _view(connection, "opening", files, "*")
    lacking = "SELECT card_kind, card_id FROM card WHERE outlet_id IS NULL OR staff_id IS NULL"
    known = f'card_id IS NOT NULL AND epoch_us("at") < {_micros(as_of)}'
    asked = (
        "SELECT CAST(card_kind AS VARCHAR) AS card_kind, card_id, "
        "heir_of_outlet(outlet_id) AS outlet_id, staff_id FROM opening "
        f"WHERE {known} AND (CAST(card_kind AS VARCHAR), card_id) IN ({lacking}) "
        'QUALIFY row_number() OVER (PARTITION BY card_kind, card_id ORDER BY "at", opening_id) = 1'
    )
    connection.execute(f"CREATE TABLE opened AS {asked}")


def _view(connection: duckdb.DuckDBPyConnection, name: str, files: list[str], columns: str) -> None:
    if not files:
        schema = (
            empty(name).with_columns(pl.col(pl.Enum).cast(pl.String))
            if empty(name).width
            else empty(name)
        )
        connection.register(f"no_{name}", schema.to_arrow())
        connection.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM no_{name}")
        return
    listed = ", ".join("'" + one.replace("'", "''") + "'" for one in files)
    connection.execute(
        f"CREATE VIEW {name} AS SELECT {columns} FROM read_parquet([{listed}], union_by_name := true)"
    )


def _write(
    connection: duckdb.DuckDBPyConnection,
    span: Horizon,
    regime: Regime,
    out: Path,
    found: list[str],
) -> int:
    """How many rows were written; a file a kind of unit and side, so that one at a time is held."""
    first = pl.DataFrame({"first_month": [span.first]}, schema={"first_month": pl.Int32})
    connection.register("horizon", first.to_arrow())
    weight = 1 if regime["scorecards.self_detected_counts"] else 0
    seen, count = None, 0
    for unit_kind, column in UNIT_COLUMNS.items():
        of_card = ", ".join((*PEERS, "opened_month", "known_month", "self_found"))
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW owned AS SELECT {column} AS unit_id, {of_card} FROM attributed"
        )
        answer = connection.sql(question("counted")).to_arrow_table()
        rows = pl.DataFrame(pl.from_arrow(answer))
        del answer
        seen = seen_by_kind(rows, span) if seen is None else seen
        for sheet in both_sides(unit_kind, rows, span, seen=seen, self_found_counts=weight):
            name = f"scorecard-{unit_kind}-{sheet.side}.parquet"
            cards = typed("scorecard", scorecard.rows_of(sheet, regime))
            cards.write_parquet(out / name)
            found.append(name)
            count += cards.height
    return count


def _files(data: Path, name: str) -> list[str]:
    return sorted(
        str(path) for path in data.glob(f"{name}*.parquet") if path.name[len(name)] in ".-"
    )


def _micros(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


def _count(connection: duckdb.DuckDBPyConnection) -> int:
    ((count,),) = connection.execute("SELECT COUNT(*) FROM attributed").fetchall()
    return int(count)
