"""Nothing of the machine it was made on, and of nobody's person, is in the repository."""

import re

import pytest

from tree import short, texts

MACHINE = re.compile(r"(?<![\w.~$}*/-])/(?:work|root|home|opt|Users)/[\w.]")
HOSTS = re.compile(
    "|".join(
        re.escape(f"{name}.{end}")
        for name, end in (
            ("py" + "pi", "org"),
            ("pythonhosted", "org"),
            ("debian", "org"),
            ("np" + "mjs", "com"),
            ("np" + "mjs", "org"),
            ("crates", "io"),
            ("conda", "anaconda.org"),
        )
    )
)
REAL_PHONE = re.compile(r"(?<![\dA-Fa-f.])1[3-9]\d{9}(?![\dA-Fa-f.])")


@pytest.mark.parametrize("pattern", [MACHINE, HOSTS], ids=["machine paths", "registry hosts"])
def test_the_repository_names_no(pattern):
    found = [
        f"{short(path)}:{number}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


def test_documents_and_data_name_no_allocated_mobile_number():
    """Numbers in documents and layouts come from prefixes that were never handed out (100–129)."""
    found = [
        short(path)
        for path, text in texts()
        if path.suffix in {".md", ".yaml", ".csv"} and REAL_PHONE.search(text)
    ]
    assert not found, "\n".join(found)


def test_the_patterns_find_what_they_are_for():
    assert MACHINE.search("see " + "/ro" + "ot/x")
    assert MACHINE.search('"' + "/wo" + "rk/main")
    assert not MACHINE.search("https://example/wo" + "rk/x")
    assert HOSTS.search("https://py" + "pi.org/simple")
    assert REAL_PHONE.search("call 138" + "00000000 now")
