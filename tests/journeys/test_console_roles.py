"""What each role does at the console from entering to leaving, in a real Chromium, in both languages."""

import polars as pl
import pytest

from browser_room import browser, served, visit
from duanka.store.ledger import SYSTEM
from duanka.store.ledger_scope import Wanted


@pytest.fixture(scope="module")
def town(lived, tmp_path_factory):
    with served(lived.out, lived.data, tmp_path_factory.mktemp("roles")) as made:
        yield made


@pytest.fixture(scope="module")
def chromium():
    with browser() as made:
        yield made


@pytest.fixture
def enter(chromium, town):
    """Opens a window for somebody; afterwards none of the windows had a fault."""
    opened, visits = [], []

    def one(name, path="/overview", language="zh"):
        manager = visit(chromium, town)
        made = manager.__enter__()
        opened.append(manager)
        visits.append(made)
        made.go(f"/language/{language}?next={path}")
        made.enters(name)
        return made

    yield one
    faults = [fault for made in visits for fault in made.faults]
    for manager in opened:
        manager.__exit__(None, None, None)
    assert not faults


@pytest.fixture(params=["zh", "en"])
def language(request):
    return request.param


def cases(town):
    with town.book.read(SYSTEM, at=town.clock()) as desk:
        return [one.id for one in desk.queue(Wanted("case"), limit=50)]


def taken(made, link):
    """The file that a link leads to; a purpose is given where one is asked for."""
    made.page.locator(link).first.click()
    with made.page.expect_download() as file:
        made.page.wait_for_load_state()
        if made.page.locator('form[action="/purpose"]').count():
            made.page.fill('form[action="/purpose"] [name="purpose"]', "日常核查")
            made.page.click('form[action="/purpose"] button')
    return file.value


def main(made):
    return made.page.locator("main").inner_text()


def leaves(made):
    """Nobody is in any more, and going back shows no page of theirs."""
    made.sends('form[action="/logout"] button')
    assert "/login" in made.page.url
    made.page.go_back()
    made.page.reload()
    assert "/login" in made.page.url


def refused(made, *paths):
    for path in paths:
        assert made.page.request.get(made.address + path).status in (403, 404), path


def drawn(made, what):
    """A picture is there: its canvas has a size."""
    made.page.wait_for_selector(f"{what} canvas")
    box = made.page.locator(f"{what} canvas").first.bounding_box()
    assert box["width"] > 100
    assert box["height"] > 100


def test_an_analyst_reads_a_card_and_its_network_and_writes_what_was_seen(town, enter, language):
    made = enter("analyst", "/queue", language)
    made.sends(made.page.locator("a[data-row]").first)
    made.page.locator('a[href^="/card/"]').first.click()
    made.says_why("核对线索")
    drawn(made, "#events")
    assert made.page.locator("ol li").count() > 0
    address = made.page.url
    made.page.go_back()  # past the question of purpose, which the card took the place of
    assert "/case/" in made.page.url
    made.go(address.removeprefix(made.address))
    assert made.page.url == address
    network = town.findings.tally("network", ["network_id"])["network_id"].to_list()[0]
    made.go(f"/network/{network}")
    drawn(made, "#ring")
    made.go("/queue")
    made.page.fill('[name="q"]', network)
    made.page.press('[name="q"]', "Enter")
    made.page.wait_for_url(f"**/network/{network}")
    refused(made, "/governance", "/audit", "/users")
    leaves(made)


def test_a_lead_officer_gives_cases_out_and_takes_in_a_sheet_of_leads(town, enter, language, tmp_path):  # fmt: skip
    made = enter("lead_officer", "/queue", language)
    ticked = made.page.locator('input[name^="case:"]')
    last = ticked.count() - 1
    names = [ticked.nth(n).get_attribute("name").removeprefix("case:") for n in (last, last - 1)]
    for name in names:
        made.page.check(f'input[name="case:{name}"]')
    made.page.fill('[name="to"]', "officer_2")
    made.sends(made.page.locator('form[action="/queue"][method="post"] button'))
    with town.book.read(SYSTEM, at=town.clock()) as desk:
        assert {desk.get("case", name).assigned_to for name in names} == {"officer_2"}
    made.go("/leads")
    with made.page.expect_download() as template:
        made.page.click('a[href="/leads/template.xlsx"]')
    template.value.save_as(tmp_path / "template.xlsx")
    headings = pl.read_excel(tmp_path / "template.xlsx").columns
    assert any("卡" in one for one in headings)
    broken = tmp_path / "leads.csv"
    broken.write_text(",".join(headings) + "\n" + ",".join("?" for _ in headings) + "\n", "utf-8")
    made.page.set_input_files('input[type="file"]', broken)
    made.page.fill('[name="sender"]', "joint_office")
    made.page.fill('[name="unit"]', "bank_1")
    made.sends('form[action="/leads/file"] button')
    with made.page.expect_download() as back:
        made.page.click('a[href="/leads/returned.xlsx"]')
    back.value.save_as(tmp_path / "back.xlsx")
    assert pl.read_excel(tmp_path / "back.xlsx").height == 1
    made.go("/governance?kind=staff")
    assert made.page.locator('option[value="staff"]').count() == 1
    refused(made, "/audit", "/users")
    leaves(made)


