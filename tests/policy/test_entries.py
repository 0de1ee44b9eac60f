from datetime import date

import yaml

from duanka.policy import entries, source
from duanka.policy.dated import load


def test_a_version_holds_from_its_first_day_up_to_not_including_its_last():
    terms = load().parameters["discipline.recognised_term_years"]
    assert entries.in_force(terms, date(2016, 9, 22)) is None
    assert entries.in_force(terms, date(2016, 9, 23)).value == 5
    assert entries.in_force(terms, date(2024, 11, 30)).value == 5
    assert entries.in_force(terms, date(2024, 12, 1)).value == 2


def test_the_hash_sees_content_and_not_how_it_is_written():
    def hashed(text):
        return entries.content_hash(source.entries({"a.yaml": text}, []))

    body = {"x.y": {"unit": "day", "label": {"zh": "天", "en": "day"}}}
    block = yaml.safe_dump({"parameters": body}, allow_unicode=True, sort_keys=False)
    flow = "# why\n" + yaml.safe_dump({"parameters": body}, default_flow_style=True)
    assert hashed(block) == hashed(flow)
    assert hashed(block) != hashed(block.replace("day", "hour"))


def test_only_the_four_measures_of_article_20_are_of_the_police():
    measures = load().measures
    police = {name for name, versions in measures.items() if versions[0].of_police}
    assert police == {"stop_payment", "freeze", "unfreeze", "return_funds"}
    assert all((v.authority == "police") == v.of_police for vs in measures.values() for v in vs)


def test_only_what_was_read_is_verified():
    marks = {(p.mark, p.verified) for vs in load().parameters.values() for p in vs}
    assert {("V", True), ("D", False)} <= marks
    assert all(verified == (mark == "V") for mark, verified in marks)
