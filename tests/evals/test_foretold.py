"""What is foretold of a run, held against the run: calls, what is set aside, tokens, dollars."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.caching.book import bundled
from promptops.errors import NotEstimable
from promptops.evals.foretold import foretell
from promptops.evals.foretold_values import Foretold
from promptops.evals.plan import BudgetSpec, Dataset, EvalPlan, Gate, RunSpec, ScorerSpec
from promptops.evals.prepared import Prepared, Setting, prepare
from promptops.evals.resuming import Before, before, begun
from promptops.evals.runner import Runner
from promptops.evals.session import Session
from promptops.ledger.ledger import Ledger
from promptops.ledger.rows import Item, Scored
from promptops.model.evaluation import Case, Completion, ProviderError, Request, Score
from promptops.model.money import Price, Rates, Usage
from promptops.pricing.prices import list_prices
from promptops.registry.runtime import Registry
from promptops.scorers.key import scorer_key
from tests.evals.worlds import World

MODEL = "house:one"
RATES = Rates(Decimal(1), Decimal(2), Decimal("0.1"), {"5m": Decimal("1.25")})
PRICE = Price(MODEL, RATES, batch=Price(MODEL, RATES.times(Decimal("0.5"))))
HEAD = "---\nversion: %d\nmodel: house:one\nparams: %p\ninputs: {parcel: string}\n---\n"
V1 = "{% user %}\nWhere does {{ parcel }} go?\n{% enduser %}\n"
V2 = "{% user %}\n{% if parcel != 'tea' %}\nThink of the harbour.\n{% endif %}\n" + V1[11:]
NOW = 1_800_000_100.0  # a moment after the calls of a ``World``
PARCELS = ("tea", "lamps", "glass", "ink", "a crate of Löwenzahn")


class Vendor(World):
    """It answers at once, and fails where it is told to."""

    async def complete(self, request: Request) -> Completion:
        self.sent.append((0.0, request.case_id, request.model))
        said = self.say(request, len(self.sent))
        if isinstance(said, ProviderError):
            raise said
        return said


def world(root: Path, ledger: Ledger, parcels: Sequence[str], limit: str = "{max_tokens: 20}",
          **how: object) -> Prepared:  # fmt: skip
    """Return a plan over parcels, of two versions that say the same of tea."""
    handles = {}
    for number, body in ((1, V1), (2, V2)):
        folder = root / f"v{number}" / "prompts"
        folder.mkdir(parents=True, exist_ok=True)
        head = HEAD.replace("%d", str(number)).replace("%p", limit)
        (folder / "sort.prompt.j2").write_text(head + body)
        handles[f"sort@v{number}"] = Registry.load(root / f"v{number}").get("sort")
    rows = (json.dumps({"id": str(at), "parcel": one}) for at, one in enumerate(parcels))
    (root / "cases.jsonl").write_text("\n".join(rows) + "\n")
    plan = EvalPlan("sort", "sort", Dataset("cases.jsonl", id="id", cluster="id"),
                    (ScorerSpec("contains", {"value": "harbour"}),), ("v1", "v2"),
                    placements=())  # fmt: skip
    prices = replace(list_prices(), given={MODEL: PRICE})
    setting = Setting(root, handles.__getitem__, prices, ledger, "0", bundled())
    return prepare(replace(plan, **how), setting)  # type: ignore[arg-type]


def carried_out(made: Prepared, vendor: Vendor, run: str, *, goes_on: bool = False) -> None:
    """Make the run's calls as a run makes them."""
    ledger = made.setting.ledger
    behind = before(ledger, run) if goes_on else Before()

    async def answered(item: Item, case: Case, completion: Completion) -> None:
        del item, case, completion

    async def main() -> None:
        calls = vendor.calls(places=2)
        calls.run_id = run
        calls.sleep = lambda _: asyncio.sleep(0)
        with ledger.writer() as writer:
            calls.store = writer
            session = Session(made.plan, made.variants, made.cases, calls, ledger, writer,
                              made.prices, answered, made.setting.fresh,
                              before=behind)  # fmt: skip
            if not goes_on:
                writer.add(replace(begun(made, NOW), run_id=run))
            await session.run(Runner(calls, 4))

    asyncio.run(main())


