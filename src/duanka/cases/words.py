"""What notices and reports call things, in both languages; words of the contract come from `tables.words`."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from duanka.tables.words import label

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duanka.policy.dated import Policy, Regime

Both = tuple[str, str]

_WORDS: dict[str, Both] = {
    "account": ("银行卡（账户）", "bank card (account)"),
    "sim": ("电话卡", "phone card"),
    "close": ("关停", "close"),
    "counter": ("柜台、营业厅", "at a counter"),
    "hotline": ("客服热线", "by the hotline"),
    "online": ("网上或者手机应用", "online or in the app"),
    "letter": ("来信", "by letter"),
    "by_another_person": ("委托他人", "through another person"),
    "identity_document": ("本人有效身份证件", "your identity document"),
    "bank_card": ("涉及的银行卡", "the bank card"),
    "sim_card": ("涉及的电话卡", "the phone card"),
    "proof_of_payments": ("能说明资金往来的材料", "papers that explain the payments"),
    "salary": ("工资入账", "wages"),
    "pension": ("养老金入账", "pension"),
    "social_insurance": ("社会保险缴费", "social insurance"),
    "medical": ("医疗费用", "medical costs"),
    "utility": ("水、电、燃气费", "water, power and gas"),
    "tax": ("税款", "taxes"),
    "emergency_calls": ("紧急呼叫（110、119、120、122）", "emergency calls (110, 119, 120, 122)"),
    "public_service_numbers": ("公共服务号码", "public service numbers"),
    "one_sim": ("至少保留一张非涉案电话卡", "at least one phone card that is not implicated"),
    "appeal_granted": ("申诉成立", "your appeal was granted"),
    "term_over": ("期限届满，自动解除", "its term is over"),
    "reverification_passed": ("已通过重新核验", "your identity was verified"),
    "review": ("复查后认为不再需要", "a review found it no longer needed"),
    "replaced": (
        "已由另一项措施代替，另行告知",
        "another measure took its place; you are told apart",
    ),
    "document_of_authority": ("作出决定的机关已解除", "the authority that decided it released it"),
    "discipline": ("惩戒", "discipline"),
    "recognised_by_police": (
        "公安机关认定实施了买卖、出租、出借卡等行为，本机构执行该认定",
        "Police recognised that cards were sold, rented or lent; we carry this out",
    ),
    "punished_by_court": (
        "因电信网络诈骗及关联犯罪受过刑事处罚，本机构执行惩戒决定",
        "A court punished a crime of telecom fraud or one related to it; we carry the discipline out",
    ),
    "stop_non_counter": ("暂停非柜面业务", "no payments but at a counter"),
    "no_payment_business": ("暂停支付账户业务", "no business of payment accounts"),
    "no_new_account": ("不得新开账户", "no new account"),
    "limit_non_counter_outflow": ("限制非柜面出金", "payments out only at a counter"),
    "limit_payment_business": (
        "停止支付账户业务（余额可以转回本人同名银行账户）",
        "no business of payment accounts (the balance may go to one's own bank account)",
    ),
    "no_new_payment_account": (
        "暂停新开支付账户和实名数字人民币钱包",
        "no new payment account or named e-CNY wallet",
    ),
    "record_in_credit_database": ("纳入金融信用信息基础数据库", "a record in the credit database"),
    "limit_telecom_business": ("限制名下电信业务功能（保留基本通信）", "telecom services limited"),
    "no_new_telecom_business": ("不得新入网", "no new telecom service"),
    "serious_dishonesty_list": ("列入严重失信主体名单", "entry on the list of serious dishonesty"),
    "own_account_transfer": ("余额转回本人同名账户", "moving the balance to one's own account"),
    "basic_communication": ("基本通信", "basic communication"),
    "notice_of_discipline": ("惩戒告知书", "the notice of discipline"),
    "lead_withdrawn": ("线索已撤回", "the lead was withdrawn"),
}
_MEANINGS: dict[str, Both] = {
    "verify_transaction": ("我们会向您核实交易，核实后放行。", "We ask you about a transaction before it goes through."),
    "reverify_identity": ("请您重新核验身份，核验期间可以正常使用。", "Please verify your identity; you may go on using the card."),
    "delay_settlement": ("转出的资金延迟到账，期间您可以撤回。", "Money you send arrives later; you may call it back until then."),
    "restrict": ("部分业务暂时不能办理。", "Some services are not available for a time."),
    "receive_only": ("可以收款，暂时不能转出。", "You may receive money, but not send it for a time."),
    "stop_non_counter": ("暂时不能通过手机、网上和自助机具转出；柜台可以办理。", "For a time you cannot send money by phone, online or machine; a counter can."),
    "suspend": ("业务暂停。", "Service is suspended."),
    "close": ("卡被关停；到期前我们会重新审查。", "The card is closed; it is looked at again before the term ends."),
    "stop_payment": ("公安机关要求紧急止付。", "The police asked for an emergency stop."),
    "freeze": ("公安机关依法冻结。", "The police froze it by law."),
}  # fmt: skip


def both(word: str) -> Both:
    """What a word is called in a notice: Chinese, English.

    Example:
        >>> both("letter")
        ('来信', 'by letter')
    """
    return _WORDS.get(word) or label(word)


def meaning(measure: str) -> Both:
    """What a measure means for the holder, in a sentence."""
    return _MEANINGS.get(measure, ("", ""))


def measure_name(policy: Policy, measure: str) -> Both:
    """What the policy calls a measure."""
    versions = policy.measures.get(measure)
    return (versions[-1].label.zh, versions[-1].label.en) if versions else both(measure)


@cache
def _sentences() -> dict[str, Both]:
    from duanka.features import catalogue  # heavy, and only notices with features' reasons need it

    return catalogue.sentences()


def reason(regime: Regime, code: str) -> Both:
    """The sentence of a reason code: the policy's own, or the feature's, or that it was unusual."""
    rule = regime.policy.reasons.get(code)
    if rule is not None:
        return rule.label.zh, rule.label.en
    found = _sentences().get(code) or (_WORDS.get(code))
    return found or ("使用情况异常", "unusual use")


def lines(found: Iterable[Both], language: int) -> str:
    """The words as lines of a list, in one language (0 Chinese, 1 English)."""
    mark, stop = (("· ", "；"), ("- ", ";"))[language]
    told = [one[language] for one in found]
    return "\n".join(f"{mark}{text}{stop}" for text in dict.fromkeys(told))
