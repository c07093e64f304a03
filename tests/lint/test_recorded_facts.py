"""Rules look at what was recorded of a prompt: answers, calls, and what its tokens are billed."""

from __future__ import annotations

from datetime import date

import pytest

from promptops.config import Config
from promptops.lint.facts.money import find_method
from promptops.lint.facts.traffic import find_traffic
from promptops.lint.figures import count, worth
from promptops.lint.rules.missing_cost_metadata import missing_cost_metadata
from promptops.lint.rules.missing_mark import missing_mark
from promptops.lint.rules.missing_output_bound import missing_output_bound
from promptops.lint.rules.over_budget import over_budget
from promptops.lint.rules.unfit_max_tokens import unfit_max_tokens
from promptops.lint.view import View
from promptops.registry.closure import closure_hash, dependencies
from promptops.templates.files import Memory
from promptops.templates.loader import load

PATH = "prompts/shop/letter.prompt.j2"
MODEL = "anthropic:claude-sonnet-5-5"
TODAY = date(2026, 11, 22)
ANSWERS = "output_tokens: {p50: 150, p95: 190, p99: 212}"
FROM = "from: 'ledger 2026-10-20..2026-11-19, n=1204'"
OLD = "from: 'ledger 2026-01-20..2026-02-19, n=1204'"


def view(head: str, use: str, body: str = "Write a letter about the lamp {{ lamp }}.") -> View:
    text = f"---\nversion: 1\nmodel: {MODEL}\ninputs: {{lamp: string}}\n{head}\n---\n{body}\n"
    files = {PATH: text.encode(), "prompts/lamp.json": b'{"lamp": "of brass, with a green shade"}'}
    if use:
        files["usage.yml"] = f"prompts:\n  shop/letter: {{{use}}}\n".encode()
    memory, config = Memory(files), Config()
    return View(load(memory, PATH, config), count, files=memory, today=TODAY, config=config)


def caps(head: str, use: str) -> list[tuple[str, str]]:
    found = unfit_max_tokens.run(view(head, use), {})
    return [(one.message, (one.severity or unfit_max_tokens.severity).label) for one in found]


def test_a_cap_far_above_the_recorded_answers_says_how_long_these_are() -> None:
    told = "answers are at most 212 tokens at p99 over 1,204 calls: max_tokens 4096 allows 19 times"
    assert caps("params: {max_tokens: 4096}", f"{ANSWERS}, {FROM}") == [(f"{told} that", "note")]


def test_a_cap_that_recorded_answers_reach_cuts_them_off() -> None:
    told = "max_tokens 212 cuts answers off: one in a hundred reaches it over 1,204 calls"
    assert caps("params: {max_tokens: 212}", f"{ANSWERS}, {FROM}") == [(told, "warning")]
    few = "output_tokens: {p50: 150, p95: 190}, from: 'ledger 2026-11-01..2026-11-19, n=40'"
    told = "max_tokens 180 cuts answers off: one in twenty reaches it over 40 calls"
    assert caps("params: {max_tokens: 180}", few) == [(told, "warning")]


def test_a_cap_that_fits_what_was_recorded_is_left_alone_whatever_is_declared() -> None:
    head = "params: {max_tokens: 300}\ncost: {output_tokens: {p50: 290, p95: 290}}"
    assert caps(head, f"{ANSWERS}, {FROM}") == []
    assert [severity for _, severity in caps(head, "")] == ["warning"]
    by_hand = f"{ANSWERS}, from: a guess"
    assert [severity for _, severity in caps(head, by_hand)] == ["warning"]


def test_a_missing_cap_is_told_with_the_recorded_length() -> None:
    [(told, _)] = caps("", f"{ANSWERS}, {FROM}")
    assert told.endswith("runaway answer; answers are at most 212 tokens at p99 over 1,204 calls")


