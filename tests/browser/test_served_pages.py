"""``promptops serve`` in a browser: links, the form that narrows, the page that waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from promptops.audit.report import Audit
from promptops.serving.keeping import Keeping
from promptops.serving.server import opened
from promptops.serving.site import Site, Sources
from tests.browser import audit_samples as samples
from tests.browser.conftest import PATIENCE


@contextmanager
def serving(site: Site) -> Iterator[str]:
    with opened("127.0.0.1", 0, site) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.address
        server.shutdown()
        thread.join()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(color_scheme="dark")
    context.set_default_timeout(PATIENCE)
    found, heard = context.new_page(), []
    found.on("console", lambda message: heard.append(message.text))
    found.on("pageerror", lambda error: heard.append(f"{error}"))
    yield found
    context.close()
    assert heard == []


def site_of(folder: Path, made: Any, begin: Event, state: list[int]) -> Site:
    def audit(_given: object) -> tuple[Audit, Any]:
        begin.wait()
        found: tuple[Audit, Any] = made
        return found

    sources = Sources(str(folder / "ledger.db"), audit, list, str)
    return Site(sources, Keeping(lambda: state[0]))


def test_pages_wait_link_and_narrow(page: Page, tmp_path: Path) -> None:
    begin, state = Event(), [0]
    with serving(site_of(tmp_path, samples.recorded(tmp_path), begin, state)) as address:
        page.goto(address)
        assert page.locator("h1").inner_text() == "The recorded calls are being added up"
        begin.set()
        expect(page.locator("h1")).to_contain_text("Prompts cost $")  # it asks again by itself
        page.locator("#closer-table tbody button").first.click()
        expect(page.get_by_label("Shown by")).to_have_value("prompt")
        page.get_by_role("link", name="Questions").click()
        page.get_by_role("link", name="versions", exact=True).click()
        expect(page.locator("#answer tbody")).to_have_count(5)
        page.get_by_label("prompt", exact=True).fill("parcel/triage")
        page.get_by_label("since").fill(samples.day(8))
        page.keyboard.press("Enter")
        expect(page.locator("#answer tbody")).to_have_count(1)
        assert "v2" in page.locator("#answer tbody").inner_text()
        page.get_by_role("link", name="Audit").click()
        expect(page.locator(".eyebrow")).to_contain_text("recorded calls")


def test_figures_of_before_are_shown_while_new_ones_are_made(page: Page, tmp_path: Path) -> None:
    begin, state = Event(), [0]
    begin.set()
    with serving(site_of(tmp_path, samples.recorded(tmp_path), begin, state)) as address:
        page.goto(address)
        expect(page.locator("header")).to_contain_text("reload for those of now")
        begin.clear()
        state[0] = 1
        page.reload()
        expect(page.locator("header .note")).to_contain_text("new figures are being worked out")
        begin.set()
        page.reload()
        expect(page.locator("header")).to_contain_text("reload for those of now")
