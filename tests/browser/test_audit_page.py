"""The page of an audit, as people meet it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from promptops.audit.days import Days
from promptops.audit.facts import Facts
from promptops.audit.report import Audit, audited
from promptops.audit.spent import Spending
from promptops.reporters import audit_html
from promptops.reporters.figures import dollars
from promptops.reporters.page.bars import scale
from tests.browser import audit_samples as samples
from tests.browser.conftest import Open
from tests.browser.test_cost_page import CONTRAST, HOSTILE
from tests.cli.commands import promptops

PHONE = {"width": 360, "height": 740}
ROWS = "#closer-table tbody tr"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Audit, Days, str]:
    audit, days = samples.recorded(tmp_path_factory.mktemp("audit"))
    return audit, days, audit_html.report(audit, days)


def spent(days: Days, **wanted: Any) -> Spending:
    """Return what calls with some key cost."""
    rows = (one for one in days.rows if all(getattr(one.key, k) == v for k, v in wanted.items()))
    return sum((one.spent for one in rows), Spending())


def cells(page: Page, row: int) -> list[str]:
    return [
        one.strip() for one in page.locator(ROWS).nth(row).locator("th, td").all_text_contents()
    ]


def test_it_says_the_month_and_what_is_at_stake_first(open_page: Open, made: Any) -> None:
    audit, _, text = made
    page = open_page(text)
    month = dollars(audit.facts.month)
    assert audit.between is not None
    ends = f"{dollars(audit.between.low)} to {dollars(audit.between.high)} of it"
    assert page.locator("h1").inner_text().startswith(f"Prompts cost {month} a month. Mending")
    assert ends in page.locator("h1").inner_text()
    assert page.title() == f"Audit: {month} a month"
    steps = page.locator("#waterfall + figure tbody tr").all()
    assert len(steps) == len(audit.steps) + 2
    shown = [one.locator("td.n").first.inner_text() for one in steps]
    assert shown == [month, *(dollars(-one.saved) for one in audit.steps),
                     dollars(audit.steps[-1].after)]  # fmt: skip
    drawn = scale([Decimal(0), audit.facts.month])
    for step, row in zip(audit.steps, steps[1:-1], strict=True):
        track = row.locator("svg").bounding_box()
        bar = row.locator("rect").evaluate("one => one.getBoundingClientRect().toJSON()")
        assert track is not None
        share = drawn.across(step.before) / drawn.across(audit.facts.month)
        assert (bar["right"] - track["x"]) / track["width"] == pytest.approx(share, abs=0.004)


def test_each_sin_has_its_evidence_next_step_and_proof(open_page: Open, made: Any) -> None:
    audit, _, text = made
    page = open_page(text, java_script_enabled=False)
    titles = page.locator("details.sin h3").all_text_contents()
    assert titles == [one.title for one in audit.ranked]
    for at, one in enumerate(audit.ranked):
        inside = page.locator("details.sin").nth(at)
        if at:
            inside.locator("summary").click()
        expect(inside.locator(".facts")).to_be_visible()
        for said in (*one.evidence, one.step, one.proof, *one.unknown):
            assert said in " ".join(inside.text_content().split())


def test_a_step_leads_to_its_sin_and_unfolds_it(open_page: Open, made: Any) -> None:
    page = open_page(made[2])
    link = page.locator("#waterfall + figure a").last
    name = (link.get_attribute("href") or "").removeprefix("#")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false })")
    link.press("Enter")
    expect(page.locator(f"details#{name} .facts")).to_be_visible()


def test_lines_say_what_each_good_outcome_cost_by_version(open_page: Open, made: Any) -> None:
    _, days, text = made
    page = open_page(text)
    figure = page.locator("section[aria-labelledby=over-time] figure").first
    assert figure.locator("figcaption").inner_text().startswith("parcel/triage")
    assert figure.locator("path.line").count() >= 2
    assert figure.locator(".legend li").all_text_contents() == [" v1", " v2"]
    assert "parcel/triage" in (figure.locator("svg.lines").get_attribute("aria-label") or "")
    figure.locator("summary").click()
    heads = figure.locator("thead th").all_text_contents()
    assert heads[1:] == ["v1", "v2"]
    rows = {one.locator("th").inner_text(): one.locator("td").all_text_contents()
            for one in figure.locator("tbody tr").all()}  # fmt: skip
    own = [
        one for one in days.rows if one.key.version == "v2" and one.key.prompt == "parcel/triage"
    ]
    weeks: dict[str, list[Any]] = {}
    for one in own:
        monday = one.day.fromordinal(one.day.toordinal() - one.day.weekday()).isoformat()
        weeks.setdefault(monday, []).append(one)
    for monday, of in weeks.items():
        usd = sum((one.spent.usd for one in of), Decimal(0))
        assert rows[monday][1] == dollars(usd / sum(one.good.get("delivered", 0) for one in of))


def test_hits_over_time_and_what_misses_cost_are_shown(open_page: Open, made: Any) -> None:
    _, days, text = made
    page = open_page(text)
    section = page.locator("section[aria-labelledby=caches]")
    assert section.locator("svg.lines").count() == 4
    first = section.locator("#missed tbody").first.locator("th, td").all_text_contents()
    worst = days.caches[0]
    assert first[0] == f"{worst.prompt} {worst.version}"
    assert first[-2:] == [dollars(worst.saved), dollars(worst.missed)]


def test_a_feature_is_looked_into_down_to_its_days_by_keyboard(open_page: Open, made: Any) -> None:
    _, days, text = made
    page = open_page(text)
    inbox = spent(days, feature="inbox")
    row = cells(page, 0)
    assert row[:2] == ["inbox", dollars(inbox.usd)]
    assert row[3] == f"{inbox.calls:,}"
    page.locator(f"{ROWS} button").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Shown by")).to_have_value("prompt")
    triage = spent(days, feature="inbox", prompt="parcel/triage")
    assert cells(page, 0)[:2] == ["parcel/triage", dollars(triage.usd)]
    page.keyboard.press("Enter")  # the focus is on the first row
    expect(page.get_by_label("Shown by")).to_have_value("version")
    assert {cells(page, 0)[0], cells(page, 1)[0]} == {"parcel/triage v1", "parcel/triage v2"}
    page.keyboard.press("Enter")
    expect(page.get_by_label("Shown by")).to_have_value("step")
    assert cells(page, 0)[0] == samples.day(0)
    version = page.locator(".path [aria-current]").inner_text()
    assert version == "version: parcel/triage v1"
    total = spent(days, feature="inbox", prompt="parcel/triage", version="v1")
    expect(page.locator("#closer-form output")).to_contain_text(
        f"{dollars(total.usd)} of {total.calls:,} calls"
    )
    page.go_back()
    expect(page.get_by_label("Shown by")).to_have_value("version")
    page.get_by_role("button", name="One step back").press("Enter")
    expect(page.get_by_label("Shown by")).to_have_value("prompt")
    page.locator(".path button", has_text="All calls").press("Enter")
    expect(page.locator(ROWS)).to_have_count(3)
    assert "unknown" in cells(page, 2)  # no price is known


def test_what_is_looked_at_can_be_sorted_and_linked_to(open_page: Open, made: Any) -> None:
    _, days, text = made
    page = open_page(text, fragment="#closer?by=model&prompt=parcel%2Freply")
    assert cells(page, 0)[:2] == [
        samples.SMALL.model,
        dollars(spent(days, prompt="parcel/reply").usd),
    ]
    page.get_by_label("Shown by").select_option("version")
    expect(page.locator(ROWS)).to_have_count(1)
    page.get_by_role("button", name="One step back").click()
    page.get_by_label("Shown by").select_option("version")
    expect(page.locator(ROWS)).to_have_count(5)  # v1 of one prompt is not that of another
    page.get_by_label("Shown by").select_option("prompt")
    page.locator("#closer-table thead button", has_text="Calls").press("Enter")
    head = page.locator("#closer-table th[aria-sort]")
    assert head.get_attribute("aria-sort") == "descending"
    calls = [int(cells(page, at)[3]) for at in range(page.locator(ROWS).count())]
    assert calls == sorted(calls, reverse=True)
    page.keyboard.press("Enter")  # it keeps the focus
    assert head.get_attribute("aria-sort") == "ascending"
    page.get_by_role("combobox", name="Outcome").select_option("accepted")
    expect(page.locator("#closer-table thead")).to_contain_text("Good, accepted")


def test_tables_of_shares_are_sorted_by_keyboard(open_page: Open, made: Any) -> None:
    page = open_page(made[2])
    table = page.locator("#by-version")
    table.locator("thead button", has_text="A call").press("Enter")
    assert table.locator("th[aria-sort]").inner_text() == "A call"
    last = table.locator("tbody").last.locator("th, td").all_text_contents()
    assert last[0] == "lab/try v0"
    assert last[-1] == "unknown"


def test_without_a_script_the_tables_are_there(open_page: Open, made: Any) -> None:
    _, days, text = made
    page = open_page(text, java_script_enabled=False)
    assert not page.locator("#closer-form").is_visible()
    expect(page.locator(".scriptless")).to_be_visible()
    row = page.locator("#by-feature tbody").first.locator("th, td").all_text_contents()
    assert row[:2] == ["inbox", dollars(spent(days, feature="inbox").usd)]
    tenants = page.locator("#by-tenant tbody th").all_text_contents()
    assert set(tenants) == {f"depot-{n}" for n in range(5)}


def test_without_outcomes_it_shows_what_a_call_cost(open_page: Open, tmp_path: Path) -> None:
    audit, days = samples.recorded(tmp_path, outcomes=[])
    page = open_page(audit_html.report(audit, days))
    section = page.locator("section[aria-labelledby=over-time]")
    assert section.locator("h2").inner_text() == "What a call costs, over time"
    figure = section.locator("figure").first
    figure.locator("summary").click()
    first = figure.locator("tbody tr").first.locator("td").first.inner_text()
    own = [one for one in days.rows if one.key.version == "v1" and one.day == samples.FIRST
           and one.key.prompt == "parcel/triage"]  # fmt: skip
    assert first == dollars(sum((one.spent.usd for one in own), Decimal(0)) / 12)
    assert "no outcome is recorded" in page.locator("#unknown + ul").inner_text()


def test_without_recorded_calls_it_says_what_cannot_be_known(open_page: Open) -> None:
    page = open_page(audit_html.report(audited(Facts(None), ("there is no ledger",))))
    assert page.locator("h1").inner_text() == "What prompts cost a month is not known."
    assert "there is no ledger" in page.locator("#unknown + ul").inner_text()
    assert page.locator("svg.lines").count() == 0
    assert page.locator("details.sin").count() == 7


def test_thousands_of_prompts_are_folded_and_it_is_said(open_page: Open, tmp_path: Path) -> None:
    audit, days = samples.recorded(tmp_path, calls=samples.many(900), outcomes=[])
    text = audit_html.report(audit, days)
    assert len(text) < 2_000_000
    page = open_page(text, fragment="#closer?by=prompt")
    section = page.locator("section[aria-labelledby=closer]")
    said = re.search(r"The (\d+) cheapest of 900 combinations, (\S+) together",
                     section.inner_text())  # fmt: skip
    assert said is not None
    usd: dict[Any, Decimal] = {}
    for one in days.rows:
        usd[one.key] = usd.get(one.key, Decimal(0)) + one.spent.usd
    folded = sum(sorted(usd.values())[: int(said[1])], Decimal(0))
    assert said[2] == dollars(folded)
    total = dollars(days.total.usd)
    expect(page.locator("#closer-form output")).to_contain_text(f"{total} of 9,000 calls")
    expect(page.locator(ROWS)).to_have_count(200)


def test_hostile_names_add_no_element_and_no_attribute(
    open_page: Open, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tags = """() => [...document.querySelectorAll("*:not(wbr)")].map((one) =>
        [one.tagName, ...one.getAttributeNames()].join(" ")).sort()"""
    plain, page = (
        open_page(audit_html.report(*samples.recorded(tmp_path_factory.mktemp("a"), around)))
        for around in ("x", " ".join(HOSTILE))
    )
    assert page.evaluate(tags) == plain.evaluate(tags)
    page.locator(f"{ROWS} button").first.click()
    assert page.locator(ROWS).count() == 2
    assert HOSTILE[1] in (page.locator(".path").text_content() or "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_told_from_what_is_behind_it(open_page: Open, made: Any, scheme: Any) -> None:
    page = open_page(made[2], color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    drawn = CONTRAST.replace('closest("td")', 'closest("section")')
    found = [one for one in page.evaluate(drawn)
             if not one[0].startswith(("text", "title", "rect"))]  # fmt: skip
    assert len(found) > 100
    assert [one for one in found if one[1] < one[2]] == []
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (dark == "rgb(21, 24, 27)") is (scheme == "dark")


def test_nothing_is_wider_than_a_narrow_screen(open_page: Open, tmp_path: Path) -> None:
    page = open_page(audit_html.report(*samples.recorded(tmp_path, "w" * 60)))
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    page.locator(f"{ROWS} button").first.click()
    for width in (320, 400, 800):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_each_control_shows_that_it_has_the_focus(open_page: Open, made: Any) -> None:
    page = open_page(made[2])
    seen = 0
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement !== document.body") and seen < 120:
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert width >= 2, page.evaluate("document.activeElement.outerHTML")
        seen += 1
        page.keyboard.press("Tab")
    assert seen > 40


def test_what_is_on_the_page_has_a_name_for_those_who_cannot_see_it(
    open_page: Open, made: Any
) -> None:
    told = open_page(made[2], viewport=PHONE).locator("body").aria_snapshot()
    for line in (
        "- banner:", "- main:", "- contentinfo:",
        '- region "What is at stake"',
        '- table "Dollars a month, and what is left after each"',
        '- img "parcel/triage, each good outcome, delivered, by version and',
        '- combobox "Shown by"',
        '- table "Cost by feature"',
        '- rowheader "inbox"',
        "- status:",
    ):  # fmt: skip
        assert line in told, told


def test_its_data_are_whole_numbers(made: Any) -> None:
    _, days, text = made
    found = re.search(r'<script type="application/json" id="cube">(.*?)</script>', text)
    assert found is not None
    data = json.loads(found[1])
    assert all(isinstance(one, int) for row in data["rows"] for one in row)
    usd = data["dims"].index("step") + 5
    assert sum(row[usd] for row in data["rows"]) == days.total.usd * data["unit"]


def test_the_command_writes_the_page_and_prints_nothing(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".promptops").mkdir()
    samples.recorded(tmp_path / ".promptops")
    done = promptops("audit", "--html", "audit.html", "--since", samples.day(2), cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "", "")
    page = open_page((tmp_path / "audit.html").read_text("utf-8"))
    assert samples.day(2) in page.locator(".eyebrow").inner_text()
    assert page.locator(ROWS).count() == 3
