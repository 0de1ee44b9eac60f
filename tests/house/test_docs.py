"""The pages say what the code says: nothing that a user meets is missing, no link leads nowhere."""

import importlib.util
import re

import pytest
import typer

from duanka.cli import app
from tree import ROOMS, ROOT, SRC, kept, short

DOCS = ROOT / "docs"


def generator():
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_generated_pages_are_current():
    assert generator().stale() == [], "run `make docs`"


def test_every_column_of_every_table_is_in_the_dictionary():
    from duanka import tables

    words = page("data-dictionary.md")
    for name in tables.INPUTS | tables.OUTPUTS:
        assert f"`{name}`" in words
        assert not [one.name for one in tables.columns(name) if f"`{one.name}`" not in words]


def test_every_feature_is_in_the_catalogue_and_every_parameter_in_the_reference():
    from duanka.features import catalogue
    from duanka.policy.dated import load

    features = [name for one in catalogue.SUBJECTS for name in catalogue.names_of(one)]
    shown = page("feature-catalogue.md")
    assert not [name for name in features if f"`{name}`" not in shown]
    policy, shown = load(), page("policy-reference.md")
    entries = [*policy.parameters, *policy.tables, *policy.measures]
    assert not [name for name in entries if f"`{name}`" not in shown]


def test_every_verb_and_error_is_on_the_page_of_commands():
    from duanka import errors

    words = page("cli.md")
    for name in typer.main.get_command(app).commands:
        assert f"`duanka {name}" in words
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, errors.DuankaError):
            assert f"`{name}`" in words


@pytest.mark.parametrize("path", [p for p in kept() if p.suffix == ".md"], ids=short)
def test_links_lead_somewhere_and_verbs_exist(path):
    text = path.read_text(encoding="utf-8")
    verbs = set(typer.main.get_command(app).commands)
    for target in re.findall(r"\]\((?!https?://|#)([^)\s]+)\)", text):
        assert (path.parent / target.split("#")[0]).exists(), target
    assert set(re.findall(r"`(?:\.venv/bin/)?duanka ([a-z-]+)", text)) <= verbs


@pytest.mark.parametrize(
    "name", ["words", "index", "tasks/load-your-data", "tasks/train", "tasks/tune-policy"]
)
def test_what_a_user_reads_first_is_there_in_both_languages(name):
    assert len(page(f"{name}.md")) > 400
    assert re.search(r"[\u4e00-\u9fff]{2}", page(f"{name}.zh.md"))


def test_the_walks_name_functions_that_exist():
    """`room.file.name` must be a name of that file; `room.file` alone, or a path, must be there."""
    text = page("walks.md") + page("architecture.md") + page("features.md")
    rooms = "|".join(ROOMS)
    named = set(re.findall(rf"\b({rooms})\.(?!py\b)([a-z_0-9]+)(?:\.([a-z_]+))?\b(?!/)", text))
    lost = []
    for room, file, name in sorted(named):
        module = SRC / room / f"{file}.py"
        if not module.exists() or (
            name and not re.search(rf"\b{name}\b", module.read_text("utf-8"))
        ):
            lost.append(f"{room}.{file}.{name}")
    paths = re.findall(rf"`((?:{rooms})/[a-z_/0-9]+\.py)`", text)
    assert not lost + [path for path in paths if not (SRC / path).exists()]
    assert len(named) >= 20


def test_every_layout_is_named_where_a_user_looks_for_it():
    shipped = [path.stem for path in (SRC / "tables" / "layouts").glob("*.yaml")]
    assert shipped
    for name in ("tasks/load-your-data.md", "tasks/load-your-data.zh.md"):
        assert not [layout for layout in shipped if f"`{layout}`" not in page(name)]


@pytest.mark.parametrize("name", ["tune-policy.md", "tune-policy.zh.md"])
def test_the_folder_that_the_policy_page_has_you_write_passes(name, tmp_path):
    from duanka.policy import dated, examples

    written = re.findall(r"cat > (\S+) <<'YAML'\n(.*?)YAML\n", page(f"tasks/{name}"), re.DOTALL)
    assert len(written) == 2
    for file, text in written:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    ours = [tmp_path / "ours"]
    assert not examples.run(dated.load(ours), dated.examples(ours)).faults
