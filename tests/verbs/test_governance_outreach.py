import re

import pytest
import typer
from typer.testing import CliRunner

from duanka.verbs import governance_outreach
from published import data, month, world


@pytest.fixture
def asked(tmp_path):
    def ask(*words):
        app = typer.Typer()
        governance_outreach.add(app)
        app.command("x")(lambda: None)
        told = [str(word) for word in ("outreach", *words)]
        done = CliRunner().invoke(app, [*told, "--ledger", str(tmp_path / "ledger.db")])
        return done.exit_code, done.output + str(done.exception or "")

    return ask


def test_a_months_groups_are_drawn_said_to_be_told_and_measured(asked):
    code, said = asked("assign", data(), month())
    assert code == 0, said
    assert re.search(r"groups [1-9]\d*  taught [1-9]", said)
    code, said = asked("list")
    group = re.search(r"(o-[0-9a-f]{24})  assigned", said)[1]
    learner = re.search(r"(t-[0-9a-f]{24})  assigned", said)[1]
    assert asked("delivered", group, "--count", "5")[0] == 0
    assert "delivered" in asked("list")[1]
    code, said = asked("trained", learner)
    assert code == 0, said
    assert "it is done" in asked("trained", learner)[1]
    code, said = asked("effect", data(), "--as-of", world().as_of.isoformat())
    assert code == 0, said
    assert re.search(r"training 培训: \d+ employees, 1 done", said)
