"""Looks while a run is under way and looks of its report are the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.evals.findings import Asked, Sides
from promptops.evals.gathered import Seen
from promptops.evals.looking import Watch, looked, looks_at, outcome
from promptops.evals.order import drawn, unit
from promptops.evals.plan import Gate
from promptops.evals.variants import Variant
from promptops.model.evaluation import Case, Completion, Score


@dataclass(frozen=True)
class Name:
    """A variant of which only the name is asked."""

    id: str


ONE, TWO, THREE = (cast("Variant", Name(name)) for name in ("one", "two", "three"))
LOOKS = Gate("right", Decimal("0.05"), looks=4)
BETS = Gate("right", Decimal("0.05"), stop="e-process")


def sides(cases: Sequence[Case], wrong: dict[str, float], seed: int = 1) -> Sides:
    """Return answers of which each variant has its share wrong, each case drawn by itself."""
    dice = Random(seed)
    seen: dict[str, dict[str, list[Seen]]] = {name: {} for name in wrong}
    for case in cases:
        for name, share in wrong.items():
            score = Score(float(dice.random() >= share))
            seen[name][case.id] = [Seen(0, Completion("x"), {"right": score}, Decimal("0.001"))]
    others = [one for one in (TWO, THREE) if one.id in wrong]
    return Sides(seen, ONE, others)


def cases(number: int, of_a_cluster: int = 1) -> list[Case]:
    found = [Case(str(n), {}, cluster=f"c{n // of_a_cluster}" if of_a_cluster > 1 else "")
             for n in range(number)]  # fmt: skip
    return drawn(found, 7)


def watched(known: Sides, all_of: Sequence[Case], gate: Gate, order: Sequence[str]) -> list[str]:
    """Return why a run was stopped, if it was, its cases ending in some order."""
    told: list[str] = []
    watch = Watch(all_of, Asked(gate, 1), 2, lambda _: known, told.append)
    for name in order:
        for _ in range(2):
            if not told:
                watch.ended(name)
    return told


@pytest.mark.parametrize("gate", [LOOKS, BETS])
@pytest.mark.parametrize("worse", [0.0, 0.1, 0.4])
@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 99), shuffled=st.booleans())
def test_a_run_is_stopped_by_the_look_that_its_report_finds_in_whatever_order_cases_end(
    gate: Gate, worse: float, seed: int, shuffled: bool
) -> None:
    all_of = cases(120, 3 if gate.stop else 1)
    known = sides(all_of, {"one": 0.1, "two": 0.1 + worse}, seed)
    order = [case.id for case in all_of]
    if shuffled:
        Random(seed).shuffle(order)
    told = watched(known, all_of, gate, order)
    found = looked(all_of, known, Asked(gate, 1), len(all_of))
    assert bool(told) is (found.decided and found.cases < len(all_of))
    if told:
        assert f"after {found.cases} of 120 cases" in told[0]
        said = outcome(found.verdicts, one_is_enough=False)
        assert said in {"PASS", "FAIL"}


def test_a_look_waits_for_the_first_of_its_cases_however_many_others_have_ended() -> None:
    all_of = cases(100)
    known = sides(all_of, {"one": 0.0, "two": 0.6})
    late = [case.id for case in all_of][::-1]
    assert watched(known, all_of, LOOKS, late[:-1]) == []
    assert watched(known, all_of, LOOKS, late) == ["look 1 of 4 decided after 25 of 100 cases"]


def test_no_look_divides_a_cluster() -> None:
    all_of = cases(100, 7)
    for place in looks_at(all_of, Asked(BETS, 1)):
        inside = {unit(case) for case in all_of[:place]}
        assert not inside & {unit(case) for case in all_of[place:]}


def test_before_the_first_look_nothing_is_decided_and_it_is_said_how_many_cases_it_takes() -> None:
    all_of = cases(100)
    known = sides(all_of, {"one": 0.0, "two": 0.9})
    found = looked(all_of, known, Asked(LOOKS, 1), 24)
    assert (found.cases, found.wanted, found.decided) == (24, 25, False)
    later = looked(all_of, known, Asked(LOOKS, 1), 25)
    assert (later.number, later.decided) == (1, True)


def test_of_several_candidates_one_that_fails_ends_a_run_unless_one_that_passes_is_enough() -> None:
    all_of = cases(200)
    known = sides(all_of, {"one": 0.1, "two": 0.7, "three": 0.1})
    every = looked(all_of, known, Asked(LOOKS, 1), 200)
    assert (every.number, outcome(every.verdicts, one_is_enough=False)) == (1, "FAIL")
    some = Gate("right", Decimal("0.2"), looks=4, any=True)
    enough = looked(all_of, known, Asked(some, 1), 200)
    assert outcome(enough.verdicts, one_is_enough=True) == "PASS"
    assert enough.verdicts[0][0].verdict == "FAIL"
