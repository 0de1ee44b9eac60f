import zipfile
from io import BytesIO

import pytest

from duanka.errors import BadInput
from duanka.web.filed import MOST_BYTES, refuse


def office(*names):
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return held.getvalue()


GOOD = (
    ("a.pdf", b"%PDF-1.7"),
    ("a.PNG", b"\x89PNG\r\n\x1a\n0"),
    ("a.jpeg", b"\xff\xd8\xff0"),
    ("a.docx", office("[Content_Types].xml", "word/document.xml")),
    ("a.xlsx", office("[Content_Types].xml", "xl/workbook.xml")),
    ("a.txt", "回函".encode("gb18030")),
    ("a.csv", "回函".encode()),
)
BAD = (
    ("a.pdf", b""),
    ("a.pdf", b"MZ"),
    ("a.pdf", b"%PDF-1.7 /JavaScript (app.alert(1))"),
    ("a.html", b"<script>"),
    ("a.svg", b"<svg onload='x'>"),
    ("a.docx", office("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
    ("a.docx", office("[Content_Types].xml", "xl/workbook.xml")),
    ("a.xlsx", b"PK\x03\x04 torn"),
    ("a.txt", b"a\0b"),
    ("a.txt", b"\xff\xff\xff"),
    ("pdf", b"%PDF-1.7"),
    ("a.pdf", b"%PDF-" + b"0" * MOST_BYTES),
)


@pytest.mark.parametrize(("name", "raw"), GOOD)
def test_papers_and_pictures_are_kept(name, raw):
    refuse(name, raw)


@pytest.mark.parametrize(("name", "raw"), BAD)
def test_what_is_not_what_it_says_or_could_run_is_refused(name, raw):
    with pytest.raises(BadInput):
        refuse(name, raw)
