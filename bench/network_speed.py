"""How fast networks and tracing are: components and lost money beside peers, on one graph in one run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from measure import keep, show, timed

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Ends = tuple[NDArray[np.int32], NDArray[np.int32]]

EDGES, QUICK_EDGES = 10_000_000, 1_000_000
NODES_PER_EDGE = 0.6
TRANSFERS, QUICK_TRANSFERS = 10_000_000, 1_000_000
SEEDS = 2_000
PEER_SEEDS = 50
HOPS = 4
NEXT_ROWS = 200_000
"""Peers look only so far ahead: without a bound DuckDB does not come to an end."""
TOO_SLOW_S = 60.0


def bench(*, quick: bool) -> dict[str, Any]:
    """All figures of this file, printed and kept."""
    found = {"components": _components(quick=quick), "tracing": _tracing(quick=quick)}
    keep("speed_networks", found)
    return found


def graph(edges: int) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
    """Random edges with hubs: a tenth of them end at one of a hundred nodes."""
    import numpy as np

    rng = np.random.default_rng(4)
    nodes = int(edges * NODES_PER_EDGE)
    left, right = (rng.integers(0, nodes, edges, dtype=np.int32) for _ in range(2))
    hub = rng.random(edges) < 0.1
    right[hub] = rng.integers(0, 100, int(hub.sum()), dtype=np.int32)
    return left, right, nodes


def _components(*, quick: bool) -> list[dict[str, Any]]:
    from duanka.network.components import components

    edges = QUICK_EDGES if quick else EDGES
    left, right, nodes = graph(edges)
    components(left[:10], right[:10], nodes)
    peers: dict[str, Callable[[Ends, int], int]] = {
        "duanka union-find": lambda ends, n: len(set(components(*ends, n).tolist())),
        "scipy": _scipy,
        "networkit (graph built too)": _networkit,
        "rustworkx (graph built too)": _rustworkx,
        "igraph (graph built too)": _igraph,
        "duckdb recursive": _duckdb_components,
    }
    rows: list[dict[str, Any]] = []
    for name, call in peers.items():
        part = edges if "duckdb" not in name else edges // 1000
        ends, size = (left[:part], right[:part]), nodes
        if part != edges:
            size = int(part * NODES_PER_EDGE)
            ends = (ends[0] % size, ends[1] % size)
        try:
            ran = timed(lambda ends=ends, size=size, call=call: call(ends, size), 1)  # type: ignore[misc]
        except ImportError as absent:
            print(f"   not beside us: {absent}")
            continue
        rows.append({"what": name, "edges": part, "cpu_s": ran.cpu_s, "components": ran.value})
        if name == "duanka union-find":
            pure = timed(lambda: components(left, right, nodes), 3)
            rows[0]["cpu_s"] = pure.cpu_s
    assert len({row["components"] for row in rows if row["edges"] == edges}) == 1
    show(
        f"components of {edges:,} edges, {nodes:,} nodes (one core)",
        ["", "edges", "CPU s", "M edges a CPU s", "components"],
        [[r["what"], r["edges"], r["cpu_s"], r["edges"] / max(r["cpu_s"], 1e-9) / 1e6, r["components"]] for r in rows],
        note="the recursive query of DuckDB runs on a thousandth of the edges, folded onto as many nodes",
    )  # fmt: skip
    return rows


def _scipy(ends: Ends, nodes: int) -> int:
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(len(ends[0]), np.int8)
    matrix = coo_array((ones, ends), shape=(nodes, nodes))
    return int(connected_components(matrix, directed=False)[0])


def _networkit(ends: Ends, nodes: int) -> int:
    import networkit

    networkit.setNumberOfThreads(1)
    built = networkit.graph.GraphFromCoo(ends, n=nodes, weighted=False, directed=False)
    found = networkit.components.ConnectedComponents(built)
    found.run()
    return int(found.numberOfComponents())


def _rustworkx(ends: Ends, nodes: int) -> int:
    import rustworkx

    built = rustworkx.PyGraph()
    built.add_nodes_from(range(nodes))
    built.add_edges_from_no_data(list(zip(ends[0].tolist(), ends[1].tolist(), strict=True)))
    return int(rustworkx.number_connected_components(built))


def _igraph(ends: Ends, nodes: int) -> int:
    import igraph
    import numpy as np

    return len(igraph.Graph(n=nodes, edges=np.column_stack(ends)).connected_components("weak"))


def _duckdb_components(ends: Ends, nodes: int) -> int:
    import duckdb
    import polars as pl

    edges = pl.DataFrame({"a": ends[0], "b": ends[1]})
    with duckdb.connect(config={"threads": 1}) as base:
        base.register("edge", edges.to_arrow())
        (count,) = base.execute(
            "WITH RECURSIVE pair AS (SELECT a, b FROM edge UNION ALL SELECT b, a FROM edge),"
            " reach AS (SELECT i AS n, i AS root FROM range(?) t(i)"
            " UNION SELECT b, root FROM reach JOIN pair ON reach.n = pair.a WHERE root < b)"
            " SELECT count(DISTINCT least) FROM (SELECT n, min(root) AS least FROM reach GROUP BY n)",
            [nodes],
        ).fetchone() or (0,)
    return int(count)


def transfers(count: int) -> pl.DataFrame:
    """Payments over ninety days between accounts, with hubs that are paid by everybody."""
    import numpy as np
    import polars as pl

    rng = np.random.default_rng(5)
    accounts = count // 50
    payer, payee = (rng.integers(0, accounts, count) for _ in range(2))
    hub = rng.random(count) < 0.05
    payee[hub] = rng.integers(0, 20, int(hub.sum()))
    at = np.sort(rng.integers(0, 90 * 86_400_000_000, count))
    frame = pl.DataFrame(
        {"payer": payer, "payee": payee, "at": at, "amount_fen": rng.integers(100, 10**6, count)}
    )
    return frame.select(
        pl.int_range(pl.len()).cast(pl.String).alias("transfer_id"),
        pl.from_epoch("at", time_unit="us").dt.replace_time_zone("UTC").alias("at"),
        pl.format("a{}", "payer").alias("payer_id"),
        pl.format("a{}", "payee").alias("payee_id"),
        "amount_fen",
        pl.lit(None, pl.Int64).alias("payer_balance_fen"),
        pl.lit(None, pl.Int64).alias("payee_balance_fen"),
        pl.lit("success").alias("outcome"),
    )  # fmt: skip


def _tracing(*, quick: bool) -> list[dict[str, Any]]:
    import numpy as np

    from duanka.network import book as books
    from duanka.network.loss import Losses
    from duanka.network.purse import FIFO, PRO_RATA
    from duanka.network.walk import Limits, walk

    count = QUICK_TRANSFERS if quick else TRANSFERS
    frame = transfers(count)
    end = frame["at"].max()
    begun = time.process_time()
    book, _ = books.build(books.moved(frame, as_of=end))
    built_s = time.process_time() - begun
    rng = np.random.default_rng(6)
    rows_of = np.sort(rng.choice(len(book.payer) // 2, SEEDS, replace=False)).astype(np.int32)
    losses = Losses(np.arange(SEEDS + 1), rows_of, book.amount[rows_of], np.zeros(SEEDS, np.int64))
    found: list[dict[str, Any]] = []
    for name, way in (("first in first out", FIFO), ("pro-rata", PRO_RATA)):
        for budget in (100, 20_000):
            limits = Limits(HOPS, budget, 100_00, way)
            walk(
                book,
                Losses(np.arange(3), rows_of[:2], book.amount[rows_of[:2]], np.zeros(2, np.int64)),
                limits,
            )
            ran = timed(lambda limits=limits: walk(book, losses, limits), 1)  # type: ignore[misc]
            cut = int(ran.value.ends[:, 1].sum())
            found.append({"what": f"duanka {name}, budget {budget:,}", "seeds": SEEDS, "cpu_s": ran.cpu_s,
                          "payments": len(ran.value.flow), "cut": cut})  # fmt: skip
    found += _peers(book, rows_of)
    show(
        f"lost money over {count:,} transfers, {HOPS} hops, no less than 100 yuan followed (one core)",
        ["", "seeds", "seeds a CPU s", "payments found", "seeds cut by budget"],
        [[r["what"], r["seeds"], r["seeds"] / max(r["cpu_s"], 1e-9), r["payments"], r["cut"]] for r in found],
        note=f"the book was built once in {built_s:.1f} CPU s; peers only reach, in time order, and attribute no money",
    )  # fmt: skip
    return found


def _peers(book: Any, rows_of: NDArray[np.int32]) -> list[dict[str, Any]]:
    """What may be reached from each seed by later payments within the hops: the first half of tracing."""
    peers: dict[str, Callable[[Any, NDArray[np.int32]], Callable[[], int]]] = {
        f"duckdb recursive, {HOPS - 1} hops, next {NEXT_ROWS:,} rows": _duckdb_reach,
        f"igraph, {HOPS - 1} hops, next {NEXT_ROWS:,} rows": _igraph_reach,
        f"rustworkx, {HOPS - 1} hops, next {NEXT_ROWS:,} rows": _rustworkx_reach,
        f"numpy and scipy, {HOPS - 1} hops, next {NEXT_ROWS:,} rows": _scipy_reach,
    }
    found = []
    for name, prepare in peers.items():
        try:
            call = prepare(book, rows_of[:PEER_SEEDS])
        except ImportError as absent:
            print(f"   not beside us: {absent}")
            continue
        ran = timed(call, 1)
        found.append({"what": name, "seeds": PEER_SEEDS, "cpu_s": ran.cpu_s, "payments": ran.value, "cut": None})  # fmt: skip
    told = {row["payments"] for row in found}
    assert len(told) == 1, f"peers disagree: {found}"
    return found


def _duckdb_reach(book: Any, seeds: NDArray[np.int32]) -> Callable[[], int]:
    import duckdb
    import polars as pl

    edges = pl.DataFrame({"n": range(len(book.payer)), "payer": book.payer, "payee": book.payee})
    lake = duckdb.connect(config={"threads": 1})
    lake.register("edge", edges.to_arrow())
    lake.register("seed", pl.DataFrame({"seed": seeds}).to_arrow())
    lake.execute("CREATE TABLE e AS SELECT * FROM edge ORDER BY payer, n")

    def ask() -> int:
        (count,) = lake.execute(
            "WITH RECURSIVE w AS (SELECT seed, n, payee, 1 AS hop FROM seed JOIN e ON e.n = seed.seed"
            " UNION SELECT w.seed, e.n, e.payee, hop + 1 FROM w JOIN e ON e.payer = w.payee AND e.n > w.n"
            " AND e.n < w.n + ? WHERE hop < ?) SELECT count(DISTINCT (seed, n)) FROM w", [NEXT_ROWS, HOPS - 1]
        ).fetchone() or (0,)  # fmt: skip
        return int(count)

    return ask


def _reach(seeds: NDArray[np.int32], payee: Any, paid_by: Callable[[int], Any]) -> int:
    """Payments reached of all seeds, asked payment by payment of a peer that knows who paid what."""
    total = 0
    for seed in seeds.tolist():
        hop, front, seen = 1, {seed}, {seed}
        while hop < HOPS - 1:
            hop += 1
            front = {m for n in front for m in paid_by(int(payee[n])) if n < m < n + NEXT_ROWS}
            seen |= front
        total += len(seen)
    return total


def _igraph_reach(book: Any, seeds: NDArray[np.int32]) -> Callable[[], int]:
    import igraph
    import numpy as np

    ends = np.column_stack([book.payer, book.payee])
    graph = igraph.Graph(n=len(book.accounts), edges=ends, directed=True)
    return lambda: _reach(seeds, book.payee, lambda a: graph.incident(a, mode="out"))


def _rustworkx_reach(book: Any, seeds: NDArray[np.int32]) -> Callable[[], int]:
    import rustworkx

    graph = rustworkx.PyDiGraph()
    graph.add_nodes_from(range(len(book.accounts)))
    rows = range(len(book.payer))
    graph.add_edges_from(list(zip(book.payer.tolist(), book.payee.tolist(), rows, strict=True)))
    return lambda: _reach(seeds, book.payee, lambda a: (row for _, _, row in graph.out_edges(a)))


def _scipy_reach(book: Any, seeds: NDArray[np.int32]) -> Callable[[], int]:
    import numpy as np
    from scipy.sparse import csr_array

    rows = np.arange(len(book.payer))
    shape = (len(book.accounts), len(book.payer))
    paid = csr_array((np.ones(len(rows), np.int8), (book.payer, rows)), shape=shape)
    paid.sort_indices()

    def paid_by(account: int) -> Any:
        return paid.indices[paid.indptr[account] : paid.indptr[account + 1]].tolist()

    return lambda: _reach(seeds, book.payee, paid_by)