def set_aside(ledger: Ledger, run: str, upto: int = 1) -> dict[str, Decimal]:
    """Return what a run set aside for each first attempt, or for others, too."""
    query = "SELECT attempt_id, reserved_usd FROM intents WHERE run_id = ? AND attempt_no <= ?"
    with ledger.lent() as rows:
        return {key: Decimal(usd) for key, usd in rows.execute(query, (run, upto))}


@settings(max_examples=20, deadline=None)
@given(
    parcels=st.lists(st.sampled_from(PARCELS), min_size=1, max_size=6),
    known=st.integers(0, 6),
    repeats=st.integers(1, 2),
    fails=st.sets(st.integers(1, 12), max_size=4),
)
def test_a_run_sets_aside_for_first_attempts_what_was_foretold_at_worst(
    parcels: list[str], known: int, repeats: int, fails: set[int]
) -> None:
    def say(request: Request, number: int) -> Completion | ProviderError:
        if number in fails:
            return ProviderError("server", "no", status=500, billed="no")
        return Completion("to the harbour", Usage(10, 5), model_served=request.model)

    with TemporaryDirectory() as folder, Ledger.memory(clock=lambda: NOW) as ledger:
        if known:
            carried_out(world(Path(folder), ledger, parcels[:known]), Vendor(), "before")
        made = world(Path(folder), ledger, parcels, repeats=repeats)
        found = foretell(made)
        carried_out(made, Vendor(say=say), "run")
        kept = set_aside(ledger, "run")
        assert len(kept) == found.answers.calls
        assert sum(kept.values()) == found.live.worst.value
        told = found.answers
        assert told.items == told.shared + told.reused + told.calls
        assert told.items == 2 * repeats * len(parcels)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger.memory(clock=lambda: NOW)


def foretold(root: Path, ledger: Ledger, parcels: Sequence[str] = PARCELS, **how: object
             ) -> Foretold:  # fmt: skip
    return foretell(world(root, ledger, parcels, **how))  # type: ignore[arg-type]


def test_without_a_ledger_tokens_are_counted_and_answers_as_long_as_they_may_be(
    tmp_path: Path, ledger: Ledger
) -> None:
    found = foretold(tmp_path, ledger)
    assert (found.answers.calls, found.answers.shared) == (9, 1)
    both = [one.output_tokens for one in found.lines]
    assert sum(one.value or 0 for one in both) == 9 * 20
    assert both[0].how.startswith("max_tokens:")
    assert all(one.input_tokens.how.startswith("counted") for one in found.lines)
    expected, worst = found.live.expected.value, found.live.worst.value
    assert expected is not None
    assert worst is not None
    assert 0 < expected < worst


USAGE = """\
prompts:
  sort:
    output_tokens: {p50: 7, p95: 9}
    calibration: {"house:one": {factor: 2, low: 1.8, high: 2.4, calls: 50, until: 2026-11-19}}
    from: ledger 2026-10-20..2026-11-19, n=60
"""


def test_the_usage_file_says_what_tokens_are_billed_as_and_how_long_answers_are(
    tmp_path: Path, ledger: Ledger
) -> None:
    plain = [one.input_tokens for one in foretold(tmp_path, ledger).lines]
    (tmp_path / "usage.yml").write_text(USAGE)
    found = foretold(tmp_path, ledger)
    assert sum(one.output_tokens.value or 0 for one in found.lines) == 9 * 7
    whence = "usage.yml, ledger 2026-10-20..2026-11-19, n=60"
    assert {one.output_tokens.how for one in found.lines} == {whence}
    for line, was in zip(found.lines, plain, strict=True):
        assert line.input_tokens.value is not None
        assert was.value is not None  # by the factor 1.2 of an unknown model
        assert line.input_tokens.value / was.value == pytest.approx(2 / 1.2, rel=0.02)
        assert line.input_tokens.how == (
            "counted, calibrated: o200k_base x 2 (-10 ... +20 %, n=50 of this prompt,"
            " until 2026-11-19)"
        )


