"""A run's own cache reads beside those that the rules foretell for its calls."""

from dataclasses import replace

from promptops.caching.requests import Billed
from promptops.evals.costing_reads import Sent, reads
from promptops.evals.reporting_notes import misread
from promptops.evals.trails import Trails
from promptops.evals.variants import Variant
from promptops.ledger.attempts import Attempt
from promptops.model.evaluation import Case
from promptops.model.money import Usage
from tests.evals.costing_desks import MINI, SONNET, costs, steady, variant, words

TEXT = """\
---
model: {model}
inputs: {{ticket: string}}
---
{{% system %}}
{line}
{mark}{{% endsystem %}}
{{% user %}}{{{{ ticket }}}}{{% enduser %}}
"""
CASES = [Case(str(n), {"ticket": f"Where is lamp {n}?"}) for n in range(6)]


def desk(
    mark: str = "{% cache %}\n", model: str = SONNET, version: str = "v1", line: int = 600
) -> Variant:
    return variant(TEXT.format(model=model, line=words(line), mark=mark), model, version)


def test_calls_that_followed_the_first_read_what_it_wrote() -> None:
    asked = desk()
    found = costs([asked], CASES, steady())
    calls = [Sent(asked.id, "0", 100.0, Usage(6, 1, 0, {"5m": 600}), 1.0)]
    calls += [Sent(asked.id, str(n), 101.0 + n, Usage(6, 1, 600), 1.0) for n in range(1, 4)]
    (seen,) = reads(found, reversed(calls))
    assert (seen.model, len(seen.calls), seen.agreed, seen.first) == (SONNET, 4, 4, None)
    assert seen.observed == seen.predicted == Billed(1800, {"5m": 600}, 24)


def test_calls_sent_together_all_write_and_a_rest_longer_than_the_lifetime_writes_again() -> None:
    asked = desk()
    found = costs([asked], CASES, steady())
    wrote = Usage(6, 1, 0, {"5m": 600})
    calls = [Sent(asked.id, str(n), 100.0 + n / 10, wrote, 2.0) for n in range(4)]
    calls.append(Sent(asked.id, "4", 700.0, wrote, 2.0))
    (seen,) = reads(found, calls)
    assert seen.agreed == 5
    assert seen.predicted == Billed(0, {"5m": 3000}, 30)


def test_a_call_that_missed_what_it_should_have_read_is_named() -> None:
    asked = desk()
    found = costs([asked], CASES, steady())
    wrote = Usage(6, 1, 0, {"5m": 600})
    calls = [Sent(asked.id, "0", 100.0, wrote), Sent(asked.id, "1", 110.0, wrote),
             Sent(asked.id, "2", 120.0, Usage(6, 1, 600))]  # fmt: skip
    (seen,) = reads(found, calls)
    assert seen.agreed == 2
    assert seen.first is not None
    assert (seen.first.case, seen.first.predicted.read, seen.first.observed.read) == ("1", 600, 0)
    (told,) = misread({asked.id: seen})
    assert "1 of 3 calls read from the cache what its vendor's rules do not foretell" in told
    assert "case 1 first (0 tokens, foretold 600)" in told
    assert list(misread({asked.id: replace(seen, calls=seen.calls[:1])})) == []


def test_versions_with_the_same_marked_text_share_it_and_others_do_not() -> None:
    first, same, other = desk(), desk(version="v2"), desk(version="v3", line=700)
    found = costs([first, same, other], CASES, steady())
    calls = [
        Sent(first.id, "0", 100.0, Usage(6, 1, 0, {"5m": 600})),
        Sent(same.id, "0", 101.0, Usage(6, 1, 600)),
        Sent(other.id, "0", 102.0, Usage(6, 1, 0, {"5m": 700})),
    ]
    (seen,) = reads(found, calls)
    assert (seen.agreed, seen.predicted) == (3, Billed(600, {"5m": 1300}, 18))


def test_without_marks_all_is_plain() -> None:
    asked = desk("")
    (seen,) = reads(costs([asked], CASES, steady()), [Sent(asked.id, "0", 1.0, Usage(606, 1))])
    assert (seen.agreed, seen.predicted) == (1, Billed(0, {}, 606))


def test_of_a_vendor_that_caches_by_itself_nothing_is_foretold() -> None:
    asked = desk(model=MINI)
    (seen,) = reads(costs([asked], CASES, steady()), [Sent(asked.id, "0", 1.0, Usage(606, 1, 5))])
    assert (seen.predicted, seen.observed) == (None, Billed(5, {}, 606))
    assert seen.unknown == "its vendor caches by itself and promises no hit"


def test_the_same_text_behind_other_tools_is_another_prefix_and_so_is_an_automatic_mark() -> None:
    text = TEXT.format(model=SONNET, line=words(600), mark="").replace(
        "inputs:", "tools: [weigh.json]\ncache: {automatic: 5m}\ninputs:"
    )
    tools = [f'{{"name": "{name}"}}' for name in ("weigh", "count")]
    both = [variant(text, version=f"v{n}", weigh=tool) for n, tool in enumerate(tools)]
    found = costs(both, CASES, steady())
    wrote, again = Usage(0, 1, 0, {"5m": 620}), Usage(0, 1, 620)
    calls = [
        Sent(both[0].id, "0", 100.0, wrote),
        Sent(both[1].id, "0", 101.0, wrote),
        Sent(both[0].id, "1", 102.0, wrote),
        Sent(both[0].id, "0", 103.0, again),
    ]
    (seen,) = reads(found, calls)
    assert (seen.agreed, seen.predicted) == (4, Billed(620, {"5m": 1860}, 0))


def test_recorded_answers_are_no_calls_of_which_anything_could_be_foretold() -> None:
    live = desk()
    replayed = replace(live, id="again", model=f"replay:{SONNET}")
    attempt = Attempt("a1", "k", "answer", 5.0, batched=False, state="ok", usage=Usage(6, 1))
    for one, expected in ((live, ["0"]), (replayed, [])):
        trails = Trails({(one.version, one.model, "0", 0): "k"}, {"k": [attempt]})
        assert [call.case for call in trails.sent([one])] == expected
