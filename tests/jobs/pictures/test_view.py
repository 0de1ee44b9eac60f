from duanka.jobs.pictures.view import branches, in_columns, width


def test_a_loop_is_opened_once():
    children = {"a": [("b", "B")], "b": [("a", "A")]}
    assert branches(children, "a", most=9) == ["└─ B", "   └─ A"]


def test_a_tree_too_long_says_how_much_is_left_out():
    children = {"a": [(str(n), str(n)) for n in range(10)]}
    lines = branches(children, "a", most=4)
    assert len(lines) == 5
    assert "6 more" in lines[-1]
    assert branches({}, "a", most=4) == []


def test_columns_stand_under_one_another_in_either_script():
    lines = in_columns(["编号", "n"], [["x", "1"], ["很长的字", "2"]])
    assert [width(line) - 1 for line in lines] == [10, 10, 10]
