"""The console in a real Chromium: a clerk's day, two officers at once, what a browser makes happen, and axe-core."""

from pathlib import Path

import pytest

from browser_room import SIZE, Town, browser, on_a_port, served, visit
from console_room import WORD, console, small_run, write
from duanka.store.ledger import SYSTEM
from duanka.store.ledger_scope import Wanted
from duanka.web import pages
from duanka.web.session import IDLE
from duanka.web.show import MENU

AXE = Path(__file__).parent.parent / "fixtures" / "axe.min.js"
GRAVE = "async () => (await axe.run()).violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ' ' + v.nodes[0].html)"  # fmt: skip
LISTS = sorted({route.path for page in pages.PAGES for route in page.ROUTES if "GET" in route.methods and "{" not in route.path and not route.path.endswith(".xlsx")} - {"/search"})  # fmt: skip
"""Every page without a record's id in its address, so that a new page is looked at without being named here."""
WIDE = "() => [...document.querySelectorAll('html, .table-responsive')].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => 'wider than the window: ' + (e.className || e.tagName) + ' ' + e.textContent.trim().slice(0, 40))"  # fmt: skip
WORDS = {
    "zh": {"in_review": "核查中", "in_force": "生效中", "lifted": "已解除"},
    "en": {"in_review": "in review", "in_force": "in force", "lifted": "lifted"},
}


@pytest.fixture(scope="module")
def town(lived, tmp_path_factory):
    with served(lived.out, lived.data, tmp_path_factory.mktemp("console")) as made:
        yield made


@pytest.fixture(scope="module")
def chromium():
    with browser() as made:
        yield made


@pytest.fixture
def enter(chromium, town):
    """Opens a window for somebody; afterwards none of the windows had a fault."""
    opened, visits = [], []

    def one(name="", path="/overview", language="zh"):
        manager = visit(chromium, town)
        made = manager.__enter__()
        opened.append(manager)
        visits.append(made)
        made.go(f"/language/{language}?next={path}")
        if name:
            made.enters(name)
        return made

    yield one
    faults = [fault for made in visits for fault in made.faults]
    for manager in opened:
        manager.__exit__(None, None, None)
    assert not faults


def proposed(town, nth):
    """A case and an order of it that waits for an officer's decision."""
    with town.book.read(SYSTEM, at=town.clock()) as desk:
        found = [o for o in desk.find(Wanted("order", states=("proposed",)), limit=50) if o.body["authority"] in ("officer", "two_officers")]  # fmt: skip
    cases = sorted({one.parent_id for one in found})
    case_id = cases[nth]
    return case_id, next(o.id for o in found if o.parent_id == case_id)


def acts(town, kind, key):
    with town.book.read(SYSTEM, at=town.clock()) as desk:
        return [link.act for link in desk.history(kind, key)]


def decide(made, order_id):
    form = made.page.locator(f'form[action^="/order/{order_id}"]').first
    form.locator('[name="because"]').fill("核对过往来")
    made.sends(form.locator('[value="decide"]'))


def note(made, words):
    form = made.page.locator('form:has(input[name="act"][value="note"])')
    form.locator("textarea").fill(words)
    return form


@pytest.mark.parametrize(("language", "nth"), [("zh", 0), ("en", 1)])
def test_a_clerk_takes_a_case_to_order_appeal_and_lift(town, enter, language, nth):
    case_id, order_id = proposed(town, nth)
    said = WORDS[language]
    clerk = enter(path="/queue", language=language)
    clerk.enters("officer")
    assert clerk.page.url.endswith("/queue")
    clerk.sends(f'a[href="/case/{case_id}"]')
    clerk.sends('form:has(input[value="take"]) button')
    assert said["in_review"] in clerk.page.locator("main").inner_text()
    decide(clerk, order_id)
    if said["in_force"] not in clerk.page.locator(".order", has_text=order_id).inner_text():
        second = enter("officer_2", f"/case/{case_id}", language)
        decide(second, order_id)
        clerk.page.reload()
    card = clerk.page.locator(".order", has_text=order_id)
    assert said["in_force"] in card.inner_text()
    card.locator("summary").click()
    card.locator('[name="words"]').fill("<b>这是工资</b>")
    clerk.sends(card.locator("details button"))

    reviewer = enter("reviewer", "/appeals", language)
    reviewer.sends(reviewer.page.locator("tr", has_text=order_id).locator("a"))
    reviewer.page.fill('[name="purpose"]', "办理申诉")
    reviewer.sends('form[action$="/words"] button')
    assert reviewer.page.locator("blockquote").inner_text() == "<b>这是工资</b>"
    reviewer.page.fill('[name="because"]', "有工资单")
    if reviewer.page.locator('[name="document"]').count():
        paper = {"name": "release.pdf", "mimeType": "application/pdf", "buffer": b"%PDF release"}
        reviewer.page.set_input_files('[name="document"]', paper)
    reviewer.sends('[value="grant"]')
    clerk.page.reload()
    assert said["lifted"] in clerk.page.locator(".order", has_text=order_id).inner_text()
    clerk.go("/queue")
    clerk.sends(clerk.page.locator("a[data-row]").first)
    clerk.page.go_back()
    assert clerk.page.locator("a[data-row]").count() > 1


