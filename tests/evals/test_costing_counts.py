"""Cases whose texts are counted between calls: what is known of them does not tell by when."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.evals.costing import costing
from promptops.evals.costing_counts import Counts, encoding_for
from promptops.evals.variants import Variant
from promptops.model.evaluation import Case
from promptops.tokens.cache import FILE_NAME, CountCache
from promptops.tokens.counter import TokenCounter
from tests.evals.costing_desks import MINI, SONNET, steady, variant

TEXT = (
    "---\nmodel: house:one\ninputs: {ticket: string}\n---\n{% user %}Sort. {% cache %}"
    "{% if ticket == 'dice' %}{{ range(1000000) | random }}{% endif %}{{ ticket }}{% enduser %}\n"
)
NUMBER = 12
CASES = [
    Case(str(n), {"ticket": "dice" if n in {0, 5, 7} else f"Where is lamp {n}?"})
    for n in range(NUMBER)
]
VARIANTS = [
    variant(TEXT, SONNET),
    variant(TEXT, MINI),
    variant(TEXT.replace("Sort", "Weigh"), MINI, "v2"),
    Variant("v1 free", "v1", "baseline:majority", variant(TEXT).handle, baseline=True),
]


def told(counts: Counts) -> dict[str, Any]:
    found = counts.all()
    return {
        version: (
            {
                encoding: {case.id: ends.get(case.id) for case in CASES}
                for encoding, ends in known.ends.items()
            },
            known.contents,
            list(known.told(version)),
        )
        for version, known in found.items()
    }


WHOLE = told(Counts(VARIANTS, CASES, TokenCounter(None)))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(CASES))), st.sets(st.sampled_from(range(NUMBER))))
def test_what_is_known_of_cases_is_the_same_however_they_are_counted(
    blocks: list[list[Case]], before: set[int]
) -> None:
    with TemporaryDirectory() as folder:
        counter = TokenCounter(CountCache(Path(folder, FILE_NAME)))
        earlier = Counts(VARIANTS, [CASES[at] for at in sorted(before)], counter)
        earlier.all()
        counts = Counts(VARIANTS, CASES, counter)
        for block in blocks:
            counts.some(block)
        assert told(counts) == WHOLE


def test_a_case_that_was_not_foreseen_is_known_when_it_is_asked_for() -> None:
    counts = Counts(VARIANTS, CASES, TokenCounter(None))
    encoding = encoding_for(MINI)
    assert counts.of("v2", "3").ends[encoding]["3"] == WHOLE["v2"][0][encoding]["3"]


def test_the_versions_are_cut_before_any_case_is_counted() -> None:
    counts = Counts(VARIANTS, CASES, TokenCounter(None))
    cuts = counts.cuts("v1")
    assert cuts is not None
    assert len(cuts.stops) == 2
    assert counts.cuts("v3") is None


@given(known=st.sampled_from([0, 5, NUMBER - 1]))
@settings(max_examples=3, deadline=None)
def test_cases_that_are_new_at_an_end_are_counted_before_anything_is_asked(known: int) -> None:
    with TemporaryDirectory() as folder:
        counter = TokenCounter(CountCache(Path(folder, FILE_NAME)))
        Counts(VARIANTS, CASES[:known], counter).all()
        costing(VARIANTS, CASES, steady(), counter)
        texts = [f"Sort. Where is lamp {n}?" for n in (6, NUMBER - 1)]
        assert counter.recalled(texts, encoding_for(MINI)) is not None