def test_earlier_calls_of_a_version_say_what_it_uses(tmp_path: Path, ledger: Ledger) -> None:
    carried_out(world(tmp_path, ledger, PARCELS[:3]), Vendor(), "was")
    found = foretold(tmp_path, ledger)
    assert found.answers.reused == 5
    for one in found.lines:
        assert one.output_tokens.value == 5 * one.calls
        assert one.input_tokens.value == 10 * one.calls
        assert one.live.expected.value == one.calls * PRICE.cost(Usage(10, 5))
        assert "in the ledger" in one.input_tokens.how


def test_a_new_version_is_taken_to_answer_as_the_others_do(tmp_path: Path, ledger: Ledger) -> None:
    carried_out(world(tmp_path, ledger, PARCELS[:3], versions=("v1",)), Vendor(), "before")
    v1, v2 = foretold(tmp_path, ledger).lines
    assert v1.output_tokens.how.endswith("of v1 in the ledger")
    assert v2.output_tokens.how.endswith("of other versions in the ledger")
    assert v2.output_tokens.value == 5 * v2.calls


def test_stale_answers_are_told_by_why(tmp_path: Path, ledger: Ledger) -> None:
    carried_out(world(tmp_path, ledger, PARCELS), Vendor(), "before")
    found = foretold(tmp_path, ledger, run=RunSpec(max_age=0))
    assert found.answers.stale == {"old": 9}
    assert found.answers.calls == 9


def test_batches_are_priced_where_a_vendor_has_such_rates(tmp_path: Path, ledger: Ledger) -> None:
    found = foretold(tmp_path, ledger)
    assert found.batch is not None
    assert found.live.worst.value is not None
    assert found.batch.worst.value == found.live.worst.value / 2


def test_an_unknown_price_is_said_and_is_never_nothing(tmp_path: Path, ledger: Ledger) -> None:
    found = foretold(tmp_path, ledger, models=("house:two",))
    assert found.live.expected.value is None
    assert found.live.worst.value is None
    assert "house:two" in found.live.worst.how
    with pytest.raises(NotEstimable, match="house:two"):
        foretold(tmp_path, ledger, models=("house:two",), budget=BudgetSpec(Decimal(1)))


def test_an_answer_without_a_limit_is_as_long_as_is_assumed(tmp_path: Path, ledger: Ledger) -> None:
    usual = foretold(tmp_path, ledger, limit="{}")
    short = foretold(tmp_path, ledger, limit="{}", run=RunSpec(assume_output=500))
    assert any("32,000 tokens (run.assume_output)" in note for note in usual.notes)
    assert short.lines[0].output_tokens.value == 500 * short.lines[0].calls
    assert usual.live.worst.value is not None
    assert short.live.worst.value is not None
    assert usual.live.worst.value - short.live.worst.value == Decimal(9 * 31_500 * 2) / 1_000_000


def test_minutes_are_those_of_the_ledgers_calls(tmp_path: Path, ledger: Ledger) -> None:
    assert foretold(tmp_path, ledger).minutes.value is None

    def slow(request: Request, _: int) -> Completion:
        return Completion("x", Usage(10, 5), model_served=request.model, latency=12.0)

    carried_out(world(tmp_path, ledger, PARCELS[:1]), Vendor(say=slow), "before")
    found = foretold(tmp_path, ledger, run=RunSpec(concurrency=2))
    assert found.minutes.value == pytest.approx(found.answers.calls * 12 / 2 / 60)
    assert "12.0 s" in found.minutes.how


def test_the_cases_needed_are_those_of_the_usual_discordances(
    tmp_path: Path, ledger: Ledger
) -> None:
    gate = Gate("contains", Decimal("0.02"))
    (power,) = foretold(tmp_path, ledger, gate=gate).power
    assert [one.cases for one in power.needed] == [619, 1855, 3092]
    assert [one.discordance for one in power.needed] == [0.04, 0.12, 0.2]
    assert all("assumed" in one.how for one in power.needed)


