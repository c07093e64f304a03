"""A plan carried out against a model of our own and a real ledger."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from promptops.evals.order import drawn
from promptops.evals.plan import Dataset, EvalPlan, RunSpec
from promptops.evals.runner import Runner
from promptops.evals.session import Session
from promptops.evals.variants import Variant, variants
from promptops.ledger.ledger import Ledger
from promptops.ledger.rows import Item, Run
from promptops.model.evaluation import Case, Completion, ProviderError, Request
from promptops.model.money import Price, Rates, Usage
from promptops.registry.runtime import Registry
from tests.evals.worlds import World

MODEL = "house:one"
PRICE = Price(MODEL, Rates(Decimal(1), Decimal(2)))
HEAD = (
    "---\nversion: %d\nmodel: house:one\nparams: {max_tokens: 20}\ninputs: {parcel: string}\n---\n"
)
V1 = "{% user %}\nWhere does {{ parcel }} go?\n{% enduser %}\n"
V2 = "{% user %}\n{% if parcel != 'tea' %}\nThink of the harbour.\n{% endif %}\n" + V1[11:]
CASES = [Case(str(n), {"parcel": name}) for n, name in enumerate(["tea", "lamps", "glass", "ink"])]


@pytest.fixture
def both(tmp_path: Path) -> list[Variant]:
    (tmp_path / "prompts").mkdir()
    texts = []
    for number, body in ((1, V1), (2, V2)):
        folder = tmp_path / f"v{number}" / "prompts"
        folder.mkdir(parents=True)
        (folder / "sort.prompt.j2").write_text(HEAD.replace("%d", str(number)) + body)
        texts.append(Registry.load(tmp_path / f"v{number}").get("sort"))
    by = {"sort@v1": texts[0], "sort@v2": texts[1]}
    return variants(plan(), by.__getitem__)


def plan(**how: object) -> EvalPlan:
    settings = RunSpec(seed=3)
    return EvalPlan("sort", "sort", Dataset("cases.jsonl"), (), ("v1", "v2"), run=settings, **how)  # type: ignore[arg-type]


def carry_out(
    ledger: Ledger, both: list[Variant], world: World, run: str = "run", *, fresh: bool = False
) -> tuple[Session, dict[tuple[str, str], str]]:
    told: dict[tuple[str, str], str] = {}

    async def answered(item: Item, case: Case, completion: Completion) -> None:
        assert item.case_id == case.id
        told[item.version, item.case_id] = completion.text

    async def main() -> Session:
        calls = world.calls(places=2)
        calls.run_id = run
        with ledger.writer() as writer:
            calls.store = writer
            session = Session(plan(), both, CASES, calls, ledger, writer, {MODEL: PRICE}, answered,
                              fresh=fresh)  # fmt: skip
            writer.add(Run(run, "e", "d", "{}", 1_800_000_000.0))
            await session.run(Runner(calls, 4))
        return session

    return asyncio.run(main()), told


class Prompt(World):
    """It answers at once: the ledger's thread has a clock of its own."""

    async def complete(self, request: Request) -> Completion:
        self.sent.append((0.0, request.case_id, request.model))
        said = self.say(request, sum(case == request.case_id for _, case, _ in self.sent))
        if isinstance(said, ProviderError):
            raise said
        return said


def test_every_case_is_answered_for_every_version_and_shared_answers_are_asked_for_once(
    both: list[Variant],
) -> None:
    world, ledger = Prompt(), Ledger.memory()
    session, told = carry_out(ledger, both, world)
    assert told.keys() == {(v, case.id) for v in ("v1", "v2") for case in CASES}
    # On tea both versions say the same.
    assert sorted(case for _, case, _ in world.sent) == ["0", "1", "1", "2", "2", "3", "3"]
    assert (session.shared, session.reused, session.holes) == (1, 0, [])
    outcomes = list(ledger.outcomes("run"))
    assert len(outcomes) == 8
    assert all(one.answer is not None for one in outcomes)


def test_a_second_run_pays_for_nothing(both: list[Variant]) -> None:
    ledger = Ledger.memory()
    carry_out(ledger, both, Prompt())
    again = Prompt()
    session, told = carry_out(ledger, both, again, "later")
    assert again.sent == []
    assert session.reused == 7
    assert len(told) == 8
    assert {one.from_run for one in ledger.outcomes("later")} == {"run"}
    asked = Prompt()
    carry_out(ledger, both, asked, "fresh", fresh=True)
    assert len(asked.sent) == 7


def test_what_fails_on_its_own_and_what_is_lost_stand_apart(both: list[Variant]) -> None:
    def say(request: Request, _: int) -> Completion | ProviderError:
        if request.case_id == "0":
            return ProviderError("invalid", "too long", status=400)
        if request.case_id == "1":
            return ProviderError("denied", "no key", status=401)
        return Completion("fine", Usage(3, 1))

    world, ledger = Prompt(say=say), Ledger.memory()
    session, told = carry_out(ledger, both, world)
    assert {(item.version, item.case_id) for item, _ in session.own} <= {("v1", "0"), ("v2", "0")}
    lost = {item.case_id for item, _ in session.holes}
    assert "1" in lost
    assert len(told) + len(session.own) + len(session.holes) == 8


def test_what_was_spent_is_what_the_rows_say(both: list[Variant]) -> None:
    ledger = Ledger.memory()
    session, _ = carry_out(ledger, both, Prompt())
    one = PRICE.cost(Usage(10, 5))
    assert session.calls.budget.spent == 7 * one
    assert ledger.total("run").committed == 7 * one


def test_calls_begin_in_the_order_that_the_seed_draws(both: list[Variant]) -> None:
    world = Prompt()
    carry_out(Ledger.memory(), both, world)
    order = [case.id for case in drawn(CASES, 3)]
    seen = list(dict.fromkeys(case for _, case, _ in world.sent))
    assert seen == order
