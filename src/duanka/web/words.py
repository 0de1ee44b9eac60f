"""What pages call codes, in both languages; words of the contract and of notices come from where they are kept."""

from __future__ import annotations

from duanka.cases.words import both

Both = tuple[str, str]

_STATES: dict[str, Both] = {
    "case.new": ("待分派", "new"),
    "case.assigned": ("已分派", "given out"),
    "case.in_review": ("核查中", "in review"),
    "case.awaiting_second": ("待第二人复核", "awaits a second person"),
    "case.closed": ("已结案", "closed"),
    "order.proposed": ("待决定", "asked for"),
    "order.decided": ("已决定", "decided"),
    "order.in_force": ("生效中", "in force"),
    "order.lifted": ("已解除", "lifted"),
    "order.expired": ("到期自动解除", "expired"),
    "order.replaced": ("已被代替", "replaced"),
    "order.dropped": ("未采纳", "turned down"),
    "appeal.received": ("已收到", "received"),
    "appeal.accepted": ("已受理", "taken up"),
    "appeal.assigned": ("已分给复核人", "with a reviewer"),
    "appeal.forwarded": ("已转作出决定的机关", "passed to who decided"),
    "appeal.granted": ("申诉成立", "granted"),
    "appeal.upheld": ("维持原措施", "upheld"),
    "appeal.withdrawn": ("已撤回", "withdrawn"),
    "lead.received": ("已接收", "received"),
    "lead.matched": ("已比对到本机构的卡", "matched with our cards"),
    "lead.controlled": ("已管控，待反馈", "under control, to be answered"),
    "lead.not_ours": ("非本机构的卡，待反馈", "not ours, to be answered"),
    "lead.answered": ("已反馈", "answered"),
    "lead.expired": ("已过期", "expired"),
    "reverification.asked": ("已通知", "asked"),
    "reverification.passed": ("已通过", "passed"),
    "reverification.failed": ("未通过", "failed"),
    "reverification.no_answer": ("逾期未答复", "no answer"),
    "reverification.came_later": ("逾期后通过", "came later"),
}
_ACTS: dict[str, Both] = {
    "accept": ("受理", "take up"), "add": ("新增", "add"), "answer": ("答复", "answer"), "ask": ("通知核验", "ask"),
    "assign": ("分派", "give out"), "attach": ("附文件", "attach"), "conclude": ("提交结论", "conclude"),
    "confirm": ("复核同意", "confirm"), "correct": ("更正", "correct"), "decide": ("决定", "decide"),
    "deliver": ("送达", "deliver"), "draft": ("起草", "draft"), "drop": ("不采取", "turn down"),
    "enforce": ("执行", "enforce"), "enter": ("登录", "enter"), "expire": ("到期", "expire"),
    "export": ("导出", "export"), "forget": ("删除个人信息", "forget"), "forward": ("转送", "forward"),
    "grant": ("支持申诉", "grant"), "hand_over": ("交出", "hand over"), "lift": ("解除", "lift"),
    "look": ("查看", "look"), "no_answer": ("逾期未答复", "no answer"), "note": ("备注", "note"),
    "open": ("立案", "open"), "propose": ("建议", "ask for"), "read": ("读取", "read"), "receive": ("接收", "receive"),
    "record": ("记录", "record"), "refuse": ("拒绝登录", "refuse"), "release": ("放行", "release"),
    "remind": ("提醒", "remind"), "rotate": ("更换密钥", "rotate keys"), "send_back": ("退回", "send back"),
    "start": ("发起", "start"), "take_up": ("开始办理", "take up"), "uphold": ("维持", "uphold"),
}  # fmt: skip
_OTHER: dict[str, Both] = {
    "outcome.suspicion_stays": ("疑点未能排除，仍属疑似", "suspicion stays"),
    "outcome.no_suspicion": ("疑点已经排除", "no suspicion"),
    "outcome.victim": ("更像被害人，应当保护", "rather a victim, to be protected"),
    "outcome.passed_to_police": ("移送公安机关依法认定", "passed to the police, who decide"),
    "outcome.duplicate": ("与另一案件重复", "duplicate of another case"),
    "outcome.controlled": ("已采取措施", "a measure is in force"),
    "outcome.nothing_found": ("未发现异常", "looked, nothing found"),
    "outcome.not_ours": ("非本机构的卡", "not our card"),
    "outcome.wrong": ("线索有误", "the lead is wrong"),
    "advice.refuse_opening": ("建议拒绝（须经人工复核）", "refuse, after review by a person"),
    "advice.allow": ("可以办理", "allow"),
    "by.network": ("疑似团伙", "suspected network"),
    "by.holder": ("同一持有人", "one holder"),
    "by.card": ("单张卡", "one card"),
    "role.analyst": ("研判员", "analyst"),
    "role.officer": ("处置员", "officer"),
    "role.reviewer": ("复核员", "reviewer"),
    "role.lead_officer": ("负责人", "lead officer"),
    "role.governance": ("治理员", "governance"),
    "role.auditor": ("审计员", "auditor"),
    "role.administrator": ("管理员", "administrator"),
    "kind.case": ("案件", "case"),
    "kind.order": ("管控措施", "order"),
    "kind.appeal": ("申诉", "appeal"),
    "kind.lead": ("线索", "lead"),
    "kind.reverification": ("重新核验", "re-verification"),
    "kind.notice": ("告知书", "notice"),
    "kind.user": ("用户", "user"),
    "kind.ledger": ("台账", "ledger"),
    "asks.release": ("解除措施", "release"),
    "asks.human_decision": ("人工决定", "that a person decides"),
    "asks.explanation": ("说明理由", "why it was decided so"),
    "authority.officer": ("处置员", "an officer"),
    "authority.two_officers": ("两名处置员", "two officers"),
    "authority.lead_officer": ("负责人", "a lead officer"),
    "authority.system": ("系统自动", "the system"),
    "authority.police": ("公安机关", "the police"),
    "authority.court": ("人民法院", "a court"),
    "edge.holds": ("持有", "holds"),
    "edge.paid": ("转账", "paid"),
    "subject.opening": ("开户（开卡）申请", "application"),
    "group.all": ("合计", "all"),
    "all": ("全部", "all"),
    "group.measure": ("措施", "measure"),
    "group.rule": ("规则", "rule"),
    "group.model": ("模型", "model"),
    "group.card_kind": ("卡类", "kind of card"),
    "group.institution": ("机构", "institution"),
    "group.region": ("地区", "region"),
    "model.version": ("版本", "version"),
    "model.examples": ("训练样本", "examples"),
    "model.holders": ("持有人数", "holders"),
    "model.implicated": ("其中涉案", "implicated of them"),
    "model.first_at": ("样本自", "examples from"),
    "model.last_at": ("样本至", "examples until"),
    "model.late_by_time": ("按时间留出检验", "held out by time"),
    "model.late_examples": ("留出样本", "examples held out"),
    "model.late_implicated": ("留出样本中涉案", "implicated of those"),
    "model.own_weight": ("本地数据权重", "weight of own data"),
    "model.prior_weight": ("先前模型权重", "weight of the model before"),
    "model.prior_version": ("先前模型", "the model before"),
    "model.rounds": ("轮数", "rounds"),
    "model.seed": ("随机种子", "seed"),
    "unit.day": ("天", "day"),
    "unit.hour": ("小时", "hour"),
    "unit.minute": ("分钟", "minute"),
    "unit.month": ("个月", "month"),
    "unit.year": ("年", "year"),
    "unit.flag": ("是否", "yes or no"),
    "unit.per_10k": ("每万", "per 10,000"),
    "unit.score": ("评分", "score"),
    "unit.share": ("比例", "share"),
    "unit.card": ("张", "card"),
    "unit.fen": ("分", "fen"),
    "unit.times": ("次", "times"),
    "unit.ms": ("毫秒", "ms"),
    "unit.label": ("个标签", "label"),
    "unit.word": ("选项", "word"),
    "unit.words": ("选项", "words"),
    "unit.family": ("类", "family"),
    "unit.ratio": ("倍", "ratio"),
    "unit.person": ("人", "person"),
    "side.new": ("增量（新开卡）", "new cards"),
    "side.stock": ("存量", "stock"),
}


def said(code: str, kind: str = "") -> Both:
    """What a code of a kind is called: Chinese, English; the code itself where nobody has a word for it.

    Example:
        >>> said("closed", "case"), said("closed")
        (('已结案', 'closed'), ('已销户', 'closed'))
        >>> said("high_risk")
        ('高危卡', 'high risk')
    """
    name = f"{kind}.{code}"
    found = _STATES.get(name) or _OTHER.get(name) or (_ACTS.get(code) if kind == "act" else None)
    return found or both(code)


def states_of(kind: str) -> tuple[str, ...]:
    """The states of a kind of record that pages have words for."""
    return tuple(name.partition(".")[2] for name in _STATES if name.startswith(f"{kind}."))
