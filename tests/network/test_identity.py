import polars as pl

from duanka.network.identity import FATES, follow, renamed


def table(**networks):
    rows = [(n, "account", m) for n, members in networks.items() for m in members]
    return pl.DataFrame(rows, schema=["network_id", "subject_kind", "subject_id"], orient="row")


def told(followed):
    return {r["network_id"]: (r["fate"], r["from_ids"]) for r in followed.history.to_dicts()}


def test_a_network_that_grew_keeps_its_id():
    f = follow(table(old="abc"), table(new="abcd"))
    assert f.ids.rows() == [("new", "old")]
    assert told(f) == {"old": ("continued", ["old"])}
    assert f.history["members_count"].to_list() == [4]
    assert f.history["kept_count"].to_list() == [3]


def test_two_that_became_one_are_merged_under_the_larger_ones_id():
    f = follow(table(p="abcd", q="ef"), table(new="abcdef"))
    assert told(f) == {"p": ("merged", ["p", "q"])}


def test_of_a_network_that_broke_the_largest_part_keeps_the_id():
    f = follow(table(old="abcde"), table(x="abc", y="de"))
    assert f.ids.rows() == [("x", "old"), ("y", "y")]
    assert told(f) == {"old": ("continued", ["old"]), "y": ("split", ["old"])}


def test_what_is_new_is_detected_and_what_is_gone_closed():
    f = follow(table(gone="ab"), table(new="cd"))
    assert told(f) == {"gone": ("closed", ["gone"]), "new": ("detected", [])}


def test_a_new_network_never_takes_an_id_that_stood_for_another():
    f = follow(table(n="ab", m="xyz"), table(n="xyz"))
    assert f.ids.rows() == [("n", "m")]
    g = follow(table(n="ab"), table(n="cd"))
    assert g.ids["lasting_id"][0] != "n"
    assert told(g)["n"] == ("closed", ["n"])


def test_nothing_before_and_nothing_after():
    assert told(follow(table(), table(n="ab"))) == {"n": ("detected", [])}
    assert told(follow(table(n="ab"), table())) == {"n": ("closed", ["n"])}
    assert {fate for fate, _ in told(follow(table(n="ab"), table())).values()} <= set(FATES)


def test_tables_are_renamed_and_what_has_no_lasting_id_stays():
    f = follow(table(old="abc"), table(new="abc", other="z"))
    named = renamed(table(new="a", other="z"), f.ids)
    assert named["network_id"].to_list() == ["old", "other"]
    assert named.columns == ["network_id", "subject_kind", "subject_id"]
