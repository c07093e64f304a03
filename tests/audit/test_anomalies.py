"""A day is listed where it departs from the days before it by more than chance makes of days."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.audit.departing import FORMER, Seen, departs, share_departs
from promptops.audit.question import Window
from promptops.audit.questions import questions
from promptops.audit.questions.anomalies import Lines, listed, looked
from promptops.audit.series import Day
from promptops.audit.spent import Spending
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context
from promptops.model.days import day_of
from promptops.model.money import Price, Rates, Usage
from promptops.reporters import answer_text
from promptops.warehouse.warehouse import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from promptops.warehouse.warehouse import Warehouse

DAY = 86_400
MONDAY = 20_731  # 5 October 2026
STRANGE = MONDAY + 28  # a Monday after twenty weekdays
PRICE = Price("openai:gpt-5.6", Rates(Decimal(1), Decimal(10)))


def calls() -> Iterator[Call]:
    """Yield the calls of five weeks; answers are five times as long on a day, when v2 begins."""
    random = Random(3)
    for day in range(35):
        for number in range(40):
            version = "v2" if MONDAY + day >= STRANGE and number % 8 == 0 else "v1"
            length = random.randint(80, 120) * (5 if MONDAY + day == STRANGE else 1)
            context = Context(PRICE.model, "shop/answer", version)
            at = (MONDAY + day) * DAY + number * 2_000.0
            yield Call(f"{day}-{number}", at, context, Usage(10, length), PRICE)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of the five weeks."""
    path = tmp_path_factory.mktemp("weeks") / "ledger.db"
    with CallStore.open(path) as store:
        store.add(calls())
    return path


def test_a_strange_day_is_listed_with_the_version_that_began(house: Warehouse) -> None:
    found = questions()["anomalies"].ask(house, Window())
    assert [row[:5] for row in found.rows] == [
        (day_of(STRANGE), "shop/answer", "v1", PRICE.model, figure)
        for figure in ("output_tokens", "usd_per_call")
    ]
    for row in found.rows:
        value, usual, change, chance, began = row[5:]
        assert change == pytest.approx(4, abs=0.3)
        assert value == pytest.approx(usual * (1 + change))
        assert chance < 0.05
        assert began == "v2"
    assert "figures of days were held against the median" in found.notes[0]


def test_a_strange_day_is_told_in_a_line(ledger: Path) -> None:
    found = questions()["anomalies"].ask(opened(str(ledger)), Window())
    length, cost = answer_text.report(found, 20).splitlines()[3:5]
    for line, row in ((length, found.rows[0]), (cost, found.rows[1])):
        assert line.startswith("2026-11-02  shop/…  v1")
        value, usual, change, chance, began = line.split()[-5:]
        assert (value, usual) == (f"{row[5]:.4g}", f"{row[6]:.4g}")
        assert (change, chance, began) == (f"{row[7]:.1%}", f"{row[8]:.4g}", "v2")


def test_fewer_than_seven_former_days_say_nothing(house: Warehouse) -> None:
    found = questions()["anomalies"].ask(
        house, Window(since=day_of(STRANGE - 7), until=day_of(STRANGE))
    )
    assert found.rows == ()
    assert found.notes[0].startswith(f"no version has {FORMER} former weekdays")
    assert answer_text.report(found, 20).splitlines()[2] == "nothing is listed"


def quiet(random: Random) -> Lines:
    """Return six weeks of two versions to which nothing happens, with calls by Poisson."""
    found: Lines = {}
    for version in range(2):
        days = {}
        for day in range(42):
            number = 40 + sum(random.random() < 0.2 for _ in range(200))
            lengths = [random.expovariate(0.01) for _ in range(number)]
            usd = {"output": Decimal(sum(lengths))}
            spent = Spending(number, output_tokens=int(sum(lengths)), by_kind=usd)
            hits = sum(random.random() < 0.9 for _ in range(number))
            later = sum(random.random() < 0.01 for _ in range(number))
            days[day] = Day(spent, hits, later, 0.0, sum(one * one for one in lengths))
        found["prompt", f"v{version}", "model"] = days
    return found


def test_where_nothing_happens_nothing_is_listed() -> None:
    random = Random(11)
    false = sum(bool(listed(list(looked(quiet(random))))) for _ in range(20))
    assert false <= 3  # 5 % of 20 is one; four or more come up in one of sixty such tests


def test_a_day_without_calls_counts_and_the_newest_day_does_not() -> None:
    lines = quiet(Random(5))
    days = lines["prompt", "v0", "model"]
    days[41] = replace(days[41], spent=Spending(1))
    del days[36]
    found = [one for one, _ in listed(list(looked(lines)))]
    assert [(one.day, one.figure, one.value) for one in found] == [(36, "calls", 0)]


FORMERS = st.lists(st.floats(10, 20), min_size=FORMER, max_size=20)


@settings(max_examples=25)
@given(FORMERS, st.floats(0, 100), st.sampled_from([0.5, 2.0, 8.0]))
def test_the_unit_of_a_figure_does_not_matter(
    former: list[float], value: float, unit: float
) -> None:
    plain = departs(Seen(value), [Seen(one) for one in former])
    assert 0 <= plain <= 1
    scaled = departs(Seen(value * unit), [Seen(one * unit) for one in former])
    assert scaled == pytest.approx(plain, rel=1e-6, abs=1e-300)


def test_a_strange_former_day_hides_no_other() -> None:
    former = [Seen(100 + one % 3) for one in range(20)]
    alone = departs(Seen(130), former)
    assert departs(Seen(130), [*former[1:], Seen(10_000)]) < 2 * alone < 1e-4


def test_few_calls_vary_more() -> None:
    former = [Seen(100 + one % 3, 10_000) for one in range(20)]
    assert departs(Seen(110, 10_000), former) < 1e-3
    assert departs(Seen(110, 100), former) > 0.1


def test_a_share_is_no_stranger_than_counting_makes_it() -> None:
    former = [Seen(0.0, 40) for _ in range(20)]
    share = 1 / 802  # Laplace's, of none in 800
    chance = share_departs(Seen(2 / 40, 40), former)
    two_or_more = 1 - (1 - share) ** 40 - 40 * share * (1 - share) ** 39
    assert chance == pytest.approx(2 * two_or_more)
    hits = [Seen(1.0, 40) for _ in range(20)]
    assert share_departs(Seen(38 / 40, 40), hits) == pytest.approx(chance)
