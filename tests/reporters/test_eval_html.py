"""The page of an eval: nothing unknown is shown as nothing, and no text gets out of its place."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from promptops.evals.report_variants import Split
from promptops.reporters import eval_html, eval_html_data
from promptops.reporters.figures import printable
from tests.browser.test_eval_page import hostile_report
from tests.reporters.eval_samples import SAMPLES, alone, failed, passed, several, unpriced
from tests.reporters.test_page_markup import TEXTS, read


def block(page: str) -> str:
    return page.partition('id="cases-data">')[2].partition("</script>")[0]


def shape(page: str) -> list[tuple[str, list[str]]]:
    return [(tag, list(has)) for tag, has in read(page).elements if tag != "wbr"]


PLAIN = shape(eval_html.report(hostile_report("x")))


@settings(max_examples=50, deadline=None)
@given(TEXTS.filter(lambda one: "\ud800" not in one))
def test_what_answers_and_names_say_changes_no_element_of_the_page(said: str) -> None:
    assert shape(eval_html.report(hostile_report(f"x{said}"))) == PLAIN


@settings(deadline=None)
@given(TEXTS)
def test_the_data_reads_back_as_the_answers_were(said: str) -> None:
    text = block(eval_html.report(hostile_report(said)))
    assert not set("<>&") & set(text)
    data = json.loads(text)
    shown = "".join(char if char in "\n\t\u200c\u200d" else printable(char) for char in said)
    assert shown.encode("utf-8", "replace").decode() in data["texts"]


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_sample_is_a_page(kind: str) -> None:
    found = SAMPLES[kind]()
    page = eval_html.report(found)
    assert page.endswith("</body></html>\n")
    assert page == eval_html.report(found)


def test_a_price_that_is_not_known_is_never_nothing() -> None:
    page = eval_html.report(unpriced())
    assert not re.search(r">\$0(\.0+)?<", page)
    assert "Quality against cost" not in page
    assert page.count(">unknown<") > 4


def test_where_no_ratio_of_costs_is_the_head_says_what_calls_cost() -> None:
    found = passed()
    free = replace(found, comparisons=tuple(replace(one, cost=None) for one in found.comparisons))
    head = eval_html.report(free).partition("</header>")[0]
    assert re.search(r"<dt>Cost of v4</dt><dd>\$[0-9.]+<small[^>]*> for 1,000</small></dd>", head)
    assert "unknown" not in head


def test_cases_are_tagged_by_what_went_wrong_with_the_versions() -> None:
    found = failed()
    tags = {one.id: eval_html_data.tags(found, one) for one in found.cases}
    assert tags["P-00000"] == set()
    assert tags["P-00003"] == {"missing"}
    assert tags["P-00009"] == {"broke", "wrong", "differs"}
    order = [found.cases[at].id for at in eval_html_data.ordered(found)]
    assert order[:3] == ["P-00007", "P-00009", "P-00003"]
    assert sorted(order) == sorted(tags)


def test_a_text_stands_once_and_a_long_one_is_cut() -> None:
    base = passed()
    long = "a" * 30_000
    results = [replace(one, expected=long) for one in base.cases]
    texts = json.loads(block(eval_html.report(replace(base, cases=results))))["texts"]
    assert len(texts) == len(set(texts))
    assert [len(one) for one in texts if len(one) > 1_000] == [eval_html_data.LONGEST + 1]


def test_a_report_without_cases_has_no_script() -> None:
    page = eval_html.report(replace(alone(), cases=()))
    assert "<script" not in page
    assert "script-src &#39;none&#39;" in page


def test_a_baseline_out_of_the_drawing_is_named_below_it() -> None:
    page = eval_html.report(several())
    assert "baseline:majority is below the drawing, at 31.0 %." in page


def test_the_share_of_draws_in_which_nothing_is_better_stands_beside_a_name() -> None:
    page = eval_html.report(several())
    assert 'v4 on haiku<tspan class="share"> 99 %</tspan>' in page
    assert "the share beside a name" in page.lower()
    alone = eval_html.report(replace(several(), pareto=()))
    assert 'class="share"' not in alone


def test_marks_that_change_nothing_are_one_row_and_no_stroke() -> None:
    base = passed()
    same = tuple(replace(one, per_1000=base.placements[0].per_1000, pessimistic=None)
                 for one in base.placements)  # fmt: skip
    page = eval_html.report(replace(base, placements=same))
    assert page.count(">anywhere<") == 1
    assert 'class="place"' not in page
    assert eval_html.report(base).count('class="place"') == 5


def test_what_was_foretold_of_a_call_stands_where_its_cache_did_something_else() -> None:
    base = passed()
    first, *others = base.cases
    seen = replace(first.answers[0], observed=Split(20, 0, 900), predicted=Split(20, 900, 0))
    case = replace(first, answers=(seen, *first.answers[1:]))
    page = eval_html.report(replace(base, cases=(case, *others)))
    told = "0 tokens read from the cache and 900 written (foretold 900 and 0)"
    assert any(told in text for text in json.loads(block(page))["texts"])
