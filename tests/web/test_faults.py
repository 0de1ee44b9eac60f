import ast
import re
from pathlib import Path

import pytest

import duanka
from duanka.errors import BadInput, Conflict, NotAllowed
from duanka.web.faults import plain, told

HAN = re.compile(r"[\u4e00-\u9fff]")
ROOT = Path(duanka.__file__).parent
RAISED = {"BadInput", "NotAllowed", "NotFound", "Conflict", "Unavailable", "NotIn"}


def faults_of(folder):
    """The faults that the files of a folder raise, formatted parts as a word."""
    for path in sorted((ROOT / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED and node.args:
                yield _text(node.args[0])


def _text(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(p.value if isinstance(p, ast.Constant) else "restrict" for p in node.values)
    return str(node.value) if isinstance(node, ast.Constant) else "restrict"


@pytest.mark.parametrize("text", sorted({*faults_of("web/pages"), *faults_of("cases")}))
def test_every_fault_of_a_page_or_a_case_is_told_in_chinese_and_in_english(text):
    error = BadInput(text, where="x", fix="say why")
    zh, fix = told(error, "zh")
    assert HAN.search(zh)
    assert fix == "请写明理由"
    en, fix = told(error, "en")
    assert en
    assert not HAN.search(en)
    assert fix == "say why"


def test_a_text_in_both_languages_is_split_wherever_the_chinese_stands():
    assert plain("too many words 内容过长", "zh") == "内容过长"
    assert plain("文件过大 too large", "en") == "too large"
    assert plain("只有中文", "en") == "只有中文"
    assert plain("only English", "zh") == "only English"


def test_what_nobody_foresaw_is_told_by_its_kind():
    assert told(NotAllowed("something new"), "zh") == ("不允许这样做", "")
    assert told(Conflict("case c-1 has changed since you looked"), "zh")[0].endswith("已被修改")