def test_a_deep_link_comes_back_and_keys_walk_the_list(town, enter):
    case_id, _ = proposed(town, 2)
    made = enter(path=f"/case/{case_id}")
    assert "/login?next=" in made.page.url
    made.enters("officer")
    assert made.page.url.endswith(f"/case/{case_id}")
    made.go("/queue")
    made.page.keyboard.press("j")
    first = made.page.evaluate("document.activeElement.getAttribute('href')")
    made.page.keyboard.press("j")
    second = made.page.evaluate("document.activeElement.getAttribute('href')")
    assert first.startswith("/case/")
    assert first != second
    made.page.keyboard.press("Enter")
    made.page.wait_for_url(f"**{second}")


def test_who_was_away_too_long_is_told_and_comes_back_to_the_page(town, enter):
    case_id, _ = proposed(town, 2)
    made = enter("analyst", f"/case/{case_id}")
    form = note(made, "忘了提交")
    town.clock.passes(seconds=IDLE.total_seconds() + 1)
    made.sends(form.locator("button"))
    assert "没有提交" in made.page.locator("main").inner_text()
    made.enters("analyst")
    assert made.page.url.endswith(f"/case/{case_id}")
    assert "note" not in acts(town, "case", case_id)
    assert made.page.locator("main blockquote").first.inner_text() == "忘了提交"
    made.sends(note(made, "忘了提交").locator("button"))
    assert "note" in acts(town, "case", case_id)
    assert not made.page.locator("section.alert blockquote").count()


def test_back_from_a_page_that_asked_what_for_leads_past_the_question(town, enter):
    case_id, _ = proposed(town, 2)
    with town.book.read(SYSTEM, at=town.clock()) as desk:
        card = desk.get("case", case_id).body["cards"][0]["card"].replace(":", "/", 1)
    made = enter("analyst", "/queue")
    made.go(f"/card/{card}")
    made.says_why("核对页面")
    assert made.page.url.endswith(f"/card/{card}")
    made.page.wait_for_selector("main dl, main table")
    made.page.go_back()
    assert made.page.url.endswith("/queue")
    made.page.go_forward()
    assert made.page.url.endswith(f"/card/{card}")
    assert not made.page.locator('form[action="/purpose"]').count()


def test_the_second_click_of_a_double_click_presses_no_button_of_the_next_page(town, enter):
    case_id, _ = proposed(town, 2)
    before = acts(town, "case", case_id).count("note")
    made = enter("officer", f"/case/{case_id}")
    # what a browser tells the page on which the second click falls
    note(made, "手快").locator("button").evaluate(
        "one => one.dispatchEvent("
        "new MouseEvent('click', {detail: 2, bubbles: true, cancelable: true}))"
    )
    assert not note(made, "手快").evaluate("one => one.dataset.sent")
    assert acts(town, "case", case_id).count("note") == before
    made.sends(note(made, "只有这一句").locator("button"))
    assert acts(town, "case", case_id).count("note") == before + 1


def test_a_double_click_does_one_act_and_the_slower_of_two_keeps_their_words(town, enter):
    case_id, _ = proposed(town, 2)
    before = acts(town, "case", case_id).count("note")
    one, two = enter("officer", f"/case/{case_id}"), enter("officer_2", f"/case/{case_id}")
    with one.page.expect_navigation():
        note(one, "先到").locator("button").dblclick()
    one.page.reload()
    assert acts(town, "case", case_id).count("note") == before + 1
    two.sends(note(two, "后到的话").locator("button"))
    assert "后到的话" in two.page.locator("main").inner_text()
    assert acts(town, "case", case_id).count("note") == before + 1
    two.sends('main a[href^="/case/"]')
    two.sends(note(two, "后到的话").locator("button"))
    assert acts(town, "case", case_id).count("note") == before + 2


@pytest.mark.parametrize("role", ["analyst", "governance", "auditor", "administrator"])
def test_each_role_sees_its_menu_and_nothing_behind_the_rest(enter, role):
    made = enter(role)
    shown = made.page.locator("nav.menu a").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    may = [address for address, _, _, roles in MENU if not roles or role in roles]
    assert shown == may
    for address, *_ in MENU:
        status = made.page.request.get(made.address + address).status
        assert (status == 200) is (address in may), (address, status)


