"""Words that came with a form, made safe to be shown and to be put into a header."""

from __future__ import annotations

from urllib.parse import quote


def file_name(told: str) -> str:
    r"""The last part of a file's name, at most a hundred letters, without anything that is not to be printed.

    Example:
        >>> file_name("C:\\x\\回函.pdf"), file_name("../../etc/passwd"), file_name("")
        ('回函.pdf', 'passwd', 'file')
    """
    last = told.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable() and letter not in '"<>|*?:;')
    return plain.strip(" .")[-100:] or "file"


def attached(name: str) -> dict[str, str]:
    """The headers that make a browser keep a file instead of showing it, under its name.

    Example:
        >>> attached("回函.pdf")["content-disposition"]
        "attachment; filename*=UTF-8''%E5%9B%9E%E5%87%BD.pdf"
    """
    return {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
