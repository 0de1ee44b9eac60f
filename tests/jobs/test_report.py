"""The report page: both languages, harmless, repeatable, and complete about what it shows."""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from html.parser import HTMLParser

import polars as pl
import pytest

from duanka.jobs.report import TIMELINE, Summary, lawful, page_html, write_report
from duanka.policy.dated import load

AS_OF = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
SENTENCES = {
    "pass_through_share_1d": (
        "快进快出：一天内转出占转入的 {value}",
        "Pass-through: {value} of what came in went out within a day",
    ),
    "device_other_holders": (
        "登录设备同时为其他户主所用",
        "The device in use also serves other holders",
    ),
    "in_distinct_payer_1d": ("一天内从多人转入", "Money from many payers within a day"),
    "dormant_then_busy": ("长期休眠后突然启用。", "Woke up after long dormancy."),
    "call_back_share": ("几乎没有人回电", "Hardly anybody calls back"),
    "out_share_7d": ("主叫占比很高", "Nearly all calls are outgoing"),
    "sims_on_handset": ("同一手机上有多张卡", "Several cards in one handset"),
    "opened_lately": ("近日开户较多", "Many cards opened lately"),
}
ACCOUNT_CODES = [
    "pass_through_share_1d",
    "device_other_holders",
    "in_distinct_payer_1d",
    "dormant_then_busy",
]
SIM_CODES = ["call_back_share", "out_share_7d", "sims_on_handset"]


def _score(chance: random.Random) -> pl.DataFrame:
    rows = []
    for kind, codes, total in (("account", ACCOUNT_CODES, 120), ("sim", SIM_CODES, 80)):
        for place in range(total):
            strength = 0.985 * 0.9**place
            tier = "high_risk" if place < 6 else "suspicious" if place < 30 else "normal"
            measure = {
                "high_risk": "delay_settlement" if kind == "account" else "reverify_identity",
                "suspicious": "verify_transaction" if kind == "account" else "reverify_identity",
                "normal": "allow",
            }[tier]
            rows.append(
                {
                    "card_kind": kind,
                    "card_id": f"{kind[0].upper()}Q{chance.randrange(10**13):013d}",
                    "as_of": AS_OF,
                    "score": strength,
                    "tier": tier,
                    "measure": measure,
                    "reasons": chance.sample(codes, 3) if tier != "normal" else [],
                    "network_id": None,
                    "model_version": "default-1",
                    "policy_version": "cn-1",
                }
            )
    chance.shuffle(rows)
    return pl.DataFrame(rows, schema_overrides={"network_id": pl.String})


def _timelines(score: pl.DataFrame, chance: random.Random) -> pl.DataFrame:
    rows: list[tuple[str, str, datetime, str, int | None, str | None]] = []
    for card in score.filter(pl.col("tier") != "normal").iter_rows(named=True):
        key = (card["card_kind"], card["card_id"])
        burst = chance.randrange(3, 40)
        for day in range(chance.randrange(45, 90)):
            near = abs(day - burst) < 4
            at = AS_OF - timedelta(days=day, hours=chance.random() * 20 + 1)
            for _ in range(chance.randrange(5) if near else chance.random() < 0.3):
                other = f"XQ{chance.randrange(10**13):013d}"
                if key[0] == "account":
                    fen = chance.randrange(100, 4_000_000 if near else 60_000)
                    rows += [
                        (*key, at, "in", fen, other),
                        (*key, at + timedelta(minutes=9), "out", int(fen * 0.97), other),
                    ]
                else:
                    rows += [(*key, at, "call_out", 30, other)] * (9 if near else 2)
                    rows += [(*key, at, "call_in", 30, other)] * chance.randrange(2)
        rows += [
            (*key, AS_OF - timedelta(days=80), "device", None, "DEV-OLD"),
            (*key, AS_OF - timedelta(days=burst + 5), "device", None, "DEV-NEW"),
            (*key, AS_OF - timedelta(days=burst + 3), "device", None, "DEV-NEW"),
            (*key, AS_OF - timedelta(days=max(burst - 2, 1)), "lead", None, "L1"),
        ]
    return pl.DataFrame(rows, schema=TIMELINE, orient="row")


