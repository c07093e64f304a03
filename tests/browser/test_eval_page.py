"""The page of an eval, as people meet it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from promptops.evals.report import Report
from promptops.reporters import eval_html
from tests.browser.conftest import Open
from tests.browser.test_cost_page import CONTRAST, HOSTILE, PHONE
from tests.reporters.eval_samples import SAMPLES, cases, failed, flips, passed, several

ROWS = "#matrix tbody tr:not(.space)"


def ids(page: Page) -> list[str]:
    return page.locator(f"{ROWS} th").all_text_contents()


def hostile_report(said: str) -> Report:
    """Return a report of which every text is a stranger's."""
    base = failed()
    results = [
        replace(one, id=f"{one.id}{said}", inputs={f"ticket{said}": said}, expected=said,
                cluster=said, slices={said: said},
                answers=tuple(replace(each, text=said, variant=f"{each.variant}{said}",
                                      message=said, cause=said,
                                      scores={name: replace(seen, label=said, reason=said)
                                              for name, seen in each.scores.items()})
                              for each in one.answers))
        for one in base.cases
    ]  # fmt: skip
    return replace(
        base, cases=results, notes=(said,), reasons=(said,), incumbent=f"v3{said}",
        variants=tuple(replace(one, id=f"{one.id}{said}", model=said) for one in base.variants),
        comparisons=tuple(replace(one, candidate=f"v4{said}", incumbent=f"v3{said}",
                                  reasons=(said,)) for one in base.comparisons),
        errors=tuple(replace(one, case=said, message=said) for one in base.errors),
        eval=replace(base.eval, name=said),
    )  # fmt: skip


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_page_says_its_sentence_first_and_asks_for_nothing(open_page: Open, kind: str) -> None:
    found = SAMPLES[kind]()
    page = open_page(eval_html.report(found))
    assert page.locator("h1").inner_text().replace("\xa0", " ") == found.headline
    assert page.locator("h1").count() == 1
    if found.cases:
        expect(page.locator("#find output")).to_have_text("60 of 60 cases")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_answers_add_no_element_and_no_attribute(open_page: Open, hostile: str) -> None:
    tags = """() => [...document.querySelectorAll("*")].map((one) =>
        [one.tagName, ...one.getAttributeNames()].join(" ")).filter((one) => one !== "WBR")"""

    def shape(said: str) -> list[str]:
        page = open_page(eval_html.report(hostile_report(said)))
        page.locator(f"{ROWS} button").nth(3).click()
        expect(page.locator("#case pre").first).to_be_visible()
        return page.evaluate(tags)

    assert shape(hostile) == shape("x")


def test_a_hostile_answer_is_shown_as_it_is(open_page: Open) -> None:
    page = open_page(eval_html.report(hostile_report(HOSTILE[1])))
    page.locator(f"{ROWS} button").nth(3).click()
    assert page.locator(".side pre").first.text_content() == HOSTILE[1]
    assert page.locator("img").count() == 0


def test_what_broke_comes_first_and_opens_with_both_answers_and_their_words(
    open_page: Open,
) -> None:
    page = open_page(eval_html.report(passed()))
    assert ids(page)[0] == "P-00009"
    page.locator(f"{ROWS} button").first.click()
    assert page.locator("#case h3").inner_text() == "P-00009"
    assert page.locator(".side h4").all_text_contents() == ["v3", "v4"]
    assert page.locator(".side mark").all_text_contents() == ["customs", "lockers"]
    said = page.locator(".side").nth(1).inner_text()
    assert "label 0, lockers answered lockers, expected customs" in said
    assert "tone 1 It greets the customer and is short." in said


def test_a_case_that_was_lost_says_why(open_page: Open) -> None:
    page = open_page(eval_html.report(failed()))
    page.get_by_label("Show cases").select_option("without an answer or a score")
    expect(page.locator("#find output")).to_have_text("1 of 60 cases")
    page.locator(f"{ROWS} button").first.click()
    expect(page.locator(".lost")).to_have_text("timed_out: no reply within 120 s")
    assert page.locator(".mark.missing").inner_text() == "missing"


def test_cases_are_found_by_words_of_input_answer_and_reason(open_page: Open) -> None:
    page = open_page(eval_html.report(several()))
    find = page.get_by_label("Case, input, answer or reason holds")
    find.fill("expected REFUNDS locker")
    expect(page.locator("#find output")).not_to_have_text("60 of 60 cases")
    page.locator(f"{ROWS} button").first.click()
    assert "refunds" in page.locator("#case").inner_text()
    find.fill("nobody says this")
    expect(page.locator("#find output")).to_have_text("0 of 60 cases")
    find.fill("")
    page.get_by_label("Show cases").select_option("that a candidate broke")
    expect(page.locator(ROWS)).to_have_count(len({one.case for one in several().flips}))


