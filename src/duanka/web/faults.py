"""Faults in the reader's language: what went wrong and what to do, split where a text holds both, else looked up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duanka.errors import DuankaError

_HAN = re.compile(r"[\u3400-\u9fff\uff01-\uff5e\u3001-\u3011]")
_WORDS = {
    "a SIM is verified again before it is limited": "限制电话卡之前，须先请持有人重新核验",
    "a card is suspended before it is closed": "销户（销号）之前须先暂停",
    "a decision without a reason": "决定须写明理由",
    "a reviewer answers appeals": "申诉由复核员答复",
    "a stronger measure needs a finding of its own": "更重的措施须另有依据",
    "an answer without reason": "答复须写明理由",
    "an appeal cleared this card": "这张卡的申诉已经成立",
    "an order of the police is lifted by their document": "执行公安机关决定的措施，凭其解除文书解除",
    "ask a second person": "请另一位同事办理",
    "ask an analyst": "请研判员办理",
    "ask an officer": "请处置员办理",
    "ask an officer or reviewer": "请处置员或复核员办理",
    "ask somebody of that institution and region": "请该机构、该地区的同事办理",
    "four eyes: not your own": "四眼原则：不能复核自己的结论",
    "give it to a reviewer who took no part": "请未参与决定的复核员办理",
    "go back to the list": "请返回列表",
    "have it assigned": "请先分派",
    "have it assigned to you": "请先分派给自己",
    "it is with somebody else": "正由他人办理",
    "look at it again": "请重新查看",
    "look at it again, then decide": "请重新查看后再作决定",
    "nobody decides twice, or on their own proposal": "同一人不能重复决定，也不能决定自己的建议",
    "only a proposal is decided": "只有待决定的措施可以决定",
    "open the page again": "请重新打开页面",
    "open the page again and repeat": "请重新打开页面再操作",
    "say in a few words what it is for": "请简要写明用途",
    "say why": "请写明理由",
    "say why in a few words": "请简要写明理由",
    "see that it is whole": "请核对编号是否完整",
    "see that the id is right": "请核对编号",
    "see that the id is right and is yours to see": "请核对编号，以及是否在您的查看范围内",
    "send a file first": "请先导入文件",
    "the case is with somebody else": "案件正由他人办理",
    "the form does not say what you saw": "表单缺少版本信息",
    "there is nothing to lift": "没有可解除的措施",
    "the password is short": "口令太短",
    "this needs a purpose": "须写明用途",
    "this order carries out what an authority decided": "这项措施执行的是机关的决定",
    "this role lifts no order": "您的角色无权解除措施",
    "this role works no cases": "您的角色不办理案件",
    "this takes a person who may decide": "须由有决定权的人员决定",
    "forward the appeal to the authority, and record its answer": "请将申诉转送该机关，并登记其答复",
    "forward the appeal, and grant it with the authority's document of release": "请转送该机关，并凭其解除文书支持申诉",
    "give issuer, number, SHA-256 and date of the document": "请提供文书的制发单位、文号、SHA-256 和日期",
    "uphold or grant it": "请支持申诉或维持措施",
    "we decided it, we answer": "由我方作出的决定，由我方答复",
    "who decided does not check the appeal": "作出决定的人不得复核申诉",
    "ask the administrator": "请联系管理员",
    "ask the joint office": "请联系联席办公室",
    "choose a file": "请选择文件",
    "enter with your name": "请用您的用户名登录",
    "name an institution of yours": "请填写您所在的机构",
    "name the sender": "请填写发送单位",
    "see the data dictionary": "请查阅数据字典",
    "see the log of the server": "请查看服务器日志",
    "somebody else was at it": "他人正在操作",
    "try again": "请重试",
    "try again later, or ask the administrator": "请稍后再试，或联系管理员",
    "its digest stays": "其摘要仍在",
    "xlsx or csv": "可用 xlsx 或 csv",
    "add it to a policy folder with its dates, or judge another day": "请在政策文件夹中补上生效日期，或改选日期",
}
_SHAPES = (
    (re.compile(r"no (case|order|appeal|lead|file|notice) .*"), "没有这条记录"),
    (re.compile(r"\w+ \S+ has changed since you looked"), "您打开页面之后，这条记录已被修改"),
    (re.compile(r"the case is (\w+)|a case cannot go from .*"), "案件现在的状态不允许这样操作"),
    (re.compile(r"the order is (\w+)"), "措施现在的状态不允许这样操作"),
    (re.compile(r"it is (\w+)"), "现在的状态不允许这样操作"),
    (re.compile(r"a case cannot end as .*"), "结案须选择结论并写明理由"),
    (re.compile(r"an appeal cannot come by .*"), "申诉的渠道或请求不对"),
    (re.compile(r".* is not yours to write"), "不在您的办理范围内"),
    (re.compile(r"order \S+ lacks .*|order .*"), "措施缺少法定要素，不能作出"),
    (re.compile(r"the document lacks .*"), "文书缺少要素"),
    (re.compile(r"no outcome .*"), "没有这种反馈结果"),
    (re.compile(r"(.+) is not in force on .*"), "该规则在这一天不生效"),
    (re.compile(r"use one of (.+)"), "请在列出的选项中选择"),
)
_GENERAL = {
    403: "不允许这样做", 404: "没有找到", 409: "情况已有变化", 422: "填写的内容有误", 503: "台账暂时无法访问",
}  # fmt: skip


def told(error: DuankaError, language: str) -> tuple[str, str]:
    """What went wrong and what to do, in zh or en."""
    what = _said(error.what, language) or _GENERAL.get(error.status, "出错了")
    return what, _said(error.fix, language)


def plain(text: str, language: str) -> str:
    """A text of ours in the reader's language; the text itself where it holds one language only and nobody knows the other.

    Example:
        >>> plain("no such card 没有这张卡", "en"), plain("no such card 没有这张卡", "zh")
        ('no such card', '没有这张卡')
    """
    return _said(text, language) or text


def _said(text: str, language: str) -> str:
    """The text in the language; empty where it is not known in Chinese, and as it is in English."""
    if found := _HAN.search(text):
        split = found.start()
        latin, han = (text[:split], text[split:]) if split else _after(text)
        return (latin.strip() or text) if language == "en" else han.strip()
    if language == "en" or not text:
        return text
    known = _WORDS.get(text)
    return known or next((zh for shape, zh in _SHAPES if shape.fullmatch(text)), "")


def _after(text: str) -> tuple[str, str]:
    """Latin and Han of a text that begins in Chinese: what follows the last Han sign is the other language."""
    end = max(found.end() for found in _HAN.finditer(text))
    return text[end:], text[:end]
