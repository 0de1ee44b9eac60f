import pytest

from duanka.errors import BadInput
from duanka.governance.letters import PAGE, quoted
from duanka.jobs import publish_pdf


def test_the_same_page_is_the_same_pdf_and_text_is_never_markup():
    harmless = quoted('#panic() "x" 暂停')
    source = f"{PAGE}\n#{harmless}\n"
    made = publish_pdf.pdf(source)
    assert made.startswith(b"%PDF")
    assert publish_pdf.pdf(source) == made


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(publish_pdf, "can_print", lambda: False)
    with pytest.raises(BadInput, match="extra"):
        publish_pdf.pdf("x")
