"""Markup that no text can forge."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.reporters import cost_html
from promptops.reporters.figures import printable
from promptops.reporters.page.document import asset, document
from promptops.reporters.page.markup import Html, el, join, text
from tests.browser import samples

MARKS = st.sampled_from(
    ["<", ">", "&", '"', "'", "</", "<!--", "-->", "]]>", "&lt;", "\x00", "\u202e"]
)
TEXTS = st.lists(st.one_of(MARKS, st.text(max_size=4)), max_size=8).map("".join)


class Reader(HTMLParser):
    """What a reader of HTML finds: elements with their attributes, and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@given(TEXTS, TEXTS)
def test_a_text_is_read_back_as_it_is_in_an_element_and_in_an_attribute(one: str, two: str) -> None:
    found = read(el("p", one, title=two))
    assert found.elements == [("p", {"title": printable(two)})]
    assert "".join(found.texts) == printable(one)


@given(TEXTS)
def test_markup_is_taken_once_and_a_sum_with_text_is_text_again(plain: str) -> None:
    ready = text(plain)
    assert join([ready]) == ready
    assert type(ready + "<b>") is str
    assert read(el("p", ready + "<b>")).elements == [("p", {})]


def test_attributes_that_are_not_given_are_left_out() -> None:
    assert el("td", None, class_="n", hidden=True, id=None, open=False, data_v="1") == (
        '<td class="n" hidden data-v="1"></td>'
    )
    assert el("meta", charset="utf-8") == '<meta charset="utf-8">'


def test_a_page_allows_its_own_style_and_script_and_nothing_else() -> None:
    page = document("A & B", Html("<p>x</p>"), styles="p { margin: 0 }", script="let a = 1 < 2;")
    policy = next(a for tag, a in read(page).elements if a.get("http-equiv"))["content"]
    for tag in ("style", "script"):
        source = re.search(f"<{tag}>(.*)</{tag}>", page, re.DOTALL)
        assert source is not None
        digest = base64.b64encode(hashlib.sha256(source[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in (policy or "")
    assert (policy or "").startswith("default-src 'none'; ")
    assert "<title>A &amp; B</title>" in page


def test_the_styles_and_the_script_of_the_package_cannot_end_their_element() -> None:
    assert all("</" not in asset(name) for name in ("page.css", "table.js"))


def shape(page: str) -> list[tuple[str, list[str]]]:
    """Return the elements with the names of their attributes; breaks follow the slashes."""
    return [(tag, list(has)) for tag, has in read(page).elements if tag != "wbr"]


PLAIN = shape(cost_html.report(samples.with_text(samples.eight(), "x")))


@settings(max_examples=40)
@given(TEXTS.filter(lambda one: "\ud800" not in one))
def test_what_names_and_paths_say_changes_no_element_of_the_page(around: str) -> None:
    page = cost_html.report(samples.with_text(samples.eight(), f"x{around}"))
    assert shape(page) == PLAIN
