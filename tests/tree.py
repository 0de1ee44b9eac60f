"""What the house rules look at: the files of this checkout and their syntax trees."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "duanka"
ROOMS = (
    "cases", "features", "governance", "intercept", "jobs", "leads", "models",
    "network", "policy", "simulate", "store", "tables", "verbs", "web",
)  # fmt: skip
FILES = ("cli.py", "errors.py", "settings.py")
NOT_TEXT = {".parquet", ".xlsx", ".gz", ".png", ".npz", ".zip"}


def sources(*rooms: str) -> list[Path]:
    """The Python files of these rooms, or of the whole house."""
    folders = [SRC / room for room in rooms] if rooms else [SRC]
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def short(path: Path) -> str:
    """The path as a reader of a message knows it."""
    return path.relative_to(ROOT).as_posix()


@cache
def kept() -> tuple[Path, ...]:
    """Every file that is or would be in the repository: tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = (ROOT / name for name in sorted(set(listed.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file())


def texts() -> list[tuple[Path, str]]:
    """Every kept text file with its text."""
    files = (path for path in kept() if path.suffix not in NOT_TEXT)
    return [(path, path.read_bytes().decode("utf-8", errors="replace")) for path in files]


def dotted(node: ast.AST) -> str:
    """`a.b.c` for an attribute or a name, else nothing."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""