def _events(chance: random.Random) -> dict[str, pl.DataFrame]:
    advice = pl.DataFrame(
        [
            {
                "opening_id": f"OQ{n:012d}", "score": 0.9 * 0.95**n,
                "advice": "refuse_opening" if n < 4 else "check_further" if n < 25 else "allow",
                "reasons": ["opened_lately"] if n < 25 else [],
                "at": AS_OF - timedelta(hours=n), "card_kind": "sim" if n % 3 else "account",
            }
            for n in range(300)
        ]
    )  # fmt: skip
    intercept = pl.DataFrame(
        [
            {
                "event_kind": "transfer" if n % 2 else "call", "event_id": f"TQ{n:012d}", "score": 0.8 * 0.97**n,
                "answer": ("delay_settlement" if n % 2 else "restrict") if n < 12 else "verify_transaction" if n < 60 and n % 2 else "allow",
                "reasons": ["dormant_then_busy"] if n < 60 else [],
                "at": AS_OF - timedelta(minutes=n), "amount_fen": chance.randrange(10_000, 9_000_000) if n % 2 else None,
            }
            for n in range(900)
        ]
    )  # fmt: skip
    at = AS_OF - timedelta(days=2)
    hops = [
        ("LEADQ00000001", 1, "T1", "VICTQ0000001", "MULEQ0000001", 5_000_000),
        ("LEADQ00000001", 2, "T2", "MULEQ0000001", "MULEQ0000002", 3_000_000),
        ("LEADQ00000001", 2, "T3", "MULEQ0000001", "CASH", 1_500_000),
        ("LEADQ00000001", 3, "T4", "MULEQ0000002", "CRYPTO:EXQ00000001", 2_900_000),
        ("LEADQ00000002", 1, "T5", "VICTQ0000002", "MULEQ0000003", 880_000),
    ]
    flow = pl.DataFrame(
        [
            {"lead_id": lead, "hop": hop, "transfer_id": t, "payer_id": a, "payee_id": b, "at": at + timedelta(minutes=7 * hop), "amount_fen": fen * 2, "tainted_fen": fen, "terminal": b == "CASH"}
            for lead, hop, t, a, b, fen in hops
        ]
    )  # fmt: skip
    rejects = pl.DataFrame(
        {
            "table": ["transfer", "transfer", "sim"], "file": ["/somebody/s/machine/transfer.csv", "/somebody/s/machine/transfer.csv", "C:\\in\\sim.csv.gz"],
            "line": [17, 903, 4], "column": ["amount_fen", "amount_fen", "sim_kind"], "fault": ["too_small", "too_small", "unknown_word"], "value": ["-5*", "0", "ph***"],
        }
    )  # fmt: skip
    return {"opening_advice": advice, "intercept": intercept, "flow": flow, "rejects": rejects}


@cache
def example() -> tuple[Summary, dict[str, pl.DataFrame], pl.DataFrame]:
    chance = random.Random(7)
    score = _score(chance)
    summary = Summary(
        as_of=AS_OF,
        judged={"account": 41_210, "sim": 52_034},
        tiers={("account", "high_risk"): 6, ("account", "suspicious"): 24, ("account", "normal"): 41_180, ("sim", "high_risk"): 6, ("sim", "suspicious"): 24, ("sim", "normal"): 52_004},
        tables_read=[("account", 41_210, 41_210, 0), ("sim", 52_040, 52_039, 1), ("transfer", 3_211_004, 3_211_002, 2)],
        rejects_by_fault=[("sim", "unknown_word", 1), ("transfer", "too_small", 2)],
        missing=[("没有短信表，因此没有看验证码短信。", "There is no message table, so one-time-code messages were not looked at.")],
        model=[("account", "default-1", "default", "", ""), ("sim", "own-20260331", "trained_here", "标签 812 个。", "812 labels.")],
        policy_version="cn-2024.12",
        regime_on=date(2026, 3, 31),
        capacity={"account": 30},
        reason_sentences=SENTENCES,
        lawful=lawful(load().at(date(2026, 3, 31))),
        quality=[("account", "precision_at_capacity", 0.83, 0.65, 0.93, ""), ("account", "alerts_per_true_find", 1.2, 1.07, 1.54, ""), ("sim", "home_made_figure", 0.4, None, None, "n = 3")],
        fairness=[("age_60_plus", "above_normal_share", 0.0007, 0.0008, 0.88, 9_120), ("non_local", "above_normal_share", 0.0021, 0.0008, 2.6, 14_003)],
        reason_values={("account", card): {"pass_through_share_1d": ("97 %", "97 %"), "in_distinct_payer_1d": ("14 人", "14 payers")} for card in score.filter(pl.col("card_kind") == "account")["card_id"]},
    )  # fmt: skip
    return summary, {"score": score, **_events(chance)}, _timelines(score, chance)


class _Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.text: dict[str, list[str]] = {"zh": [], "en": []}
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in {"span", "text"}:
            self.stack.append(dict(attrs).get("class") or "")

    def handle_endtag(self, tag):
        if tag in {"span", "text"}:
            self.stack.pop()

    def handle_data(self, data):
        for language in ("zh", "en"):
            if self.stack and language in self.stack[-1].split():
                self.text[language].append(data)


@pytest.fixture(scope="module")
def html() -> str:
    summary, tables, timelines = example()
    return page_html(summary, tables, timelines=timelines)


