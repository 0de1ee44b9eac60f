"""How columns are declared."""

import dataframely as dy
import polars as pl

from duanka.tables.column import dtype, fen, identity, infos, texts, word


class Example(dy.Schema):
    one_id = identity("编号", "id", "key")
    kind = word("类别", "kind", ("b", "a"), "*")
    paid_fen = fen("金额", "money", least=1)
    reasons = texts("原因", "reasons")


def test_what_was_declared_can_be_read_back():
    one, kind, paid, reasons = infos(Example)
    assert (one.name, one.primary, one.required, one.zh) == ("one_id", True, True, "编号")
    assert (kind.words, kind.required, kind.primary) == (("b", "a"), True, False)
    assert (paid.least, paid.required) == (1, False)
    assert reasons.kind == "list"


def test_types_follow_kinds_and_words_keep_their_order():
    one, kind, paid, reasons = (dtype(info) for info in infos(Example))
    assert (one, paid, reasons) == (pl.String, pl.Int64, pl.List(pl.String))
    assert kind == pl.Enum(["b", "a"])
