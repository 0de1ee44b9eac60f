from duanka.jobs import backtest


def test_features_that_differ_are_shown_and_a_flood_is_cut():
    rows = [("transfer", "", 1_234, 2, 0, 0), ("transfer", "amount_fen", 1_234, 2, 0, 0)]
    text = backtest.text_of(rows).splitlines()
    assert text[0].split() == ["kind", "feature", "vectors", "mismatch", "missing", "extra"]
    assert text[2].split() == ["transfer", "amount_fen", "1,234", "2", "0", "0"]
    many = backtest.text_of(rows * 300)
    assert len(many.splitlines()) == backtest.MOST_SHOWN + 2
    assert "400 more" in many


def test_a_door_without_answers_says_so():
    assert "nothing was answered" in backtest.text_of([])
