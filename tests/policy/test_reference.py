from duanka.policy.dated import load
from duanka.policy.reference import markdown

POLICY = load()
PAGE = markdown(POLICY)


def test_everything_is_on_the_page_in_both_languages():
    versions = [*POLICY.parameters.values(), *POLICY.tables.values(), *POLICY.measures.values()]
    for found in versions:
        assert f"`{found[0].name}`" in PAGE
        assert found[0].label.zh in PAGE
        assert found[0].label.en in PAGE
    for reason in POLICY.reasons.values():
        assert reason.label.zh in PAGE
    assert POLICY.version in PAGE


def test_doubt_is_visible():
    lines = [line for line in PAGE.splitlines() if "`leads.stop_payment_hours`" in line]
    assert len(lines) == 1
    assert "unverified" in lines[0]
    verified = next(line for line in PAGE.splitlines() if "`appeals.lift_at_once`" in line)
    assert "unverified" not in verified


def test_conditions_read_as_they_are_meant():
    assert "amount_fen" in PAGE
    assert "500000 ≤ amount_fen" in PAGE
    assert "payer_tier = suspicious \\| high_risk" in PAGE
    assert "score < 0.95" in PAGE


def test_every_line_of_a_table_has_as_many_cells_as_its_head():
    width = 0
    for line in PAGE.splitlines():
        cells = line.replace("\\|", "").count("|") if line.startswith("|") else 0
        assert not (width and cells) or cells == width, line
        width = cells