def test_of_a_run_that_was_stopped_what_is_left_is_foretold(tmp_path: Path, ledger: Ledger) -> None:
    def say(request: Request, number: int) -> Completion | ProviderError:
        if number > 4:
            return ProviderError("exhausted", "no credit", status=429, billed="no")
        if number == 2:
            return ProviderError("invalid", "too long", status=400, billed="no")
        return Completion("fine", Usage(10, 5), model_served=request.model)

    made = world(tmp_path, ledger, PARCELS, run=RunSpec(concurrency=1))
    carried_out(made, Vendor(say=say), "run")
    sent = set_aside(ledger, "run", 2).keys()
    found = foretell(made)
    assert found.goes_on is not None
    assert found.goes_on.run == "run"
    assert found.goes_on.spent == ledger.total("run").committed
    assert found.answers.calls == 9 - 4  # one of those four failed on its own
    carried_out(made, Vendor(), "run", goes_on=True)
    kept = {key: usd for key, usd in set_aside(ledger, "run", 2).items() if key not in sent}
    assert len(kept) == found.answers.calls
    assert sum(kept.values()) == found.live.worst.value


def scored(made: Prepared, run: str, right: Mapping[str, Sequence[bool]]) -> None:
    """Carry a run out, and score each version's answers in the order of the cases."""
    carried_out(made, Vendor(), run)
    ledger, key = made.setting.ledger, scorer_key(made.scorers[0])
    with ledger.writer() as writer:
        for one in ledger.outcomes(run):
            assert one.answer is not None
            value = float(right[one.item.version][int(one.item.case_id)])
            writer.add(
                Scored(one.item.answer_key, key, one.answer.answer_sha256, Score(value), NOW)
            )


def test_the_discordance_is_the_ledgers_where_it_knows_the_versions(
    tmp_path: Path, ledger: Ledger
) -> None:
    parcels = [f"lamp {at}" for at in range(50)]
    made = world(tmp_path, ledger, parcels, gate=Gate("contains", Decimal("0.05")))
    broken = [at not in {3, 30} for at in range(50)]  # by the second version
    fixed = [at not in {7, 8, 9} for at in range(50)]
    scored(made, "run", {"v1": fixed, "v2": broken})
    (power,) = foretell(made).power
    (known,) = power.needed
    assert known.discordance == pytest.approx(5 / 50)
    assert known.how == "v1 and v2 on 50 cases"
    assert known.cases is not None
    assert known.cases == pytest.approx(0.1 * (1.645 + 0.842) ** 2 / 0.05**2, rel=0.05)
    assert known.margin == pytest.approx((1.645 + 0.842) * (0.1 / 50) ** 0.5, rel=0.05)


def test_of_a_new_version_the_discordance_of_others_is_taken(
    tmp_path: Path, ledger: Ledger
) -> None:
    parcels = [f"lamp {at}" for at in range(50)]
    made = world(tmp_path, ledger, parcels, gate=Gate("contains"))
    differ = [at % 5 == 0 for at in range(50)]
    scored(made, "run", {"v1": [True] * 50, "v2": differ})
    third = replace(made.variants[1], id="v3", version="v3")
    (power,) = foretell(replace(made, variants=[made.variants[0], third])).power
    (known,) = power.needed
    assert known.discordance == pytest.approx(0.8)
    assert known.how == "v1 and v2 on house:one, 50 cases"


def test_of_several_metrics_each_is_told_of(tmp_path: Path, ledger: Ledger) -> None:
    gate = Gate("contains", Decimal("0.02"), also={"length": Decimal("0.1")})
    scorers = (ScorerSpec("contains", {"value": "harbour"}), ScorerSpec("length", {"max": 9}))
    found = foretold(tmp_path, ledger, gate=gate, scorers=scorers).power
    assert [(one.metric, one.margin) for one in found] == [
        ("contains", Decimal("0.02")), ("length", Decimal("0.1")),
    ]  # fmt: skip
    assert [one.cases for one in found[1].needed] == [25, 75, 124]


def test_an_equivalence_takes_more_cases_and_a_superiority_has_no_number(
    tmp_path: Path, ledger: Ledger
) -> None:
    usual, both, better = (
        foretold(tmp_path, ledger, gate=Gate("contains", Decimal("0.05"), test=test)).power[0]
        for test in ("non_inferiority", "equivalence", "superiority")
    )
    for one, more in zip(usual.needed, both.needed, strict=True):
        assert one.cases is not None
        assert more.cases is not None
        assert more.cases > one.cases
    assert [one.cases for one in better.needed] == [None] * 3