def test_axe_finds_nothing_grave_on_any_page(town, enter):
    case_id, _ = proposed(town, 2)
    with town.book.read(SYSTEM, at=town.clock()) as desk:
        card = desk.get("case", case_id).body["cards"][0]["card"].replace(":", "/", 1)
        appeal = desk.find(Wanted("appeal"), limit=1)
    networks = town.findings.tally("network", ["network_id"])["network_id"].to_list()[:1]
    paths = [f"/case/{case_id}", f"/card/{card}", f"/card/{card}", "/nothing"]
    paths += [f"/appeals/{one.id}" for one in appeal] + [f"/network/{one}" for one in networks]
    found = {}
    made = enter()
    found["/login"] = grave(made)
    made.enters("lead_officer")
    by_others = {path for path in LISTS if made.page.request.get(made.address + path).status == 403}
    for path in [*sorted(set(LISTS) - by_others), *paths]:
        made.go(path)
        if made.page.locator('form[action="/purpose"]').count():
            found["purpose"] = grave(made)
            made.says_why("核对页面")
        made.page.wait_for_load_state("networkidle")
        found[path] = grave(made)
    auditor = enter("auditor")
    for path in sorted(by_others):
        assert auditor.page.goto(auditor.address + path).status == 200, path
        found[path] = grave(auditor)
    security = enter("security", "/users")
    found["/users as security"] = grave(security)
    assert len(found) > 25
    assert {path: faults for path, faults in found.items() if faults} == {}


def grave(made):
    """What axe finds grave, and what is wider than the window: on a clerk's screen and on one of 4K."""
    made.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = made.page.evaluate(GRAVE) + made.page.evaluate(WIDE)
    made.page.set_viewport_size({"width": 3840, "height": 2160})
    found += made.page.evaluate(WIDE)
    made.page.set_viewport_size(SIZE)
    return found


def test_rules_are_compared_while_one_waits_and_a_file_comes_back_as_it_went(town, enter, tmp_path):
    made = enter("officer", "/policy/compare", "en")
    made.page.fill('[name="changes"]', "account_tiers.suspicious_score = 0.99")
    made.sends("main form button.btn-primary")
    made.page.wait_for_selector("text=had B been the rules")
    case_id, _ = proposed(town, 3)
    made.go(f"/case/{case_id}")
    paper = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a letter"}
    made.page.set_input_files('input[type="file"]', paper)
    made.sends('form[action$="/files"] button')
    with made.page.expect_download() as taken:
        made.page.locator(".files button").click()
    taken.value.save_as(tmp_path / "letter.pdf")
    assert taken.value.suggested_filename == "letter.pdf"
    assert (tmp_path / "letter.pdf").read_bytes() == paper["buffer"]
    assert "attach" in acts(town, "case", case_id)
    made.go("/language/zh?next=/case/none")
    assert "没有这条记录" in made.page.locator("main").inner_text()


PLACES = ("110101", "310101", "440103", "530102", "650102", "810001")


def test_the_map_shows_provinces_with_and_without_a_rate_and_a_click_opens_one(chromium, tmp_path):
    found = small_run(tmp_path)
    rates = dict.fromkeys(("rate_per_10k", "shrunk_per_10k", "lower_per_10k", "upper_per_10k"), 5.0)
    write(found.out, "scorecard", [{"unit_kind": "region", "unit_id": u, "period": "2026-05", "side": "new", "exposure": 1000 + n, "implicated": n, "self_detected": 0, "rank": 1, **rates} for n, u in enumerate(PLACES)])  # fmt: skip
    write(found.out, "listing", [{"unit_kind": "region", "unit_id": "530102", "period": "2026-05", "listing": "red_card", "because": "x", "legal_basis": "y"}])  # fmt: skip
    room = console(tmp_path, found)
    with on_a_port(room.app) as address, visit(chromium, Town(address, room.book, room.clock, found)) as made:  # fmt: skip
        made.go("/governance/regions")
        made.page.fill("#name", "governance")
        made.page.fill("#password", WORD)
        made.sends("main button")
        made.page.wait_for_selector("#map canvas")
        drawn = "() => echarts.getInstanceByDom(document.getElementById('map')).getZr().storage.getDisplayList(true).length > 60"  # fmt: skip
        made.page.wait_for_function(drawn)
        place = "() => { const c = echarts.getInstanceByDom(document.getElementById('map')); const r = document.getElementById('map').getBoundingClientRect(); const p = c.convertToPixel({seriesIndex: 0}, [102, 24.5]); return [r.x + p[0], r.y + p[1]]; }"  # fmt: skip
        x, y = made.page.evaluate(place)
        with made.page.expect_navigation():
            made.page.mouse.click(x, y)
        assert "province=530000" in made.page.url
        assert "昆明" in made.page.locator("main").inner_text()
        assert not made.faults
    room.book.close()
