"""Random acts of everybody in any order: no reachable state breaks a wall, on either database."""

import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desks import FOUND, decision, policy
from duanka.cases import appeal, discipline, order, order_police, reverification
from duanka.cases.appeal import Plea
from duanka.cases.discipline_terms import GROUNDS
from duanka.cases.order_police import Document
from duanka.cases.order_terms import instant
from duanka.cases.reverification import Card
from duanka.errors import DuankaError
from duanka.store.ledger import SYSTEM, Wanted
from ledgers import ANALYST, AT, ELSEWHERE, OFFICER, OFFICER_2, OUTSIDER, REVIEWER, ledger

BOSS = replace(OFFICER, user_id="boss", roles=("officer", "reviewer", "lead_officer"))
EVERYBODY = st.sampled_from(
    [SYSTEM, ANALYST, OFFICER, OFFICER_2, REVIEWER, BOSS, OUTSIDER, ELSEWHERE]
)
MEASURES = st.sampled_from(
    ["allow", "verify_transaction", "reverify_identity", "delay_settlement", "restrict", "suspend",
     "close", "stop_payment", "freeze"]
)  # fmt: skip
CARDS = st.sampled_from([*(("account", f"A{i}") for i in range(4)), ("sim", "S1")])
ANY = st.integers(0, 30)
PAIRS = st.sampled_from([(OFFICER, OFFICER_2), (BOSS, OFFICER)])
PUSHED = st.sampled_from(["verify_transaction", "restrict", "suspend", "close"])
ANSWERS = st.sampled_from([appeal.grant, appeal.uphold])


