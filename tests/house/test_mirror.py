"""Every file with code has its test of the same name, and every test its file."""

import ast

from tree import ROOMS, ROOT, SRC, parsed, short, sources

TESTED_TOGETHER: dict[str, str] = {}
"""Source file → the test that covers it with its siblings. Keep this short, and say why."""
OTHER_TESTS: dict[str, str] = {}
"""A test in a room that mirrors no single file, with the reason."""


def has_code(path) -> bool:
    quiet = (ast.Import, ast.ImportFrom, ast.Expr)
    body = [node for node in parsed(path).body if not isinstance(node, quiet)]
    names_only = all(isinstance(node, (ast.Assign, ast.AnnAssign, ast.If)) for node in body)
    return not (path.name == "__init__.py" and (names_only or len(body) <= 3))


def mirror(path):
    inside = path.relative_to(SRC)
    return ROOT / "tests" / inside.parent / f"test_{inside.name}"


def test_every_source_file_has_its_test():
    missing = [
        short(path)
        for path in sources()
        if has_code(path) and not mirror(path).exists() and short(path) not in TESTED_TOGETHER
    ]
    assert not missing, "\n".join(missing)


def test_every_test_has_its_source_file():
    expected = {mirror(path) for path in sources()}
    folders = [ROOT / "tests" / room for room in ROOMS]
    found = {path for folder in folders for path in folder.rglob("test_*.py")}
    found |= set((ROOT / "tests").glob("test_*.py"))
    stray = {short(path) for path in found - expected} - set(OTHER_TESTS)
    assert not stray, "\n".join(stray)


def test_exemptions_name_files_that_exist():
    for source, test in TESTED_TOGETHER.items():
        assert (ROOT / source).exists()
        assert (ROOT / test).exists()
    for test in OTHER_TESTS:
        assert (ROOT / test).exists()
