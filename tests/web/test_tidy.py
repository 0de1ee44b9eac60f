import pytest

from duanka.web.tidy import attached, file_name


@pytest.mark.parametrize(
    ("told", "kept"),
    [("a\r\nset-cookie: x.pdf", "aset-cookie x.pdf"), ("...", "file"), ("x" * 300, "x" * 100), ("\u202efdp.exe", "fdp.exe")],
)  # fmt: skip
def test_a_name_is_only_a_name(told, kept):
    assert file_name(told) == kept


def test_no_name_breaks_the_header():
    told = attached('a"\r\nb.pdf')["content-disposition"]
    assert "\r" not in told
    assert '"' not in told