class Office(RuleBasedStateMachine):
    """Everybody tries everything; what is not allowed is refused, and what is kept holds the walls."""

    dialect = "sqlite"

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.book = ledger(self.dialect, Path(self.folder.name))
        self.now = AT
        self.count = 0

    def teardown(self):
        assert self.book.verify().whole
        self.book.close()
        self.folder.cleanup()

    def act(self, who, work):
        self.now += timedelta(minutes=1)
        try:
            with self.book.desk(who, at=self.now, purpose="a random act") as desk:
                work(desk)
        except DuankaError:
            return

    def one(self, desk, kind, which):
        found = desk.find(Wanted(kind))
        return found[which % len(found)] if found else None

    @rule(
        who=EVERYBODY, card=CARDS, measure=MEASURES, implicated=st.booleans(), others=st.booleans()
    )
    def propose(self, who, card, measure, implicated, others):
        self.count += 1
        found = replace(
            FOUND,
            card_kind=card[0],
            card_id=card[1],
            measure=measure,
            because="implicated" if implicated else "high_risk_card",
            as_of=f"{self.count:04}",
            other_sims=("S2",) if others else None,
        )
        self.act(who, lambda desk: order.propose(desk, found, policy()))

    @initialize(card=CARDS, measure=st.sampled_from(["restrict", "suspend"]), by=PAIRS)
    def begin(self, card, measure, by):
        self.push(card, measure, by)

    @rule(card=CARDS, measure=PUSHED, by=PAIRS)
    def push(self, card, measure, by):
        """An order as it usually comes about, so that there is something to lift, appeal and replace."""
        self.count += 1
        found = replace(
            FOUND,
            card_kind=card[0],
            card_id=card[1],
            measure=measure,
            because="implicated" if card[0] == "sim" else "high_risk_card",
            as_of=f"{self.count:04}",
        )
        self.act(SYSTEM, lambda desk: order.propose(desk, found, policy()))
        for who in by:
            for which in range(6):
                self.decide_one(who, which)

    def decide_one(self, who, which, measure=None):
        def work(desk):
            found = desk.find(Wanted("order", states=("proposed",)))
            if which < len(found):
                order.decide(desk, found[which], policy(), because="x", measure=measure)

        self.act(who, work)

    @rule(who=st.sampled_from([REVIEWER, BOSS]), which=ANY, how=ANSWERS)
    def hear(self, who, which, how):
        """An appeal as it usually goes."""

        def work(desk):
            found = desk.find(Wanted("order", states=("in_force",)))
            found = [one for one in found if one.body["because"] == "high_risk_card"]
            if found:
                of = found[which % len(found)]
                plea = appeal.receive(desk, of, Plea(str(which), "letter", "x"), policy())
                how(desk, plea, policy(), because="x")

        self.act(who, work)

    @rule(who=EVERYBODY, which=ANY, measure=st.none() | MEASURES)
    def decide(self, who, which, measure):
        def work(desk):
            if (found := self.one(desk, "order", which)) is not None:
                order.decide(desk, found, policy(), because="x", measure=measure)

        self.act(who, work)

    @rule(who=EVERYBODY, which=ANY, how=st.sampled_from(["lift", "expire", "drop", "release"]))
    def end(self, who, which, how):
        def work(desk):
            found = self.one(desk, "order", which)
            if found is None:
                return
            if how == "lift":
                order.lift(desk, found, policy(), because="review")
            elif how == "expire":
                order.expire(desk, found, policy())
            elif how == "drop":
                order.drop(desk, found, because="x")
            else:
                paper = Document("x", "y", "c" * 64, "z")
                order_police.release(desk, found, paper, policy())

        self.act(who, work)

    @rule(who=EVERYBODY, card=CARDS, measure=MEASURES, digest=st.sampled_from(["a" * 64, ""]))
    def record(self, who, card, measure, digest):
        self.count += 1
        found = replace(
            FOUND, card_kind=card[0], card_id=card[1], measure=measure, because="implicated"
        )
        paper = Document("x", str(self.count), digest, "z")
        self.act(who, lambda desk: order_police.record(desk, found, paper, policy()))

    @rule(
        who=EVERYBODY,
        person=st.sampled_from(["P1", "P2"]),
        ground=st.sampled_from(GROUNDS),
        level=st.sampled_from(["county", "prefecture", "provincial", "court"]),
        paper=st.tuples(st.dates(date(2016, 1, 1), date(2026, 5, 1)), st.sampled_from(["a", ""])),
    )
    def discipline(self, who, person, ground, level, paper):
        self.count += 1
        told = replace(decision(str(self.count)), person_id=person, act_on=paper[0])
        told = replace(told, ground=ground, level=level, decided_on=self.now.date())
        told = replace(told, document=replace(told.document, digest=paper[1] * 64))
        place = {"institution_id": "bank_1", "region_code": "990101"}
        self.act(who, lambda desk: discipline.record(desk, told, policy(), **place))

    @rule(who=EVERYBODY, which=ANY, how=st.sampled_from(["lift", "expire", "release"]))
    def end_discipline(self, who, which, how):
        def work(desk):
            found = self.one(desk, "discipline", which)
            if found is None:
                return
            if how == "lift":
                discipline.lift(desk, found, policy(), because="review")
            elif how == "expire":
                discipline.expire(desk, found, policy())
            else:
                paper = Document("x", "y", "c" * 64, "z")
                discipline.release(desk, found, paper, policy())

        self.act(who, work)

    @rule(who=EVERYBODY, which=ANY, kind=st.sampled_from(["order", "order", "discipline"]))
    def appeal(self, who, which, kind):
        def work(desk):
            if (found := self.one(desk, kind, which)) is not None:
                appeal.receive(desk, found, Plea(str(which % 2), "letter", "x"), policy())

        self.act(who, work)

    @rule(who=EVERYBODY, which=ANY, how=st.sampled_from(["grant", "uphold", "assign", "forward"]))
    def answer(self, who, which, how):
        def work(desk):
            found = self.one(desk, "appeal", which)
            if found is None:
                return
            if how == "grant":
                appeal.grant(desk, found, policy(), because="x")
            elif how == "uphold":
                appeal.uphold(desk, found, policy(), because="x")
            elif how == "assign":
                appeal.assign(desk, found, who.user_id)
            else:
                appeal.forward(desk, found, policy(), authority="x")

        self.act(who, work)

    @rule(card=CARDS, outcome=st.sampled_from(["ask", "passed", "failed", "no_answer"]))
    def verify(self, card, outcome):
        def work(desk):
            made = Card(*card, "bank_1", "990101", "P1")
            asked = reverification.ask(desk, made, policy(), why="high_risk_card", of_id="x")
            if outcome == "no_answer":
                reverification.no_answer(desk, asked, policy())
            elif outcome != "ask":
                reverification.answer(desk, asked, outcome, policy())

        self.act(SYSTEM, work)

    @rule(days=st.integers(1, 60) | st.just(900))
    def wait(self, days):
        """Time passes, and the nightly job runs."""
        from duanka.jobs.expire import expire
        from duanka.jobs.progress import Progress

        self.now += timedelta(days=days)
        expire(self.book, policy(), now=self.now, say=Progress())
        with self.book.read(SYSTEM, at=self.now) as desk:
            for kind in ("order", "discipline"):
                for one in desk.find(Wanted(kind, states=("in_force",))):
                    assert one.due_at > self.now, "what is over is still in force"

    @invariant()
    def every_order_holds_the_walls(self):
        with self.book.read(SYSTEM, at=self.now) as desk:
            notices = {one.id: one for one in desk.find(Wanted("notice"))}
            for one in desk.find(Wanted("order")):
                body = one.body
                assert all(
                    body[name]
                    for name in (
                        "because",
                        "reasons",
                        "legal_basis",
                        "notice_id",
                        "appeal_path",
                        "kept",
                    )
                )
                assert body["starts_at"] < body["expires_at"]
                assert body["notice_id"] in notices
                if one.about.startswith("account:"):
                    assert {"salary", "medical", "social_insurance", "utility"} <= set(body["kept"])
                if one.state in {"in_force", "lifted", "expired", "replaced"}:
                    self.was_rightly_decided(one)
                    assert notices[body["notice_id"]].state != "drafted"
                if one.state == "in_force":
                    assert one.due_at == instant(body["expires_at"])

    def was_rightly_decided(self, one):
        body = one.body
        of_police = body["measure"] in {"stop_payment", "freeze"}
        assert of_police == (body["authority"] == "police")
        if of_police:
            assert body["document"]["digest"]
            return
        assert "out" not in body["decided_by"]
        assert "far" not in body["decided_by"]
        people = set(body["decided_by"]) - {"system"}
        assert body["proposed_by"] not in people
        assert len(people) == len([who for who in body["decided_by"] if who != "system"])
        if body["measure"] in {"suspend", "close"}:
            assert len(people) >= 2, "closing takes people"
        elif body["measure"] not in {"verify_transaction", "reverify_identity"}:
            assert people, "the system decided what it may not"

    @invariant()
    def every_discipline_is_an_authoritys_and_ends(self):
        with self.book.read(SYSTEM, at=self.now) as desk:
            notices = {one.id for one in desk.find(Wanted("notice"))}
            for one in desk.find(Wanted("discipline")):
                body = one.body
                assert len(body["document"]["digest"]) == 64
                assert body["decided_by"] == ["authority"]
                assert body["proposed_by"] not in {"system", "ana", "rev", "out", "far"}
                assert body["level"] != "county"
                assert body["legal_basis"]
                assert body["appeal_path"]
                assert body["notice_id"] in notices
                assert {"medical", "utility", "tax", "emergency_calls"} <= set(body["kept"])
                term = instant(body["expires_at"]) - instant(body["continuous_since"])
                if body["act_on"] >= "2024-12-01":
                    assert term <= timedelta(days=5 * 366)
                if one.state == "in_force":
                    assert one.due_at == instant(body["expires_at"])
                else:
                    assert one.due_at is None
                    assert body["ended_because"] in {"term_over", "document_of_authority"}

    @invariant()
    def every_answer_is_by_somebody_else_and_a_granted_appeal_lifted(self):
        with self.book.read(SYSTEM, at=self.now) as desk:
            for one in desk.find(Wanted("appeal")):
                of = appeal.appealed(desk, one)
                if one.state in {"granted", "upheld"}:
                    who = one.body["answered_by"]
                    assert who not in {of.body["proposed_by"], *of.body["decided_by"]}
                if one.state == "granted":
                    assert of.state not in {"in_force", "proposed", "decided"}
                    if of.kind == "order":
                        assert desk.find(Wanted("label", parent_id=one.id))


class OfficeOnPostgres(Office):
    """The same office on the other database."""

    dialect = "postgresql"


CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much]
TestOffice = Office.TestCase
TestOffice.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=CALM
)
TestOfficeOnPostgres = OfficeOnPostgres.TestCase
TestOfficeOnPostgres.settings = settings(
    max_examples=3, stateful_step_count=20, deadline=None, suppress_health_check=CALM
)