def test_who_governs_reads_scorecards_and_takes_them_out(enter, language, tmp_path):
    made = enter("governance", "/governance", language)
    drawn(made, "#funnel")
    assert made.page.locator('option[value="staff"]').count() == 0
    made.page.select_option('[name="kind"]', "outlet")
    made.sends(made.page.locator("form.filters button"))
    assert "kind=outlet" in made.page.url
    file = taken(made, 'a[href="/export/scorecard.xlsx"]')
    file.save_as(tmp_path / "scorecard.xlsx")
    sheet = pl.read_excel(tmp_path / "scorecard.xlsx")
    assert sheet.height > 0
    assert not sheet.to_series(0).is_in(["staff"]).any()
    made.go("/governance/regions")
    made.sends(made.page.locator("a[data-row]").first)
    assert "province=" in made.page.url
    made.page.go_back()
    assert "province=" not in made.page.url
    refused(made, "/queue", "/network", "/appeals", "/leads", "/audit", "/users")
    leaves(made)


def test_an_auditor_sees_who_looked_and_that_the_ledger_is_whole_and_changes_nothing(town, enter, language):  # fmt: skip
    clerk = enter("officer", f"/case/{cases(town)[0]}", language)
    clerk.page.locator('a[href^="/card/"]').first.click()
    clerk.says_why("办理六号案")
    made = enter("auditor", "/audit", language)
    assert "办理六号案" in main(made)
    made.page.click('button[value="verify"]')
    whole = made.page.locator('#errand [role="status"] strong')
    whole.wait_for()
    assert whole.inner_text() == {"zh": "完整", "en": "Whole"}[language]
    assert taken(made, 'a[href="/export/looks.xlsx"]').suggested_filename == "looks.xlsx"
    made.go(f"/case/{cases(town)[0]}")
    acting = made.page.locator('main form[method="post"] button').evaluate_all("all => all.map(one => one.value)")  # fmt: skip
    assert not {"decide", "grant", "drop", "take"} & set(acting)
    leaves(made)


def test_a_security_officer_lets_somebody_in_and_out_and_sees_no_case(town, enter, language):
    made = enter("security", "/users", language)
    name = f"clerk_{language}"
    made.page.fill('form.card [name="user"]', name)
    made.page.check('form.card [name="role:officer"]')
    made.page.uncheck('form.card [name="second_factor"]')
    made.sends('form.card [value="add"]')
    word = made.page.locator("section.alert code").first.inner_text()
    other = enter_with(enter, name, word, language)
    assert other.page.url.endswith("/queue")
    row = made.page.locator("tr", has_text=name)
    row.locator("summary").click()
    row.locator('[name="because"]').fill("调离岗位")
    made.sends(row.locator('[value="disable"]'))
    other.go("/queue")
    assert "/login" in other.page.url
    refused(made, "/queue", "/network", "/appeals", "/leads", "/governance", "/audit")
    leaves(made)


def enter_with(enter, name, word, language):
    """A window of somebody whose password is another than the others'."""
    made = enter("officer", "/overview", language)
    made.sends('form[action="/logout"] button')
    made.go("/login?next=/queue")
    made.page.fill("#name", name)
    made.page.fill("#password", word)
    made.sends("main button")
    return made


def test_an_administrator_sees_rules_models_and_users_and_no_person(enter, language):
    made = enter("administrator", "/policy", language)
    assert made.page.locator("main table").count() > 0
    made.go("/models")
    assert "sha" in main(made).lower() or made.page.locator("main table").count() > 0
    made.go("/users")
    assert made.page.locator('[name="because"]').count() == 0
    refused(made, "/queue", "/network", "/openings", "/appeals", "/leads", "/governance", "/audit")
    leaves(made)


def test_a_whole_case_is_done_without_a_mouse(town, enter):
    made = enter("officer", "/queue")
    keys = made.page.keyboard
    keys.press("j")
    keys.press("Enter")
    made.page.wait_for_url("**/case/*")
    case_id = made.page.url.rsplit("/", 1)[-1]
    tabbed_to(made, 'form:has(input[value="take"]) button')
    with made.page.expect_navigation():
        keys.press("Enter")
    with town.book.read(SYSTEM, at=town.clock()) as desk:
        assert desk.get("case", case_id).assigned_to == "officer"
    tabbed_to(made, 'form:has(input[name="act"][value="note"]) textarea')
    keys.type("只用键盘")
    tabbed_to(made, 'form:has(input[name="act"][value="note"]) button')
    with made.page.expect_navigation():
        keys.press("Enter")
    with town.book.read(SYSTEM, at=town.clock()) as desk:
        assert [one.act for one in desk.history("case", case_id)][-1] == "note"


def tabbed_to(made, what):
    """The focus on what is named, by the tab key alone; and it can be seen where the focus is."""
    for _ in range(150):
        made.page.keyboard.press("Tab")
        if made.page.evaluate("what => document.activeElement.matches(what)", what):
            style = "() => getComputedStyle(document.activeElement)"
            shown = made.page.evaluate(f"{style}.outlineStyle") != "none" or made.page.evaluate(f"{style}.boxShadow") != "none"  # fmt: skip
            assert shown, f"no focus is seen on {what}"
            return
    raise AssertionError(what)
