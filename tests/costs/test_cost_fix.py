"""A fix is no promise: made by hand, it costs what was said, and sends the same lines."""

from datetime import date
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from promptops.caching import book as rules
from promptops.costs.diff import diff
from promptops.costs.fix import CacheFix
from promptops.costs.row import Row
from promptops.costs.side import Pair, Side
from promptops.costs.terms import Terms
from promptops.model.prompt import Amount
from promptops.model.usage import CacheUse, Use
from promptops.pricing.book import bundled
from promptops.pricing.prices import Prices
from promptops.tokens.counter import TokenCounter
from promptops.usage_file.reading import UsageFile
from tests.costs.makers import one

USE = Use(calls_per_month=Amount(Decimal(10_000)), cache=CacheUse(Decimal("0.9")))
TERMS = Terms(
    Prices(bundled(), date(2026, 11, 20)), rules.bundled(), UsageFile(prompts={"one": USE})
)
HEAD = """---
model: anthropic:claude-sonnet-5-5
inputs:
  now: {type: string, default: "10:15"}
  city: {type: string, default: Ghent, stability: static}
  ticket: {type: string, default: Where is my parcel?}
---
{% system %}
"""
TAIL = "{% endsystem %}\n{% user %}\n{{ ticket }}\n{% enduser %}\n"
COUNTER = TokenCounter(None)
LONG = "Parcels wait for their owners in the lockers of the yard behind the station. " * 30
PIECES = {
    "text": LONG,
    "short": "Answer in one sentence.",
    "clock": "It is {{ now }}.",
    "place": "You work in {{ city }}.",
    "mark": "{% cache %}",
    "branch": "{% if city %}\nBe brief.\n{% endif %}",
    "noise": "{% if now %}\nBe quick.\n{% endif %}",
}


def text(pieces: list[str]) -> str:
    lines = [PIECES[piece].replace("the yard", f"yard {at}") for at, piece in enumerate(pieces)]
    return HEAD + "".join(f"{line}\n" for line in lines) + TAIL


def row(old: Side, new: Side) -> Row:
    return diff([Pair(old, new)], TERMS, COUNTER)[0]


def made(source: str, fix: CacheFix) -> str:
    lines = source.splitlines(keepends=True)
    if fix.move is None:
        return "".join([*lines[: fix.below], "{% cache %}\n", *lines[fix.below :]])
    first, last = fix.move
    taken = lines[first - 1 : last]
    rest = lines[: first - 1] + [""] * len(taken) + lines[last:]
    return "".join([*rest[: fix.below], *taken, *rest[fix.below :]])


def sent(side: Side) -> list[list[str]]:
    return [sorted(message.text.splitlines()) for message in side.prompt.render({})]


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(sorted(PIECES)), min_size=2, max_size=8),
    st.lists(st.sampled_from(sorted(PIECES)), min_size=2, max_size=8),
)
@example(["text", "mark", "clock"], ["clock", "text", "mark"])
@example(["text", "mark", "clock"], ["clock", "mark", "text"])
@example(["text", "mark", "clock"], ["text", "clock"])
@example(["text", "mark", "clock"], ["text", "clock", "mark"])
def test_a_fix_that_is_made_costs_what_was_said_and_sends_the_same_lines(
    before: list[str], after: list[str]
) -> None:
    old, new = one(text(before)), one(text(after))
    if before == after or max(before.count("mark"), after.count("mark")) > 4:
        return  # nothing changed, or the vendor refuses it
    found = row(old, new)
    if found.fix is None:
        return
    assert found.new is not None

    mended = one(made(text(after), found.fix))

    assert sent(mended) == sent(new)
    again = row(old, mended)
    assert again.new is not None
    assert again.new.per_call == found.fix.per_call
    assert found.fix.per_call < (found.new.per_call or 0)


def fix(before: list[str], after: list[str]) -> CacheFix | None:
    return row(one(text(before)), one(text(after))).fix


def test_a_clock_above_the_text_is_moved_below_it_or_the_mark_s_line_is() -> None:
    found = fix(["text", "mark", "clock"], ["clock", "text", "mark"])
    assert found is not None
    assert (found.kind, found.move, found.below) == ("move-line", (9, 9), 11)


def test_a_mark_that_stands_behind_the_clock_is_moved_above_it() -> None:
    found = fix(["text", "mark", "clock"], ["text", "clock", "mark"])
    assert found is not None
    assert (found.kind, found.move, found.below) == ("move-mark", (11, 11), 9)


def test_a_mark_that_was_dropped_is_set_again() -> None:
    found = fix(["text", "mark", "clock"], ["text", "clock", "short"])
    assert found is not None
    assert (found.kind, found.move, found.below) == ("add-mark", None, 9)


def test_where_nothing_saves_there_is_no_fix() -> None:
    assert fix(["text", "mark", "clock"], ["text", "text", "mark", "clock"]) is None
    assert fix(["short", "clock"], ["clock", "short"]) is None
