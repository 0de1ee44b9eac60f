"""How the code is written: first sentences, sizes, names, nothing left for later."""

import ast
import re

from tree import SRC, parsed, short, sources, texts

LONGEST = 300
LONGER_FOR_A_REASON = {
    "src/duanka/features/kernel.py": "the only window arithmetic in the house stands in one place",
}
NOBODY_DECIDED_WHOSE_THIS_IS = [
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "base",
    "core",
    "manager",
    "service",
    "dto",
]


def public(tree: ast.Module):
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) and node.name[0] != "_" else [node]
        for one in inside:
            if not isinstance(one, ast.FunctionDef) or one.name.startswith("_"):
                continue
            if not says_it_by_its_name(one):
                yield one


def says_it_by_its_name(one) -> bool:
    """A property of one line, such as `count`."""
    marks = {getattr(mark, "id", "") for mark in one.decorator_list}
    return "property" in marks and len(one.body) == 1


def test_every_file_and_public_function_begins_with_a_sentence():
    bare = []
    for path in sources():
        tree = parsed(path)
        # what a page does, its address and template say (house.md section 8)
        pages = short(path).startswith("src/duanka/web/pages/")
        for node in (tree,) if pages else (tree, *public(tree)):
            words = (ast.get_docstring(node) or "").strip().split("\n\n")[0]
            if len(words.split()) < 2 and not re.search(r"[\u4e00-\u9fff]{4}", words):
                bare.append(f"{short(path)}:{getattr(node, 'lineno', 1)}")
    assert not bare, "\n".join(bare)


def test_no_file_is_too_long_to_read():
    lines = {short(path): len(path.read_bytes().splitlines()) for path in sources()}
    long = {name: count for name, count in lines.items() if count > LONGEST}
    assert not set(long) - set(LONGER_FOR_A_REASON), long


def test_no_file_is_named_for_a_decision_nobody_took():
    named = [
        short(path)
        for path in SRC.rglob("*")
        if set(re.split(r"[_.]", path.name.lower())) & set(NOBODY_DECIDED_WHOSE_THIS_IS)
    ]
    assert not named, "\n".join(named)


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
    left = [
        f"{short(path)}:{number}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if path.suffix in {".py", ".yaml", ".md", ".sql"} and marks.search(line)
    ]
    assert not left, "\n".join(left)


def test_only_the_command_prints():
    calls = [
        f"{short(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
        and path.name != "cli.py"
    ]
    assert not calls, "\n".join(calls)
