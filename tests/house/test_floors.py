import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tree import FILES, ROOMS, ROOT, SRC, sources

LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--no-cache", "--config", str(folder / "pyproject.toml")]
    return subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nobody_imports_a_neighbour_or_upward():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("features/forged.py", "import duanka.store"),
        ("features/forged.py", "import duanka.policy"),
        ("tables/forged.py", "import duanka.jobs"),
        ("unplaced.py", "import duanka.errors"),
    ],
)
def test_the_contract_breaks_where_it_should(tmp_path, file, line):
    shutil.copytree(SRC, tmp_path / "src" / "duanka")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "src" / "duanka" / file).write_text(f"{line}\n", encoding="utf-8")
    assert lint(tmp_path).returncode != 0


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_of_the_plan_is_in(room):
    assert [path for path in sources(room) if path.name != "__init__.py"]
    assert (SRC / room / "__init__.py").exists()


def test_there_is_no_room_outside_the_plan():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = contract["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {room for layer in layers for room in layer.split(" | ")}
    assert placed == {*ROOMS, *(name.removesuffix(".py") for name in FILES)}
    inside = {path.name for path in SRC.iterdir() if path.name != "__pycache__"}
    assert inside == {*ROOMS, *FILES, "__init__.py", "py.typed"}