def test_another_version_can_be_set_beside(open_page: Open) -> None:
    page = open_page(eval_html.report(several()))
    page.get_by_label("Right").select_option("v5")
    page.locator(f"{ROWS} button").first.click()
    assert page.locator(".side h4").all_text_contents() == ["v3", "v5"]
    page.get_by_label("Left").select_option("v4 on haiku")
    assert page.locator(".side h4").all_text_contents() == ["v4 on haiku", "v5"]


def test_rows_are_walked_with_the_keyboard(open_page: Open) -> None:
    page = open_page(eval_html.report(several()))
    page.get_by_label("Right").focus()
    page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.id") == "matrix-scroll":
        page.keyboard.press("Tab")
    order = page.evaluate(
        "() => { const d = JSON.parse(document.getElementById('cases-data').textContent);"
        " return d.order.map((at) => d.texts[d.cases[at][0]]); }"
    )
    for key, place in (("ArrowDown", 1), ("ArrowDown", 2), ("End", 59), ("ArrowUp", 58),
                       ("Home", 0)):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == order[place]
        assert page.locator("#case h3").inner_text() == order[place]
        box = page.evaluate("document.activeElement.getBoundingClientRect().toJSON()")
        frame = page.locator("#matrix-scroll").bounding_box()
        assert frame is not None
        assert frame["y"] <= box["top"] <= box["bottom"] <= frame["y"] + frame["height"]


def test_without_a_script_the_first_cases_can_be_read(open_page: Open) -> None:
    page = open_page(eval_html.report(several()), java_script_enabled=False)
    assert page.locator("#matrix tbody tr").count() == 40
    assert not page.locator("#find").is_visible()
    assert "The first 40 of 60" in page.locator("#cases-static").inner_text()
    assert "This is for the team of" in page.locator("#matrix").inner_text()
    page.locator(".variants summary").first.click()
    assert "rate_limited 12" in page.locator(".variants").inner_text()


def test_twenty_thousand_cases_are_scrolled_and_searched(open_page: Open) -> None:
    results = cases(20_000, ("v3", "v4", "v4 on haiku", "v5"))
    found = replace(several(), cases=tuple(results), flips=flips(results))
    begun = time.perf_counter()
    text = eval_html.report(found)
    made = time.perf_counter() - begun
    page = open_page(text)
    expect(page.locator("#find output")).to_have_text("20,000 of 20,000 cases")
    assert page.locator("#matrix tr").count() < 60
    page.locator("#matrix-scroll").evaluate("one => { one.scrollTop = one.scrollHeight }")
    last = f"{ROWS}[aria-rowindex='20001']"
    expect(page.locator(last)).to_be_visible()
    find = page.get_by_label("Case, input, answer or reason holds")
    find.fill("P-19999")
    expect(page.locator("#find output")).to_have_text("1 of 20,000 cases")
    assert len(text) < 40_000_000
    assert made < 60


@pytest.mark.parametrize("kind", ["several", "failed", "judged", "nothing", "staged"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_told_from_what_is_behind_it(open_page: Open, kind: str, scheme: Any) -> None:
    page = open_page(eval_html.report(SAMPLES[kind]()), color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    if page.locator(f"{ROWS} button").count():
        page.locator(f"{ROWS} button").first.click()
    found = [one for one in page.evaluate(CONTRAST.replace('closest("td")', 'closest("svg")'))
             if not one[0].startswith("text")]  # fmt: skip
    assert len(found) > 10
    assert [one for one in found if one[1] < one[2]] == []


@pytest.mark.parametrize("width", [320, 360, 800])
def test_nothing_is_wider_than_a_narrow_screen(open_page: Open, width: int) -> None:
    base = several()
    long = tuple(replace(one, id="w" * 120) if one.id == "v5" else one for one in base.variants)
    text = eval_html.report(replace(base, variants=long))
    page = open_page(text, viewport={"width": width, "height": 740})
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    page.locator(f"{ROWS} button").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_drawing_has_a_name_and_its_labels_stay_legible_on_a_phone(open_page: Open) -> None:
    page = open_page(eval_html.report(several()), viewport=PHONE)
    told = page.locator("body").aria_snapshot()
    assert 'img "Quality against the dollars of a success: v3 87.2 % at $0.0053; v4' in told
    assert '- search "Filter the cases"' in told
    assert '- table "Each case and how each version did with it"' in told
    sizes = page.locator("svg.front text").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 11
    pale = page.locator("svg.front .dot.pale title").all_text_contents()
    assert [one.partition(":")[0] for one in pale] == ["v5"]


def test_each_control_shows_that_it_has_the_focus(open_page: Open) -> None:
    page = open_page(eval_html.report(several()))
    seen = 0
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement !== document.body") and seen < 40:
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert width >= 2, page.evaluate("document.activeElement.outerHTML")
        seen += 1
        page.keyboard.press("Tab")
    assert seen > 10


def test_in_print_the_cases_in_sight_are_there_and_the_controls_are_not(open_page: Open) -> None:
    page = open_page(eval_html.report(several()))
    page.emulate_media(media="print")
    assert not page.locator("#find").is_visible()
    assert page.locator(ROWS).first.is_visible()
    assert page.locator("svg.front").is_visible()