def _empty() -> tuple[Summary, dict[str, pl.DataFrame], pl.DataFrame]:
    summary = Summary(
        as_of=AS_OF, judged={}, tiers={}, tables_read=[], rejects_by_fault=[], missing=[], model=[],
        policy_version="cn-1", regime_on=AS_OF.date(), capacity={}, reason_sentences={}, lawful={},
    )  # fmt: skip
    return summary, {}, pl.DataFrame()


def test_the_same_input_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        summary, tables, timelines = example.__wrapped__()  # built anew, nothing shared
        write_report(tmp_path / name, summary, tables, timelines=timelines)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_order_of_timeline_rows_does_not_matter():
    summary, tables, timelines = example()
    shuffled = timelines.sample(fraction=1, shuffle=True, seed=3)
    assert page_html(summary, tables, timelines=timelines) == page_html(
        summary, tables, timelines=shuffled
    )


def test_every_text_is_there_in_both_languages(html):
    page = _Page(html)
    assert len(page.text["zh"]) == len(page.text["en"]) > 300
    assert all(text.strip() for text in page.text["zh"] + page.text["en"] if text not in {"", " "})
    assert not [text for text in page.text["en"] if re.search(r"[一-鿿]", text)]
    languages = {
        a.get("class"): a.get("lang") for t, a in page.tags if t == "span" and a.get("lang")
    }
    assert languages == {"zh": "zh-CN", "en": "en"}


def test_the_page_stands_alone_and_runs_nothing(html):
    assert not re.search(
        r"https?:|//[a-z]|\bsrc=|@import|url\(|<script|\son[a-z]+=|javascript:", html
    )
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in html
    assert " style=" not in html


def test_no_element_id_is_used_twice_and_every_link_has_its_end(html):
    page = _Page(html)
    ids = Counter(a["id"] for _, a in page.tags if a.get("id"))
    assert max(ids.values()) == 1
    ends = {a["href"][1:] for t, a in page.tags if t == "a"} | {
        a["for"] for t, a in page.tags if t == "label"
    }
    assert ends <= set(ids)


def test_headings_of_tables_say_what_they_head(html):
    page = _Page(html)
    heads = [a.get("scope") for t, a in page.tags if t == "th"]
    assert heads
    assert set(heads) == {"col", "row"}
    tables = sum(t == "table" for t, _ in page.tags)
    assert sum(t == "caption" for t, _ in page.tags) == tables > 8


def test_markup_in_the_data_is_harmless():
    summary, tables, timelines = example()
    bad = "<script>alert(1)</script>\"'><img onerror=x>"
    score = tables["score"].with_columns(
        pl.lit(bad).alias("card_id"), pl.lit([bad]).alias("reasons")
    )
    rejects = tables["rejects"].with_columns(
        pl.lit(bad).alias("value"), pl.lit(bad).alias("column"), pl.lit(bad).alias("file")
    )
    summary = replace(
        summary, missing=[(bad, bad)], policy_version=bad, model=[(bad, bad, bad, bad, bad)],
        reason_sentences={bad: (bad, bad + "{value}{0}{x.__class__}")}, quality=[(bad, bad, 1.0, None, None, bad)],
        fairness=[(bad, bad, 1.0, 1.0, None, 1)], rejects_by_fault=[("sim", bad, 1)],
    )  # fmt: skip
    html = page_html(
        summary, tables | {"score": score, "rejects": rejects}, timelines=timelines.with_columns(pl.lit(bad).alias("card_id"))
    )  # fmt: skip
    names = {t for t, _ in _Page(html).tags}
    assert not names & {"script", "img"}
    assert "&lt;script&gt;" in html
    assert all(not name.startswith("on") for _, a in _Page(html).tags for name in a)


def test_ids_are_masked_everywhere(html):
    _, tables, timelines = example()
    columns = [
        ("score", "card_id"),
        ("opening_advice", "opening_id"),
        ("intercept", "event_id"),
        ("flow", "lead_id"),
        ("flow", "payer_id"),
    ]
    for table, column in columns:
        assert not [one for one in tables[table][column].unique() if one in html]
    assert not [
        one for one in timelines["other"].drop_nulls().unique() if len(one) > 2 and one in html
    ]
    assert "/somebody" not in html
    assert "C:\\" not in html


def test_a_reference_leads_to_the_row_of_the_written_table(html):
    _, tables, _ = example()
    refs = [int(n) for n in re.findall(r">score#(\d+)<", html)]
    shown = tables["score"].with_row_index("row", offset=1).filter(pl.col("row").is_in(refs))
    assert len(refs) == 2 * 40  # at a glance, and in detail
    best = tables["score"].sort("score", descending=True).group_by("card_kind").head(20)
    assert set(shown["card_id"]) == set(best["card_id"])