def test_what_is_old_or_of_another_text_is_said_and_only_noted() -> None:
    head = "params: {max_tokens: 200}"
    told = "max_tokens 200 cuts answers off: one in a hundred reaches it over 1,204 calls"
    assert caps(head, f"{ANSWERS}, {OLD}") == [(f"{told}, over 90 days ago", "note")]
    changed = f"{ANSWERS}, text: 'sha256:0123456789ab', {FROM}"
    assert caps(head, changed) == [(f"{told} before the text changed", "note")]
    now = view(head, "")
    files = now.files
    assert files is not None
    own = closure_hash(now.prompt, dependencies(now.prompt, files, Config()))[:19]
    assert caps(head, f"{ANSWERS}, text: '{own}', {FROM}") == [(told, "warning")]


UNBOUND = "nothing bounds the length of the answer"


@pytest.mark.parametrize(
    ("use", "told"),
    [
        ("", ""),
        (f"{ANSWERS}, {FROM}", None),
        (f"output_tokens: {{p50: 9, p95: 60, p99: 99}}, {FROM}", None),
        (
            f"output_tokens: {{p50: 150, p95: 400, p99: 1900}}, {FROM}",
            ": 150 tokens at the median, 1,900 at p99 over 1,204 calls",
        ),
        (
            f"{ANSWERS}, {OLD}",
            ": 150 tokens at the median, 212 at p99 over 1,204 calls, over 90 days ago",
        ),
    ],
)
def test_answers_that_bound_themselves_need_no_number(use: str, told: str | None) -> None:
    body = "Write a product description for the old lamp below. Be concise.\n{{ lamp }}"
    found = missing_output_bound.run(view("", use, body), {})
    assert [one.message for one in found] == ([] if told is None else [UNBOUND + told])


CALIBRATED = (
    f'calibration: {{"{MODEL}": {{factor: 2, low: 1.9, high: 2.2, calls: 310,'
    " until: 2026-11-19}}, " + FROM
)


def test_tokens_are_counted_by_the_prompt_s_own_calibration() -> None:
    head = "cost: {sample: prompts/lamp.json, budget: {tokens: 20}}"
    looked = view(head, CALIBRATED)
    method = looked.of(find_method)
    assert method.describe() == (
        "calibrated: o200k_base x 2 (-5 ... +10 %, n=310 of this prompt, until 2026-11-19)"
    )
    [found] = over_budget.run(looked, {})
    end = " (calibrated by 310 calls of this prompt, until 2026-11-19)"
    assert found.message.endswith(end)
    assert worth(looked, 100).tokens == 200
    assert view(head, "").of(find_method).method == "scaled"


def test_recorded_calls_make_money_of_tokens() -> None:
    use = f"calls_per_month: 120_000, {FROM}"
    assert worth(view("", use), 100).per_month is not None
    assert worth(view("", ""), 100).per_month is None
    assert list(missing_cost_metadata.run(view("", use), {})) == []
    assert len(list(missing_cost_metadata.run(view("", ""), {}))) == 1
    assert [round(one.calls_per_min, 2) for one in view("", use).of(find_traffic)] == [2.74, 2.74]


@pytest.mark.parametrize("wrong", [b"prompts: [", b"calls: 5", b"\xff\xfe\x00"])
def test_a_usage_file_that_is_wrong_is_as_none(wrong: bytes) -> None:
    text = f"---\nversion: 1\nmodel: {MODEL}\n---\nName the lamp.\n"
    memory = Memory({PATH: text.encode(), "usage.yml": wrong})
    looked = View(load(memory, PATH, Config()), count, files=memory, today=TODAY)
    assert looked.of(find_method).method == "scaled"


LONG = "Parcels wait for their owners in the lockers of the yard for seven days. " * 60
GAPS = "calls_per_month: 2_000, gaps: {{5m: {0}, 30m: 0.99, 1h: {0}, 12h: 0.99}}, " + FROM


@pytest.mark.parametrize(("share", "found"), [("0.6", 1), ("0.01", 0)])
def test_recorded_gaps_say_whether_a_mark_pays(share: str, found: int) -> None:
    looked = view("", GAPS.format(share), f"{LONG}{{{{ lamp }}}}")
    told = [one.message for one in missing_mark.run(looked, {})]
    assert len(told) == found
    assert all(
        "2,000 calls a month at the gaps that were recorded a mark pays" in one for one in told
    )