def test_all_reasons_of_shown_cards_are_told_with_their_values(html):
    articles = re.findall(r'<article class="case"[^>]*>(.*?)</article>', html, re.DOTALL)
    _, tables, _ = example()
    for article in articles:
        row = int(re.search(r"score#(\d+)<", article).group(1))
        card = tables["score"].row(row - 1, named=True)
        for code in card["reasons"]:
            zh, en = SENTENCES[code]
            assert zh.replace("{value}", "97 %").rstrip("。") in article
            assert en.replace("{value}", "97 %").rstrip(".") in article
        if "in_distinct_payer_1d" in card["reasons"]:
            assert "一天内从多人转入：14 人" in article
    assert len(articles) == 40


def test_a_normal_card_is_never_shown():
    summary, tables, timelines = example()
    calm = tables["score"].with_columns(pl.lit("normal").alias("tier"))
    html = page_html(summary, tables | {"score": calm}, timelines=timelines)
    assert "<article" not in html
    assert "没有高于“正常”的卡" in html


def test_a_measure_carries_its_article_and_who_may_decide(html):
    assert "反电信网络诈骗法 第十八条" in html
    assert "反电信网络诈骗法 第十一条" in html
    assert "Anti-Telecom and Online Fraud Law, Art. 18" in html
    assert "机构的一名授权人员" in html


def test_the_decisions_own_basis_goes_before_the_policys():
    summary, tables, timelines = example()
    own = tables["score"].with_columns(
        pl.lit("本行自己的依据").alias("legal_basis"), pl.lit("two_officers").alias("authority")
    )
    html = page_html(summary, tables | {"score": own}, timelines=timelines)
    assert html.count("本行自己的依据") == 40
    assert "机构的两名授权人员共同决定" in html


def test_before_the_law_no_article_of_it_is_quoted_as_basis():
    summary, tables, timelines = example()
    day = date(2019, 5, 1)
    old = replace(summary, regime_on=day, lawful=lawful(load().at(day)))
    html = page_html(old, tables, timelines=timelines)
    assert "反电信网络诈骗法 第" not in html
    assert "银发〔2016〕261号" in html


def test_money_that_stayed_and_money_that_left_add_up(html):
    flow = html[html.index('id="flow"') : html.index('id="quality"')]
    first = flow[flow.index("flow#1<") : flow.index("flow#5<")]
    assert "50,000.00 元" in first  # followed
    assert (
        '<strong><span class="zh" lang="zh-CN">6,000.00 元' in first
    )  # 5,000 and 1,000 still there
    assert "取现</span>" in first
    assert "15,000.00 元" in first
    assert "虚拟货币</span>" in first
    assert "29,000.00 元" in first


def test_counts_and_figures_are_shown(html):
    assert "1.46" in html  # 6 of 41,210 per 10,000
    assert "83.0 %" in html
    assert "65.0 % – 93.0 %" in html
    assert "transfer.csv:17" in html
    assert "小于允许的最小值" in html
    assert "sim.csv.gz:4" in html
    assert "home_made_figure" in html


def test_nothing_at_all_is_told_in_words(tmp_path):
    summary, tables, timelines = _empty()
    write_report(tmp_path / "report.html", summary, tables, timelines=timelines)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    for sentence in (
        "数据中没有这类卡",
        "没有可判的开户办卡申请",
        "没有可判的转账或通话",
        "没有可追的线索",
        "标签不够",
        "没有读到任何表",
        "没有拒收任何一行",
    ):
        assert sentence in html
    assert "nan" not in html.lower().replace("finance", "")


def test_typed_but_empty_tables_are_fine():
    summary, tables, timelines = example()
    none = {name: frame.clear() for name, frame in tables.items()}
    html = page_html(summary, none, timelines=timelines.clear())
    assert "<article" not in html


def test_missing_scores_reasons_and_measures_do_not_break_it():
    summary, tables, timelines = example()
    holes = tables["score"].with_columns(
        pl.lit(None, pl.Float64).alias("score"),
        pl.lit(None, pl.String).alias("measure"),
        pl.lit(None, pl.List(pl.String)).alias("reasons"),
    )
    html = page_html(summary, tables | {"score": holes}, timelines=timelines)
    assert "没有给出原因" in html
    assert "未知" in html


def test_enumerations_are_read_like_text():
    summary, tables, timelines = example()
    kinds = pl.Enum(["account", "sim"])
    closed = tables["score"].cast(
        {"card_kind": kinds, "tier": pl.Enum(["normal", "suspicious", "high_risk"])}
    )
    lines = timelines.cast({"card_kind": kinds, "kind": pl.Enum(sorted(set(timelines["kind"])))})
    assert page_html(summary, tables | {"score": closed}, timelines=lines) == page_html(
        summary, tables, timelines=timelines
    )
