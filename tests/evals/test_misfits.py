"""Answers that are not of their schema are asked for again, as often as the plan says."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptops.errors import ConfigError
from promptops.ledger.keeping import Keeping
from promptops.ledger.ledger import Ledger
from tests.evals.judged_worlds import plan, project, ran
from tests.vendor_server.answers import Answer, Asked
from tests.vendor_server.serving import Serving, serving

SCORER = "  - json_schema: {}"
AGAIN = "run: {retry_invalid: %d}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("misfits"), 6)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving() as made:
        for name, value in {**made.environment, "NO_PROXY": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        made.world.answer = after(1)
        yield made


def after(wrong: int) -> object:
    """Return a model that answers so many times in prose before it keeps to the schema."""
    asked_before: Counter[str] = Counter()

    def answer(asked: Asked) -> Answer:
        asked_before[asked.last] += 1
        fits = asked_before[asked.last] > wrong
        return Answer('{"yard": "north"}' if fits else "To the north, I would say.")

    return answer


def test_an_invalid_answer_scores_0_and_is_not_asked_for_again_unless_that_is_wanted(
    root: Path, server: Serving
) -> None:
    with Ledger.memory() as ledger:
        found = ran(root, ledger, plan(root, SCORER, prompt="sort"))
    assert len(server.world.heard) == 12
    assert [one.metrics["json_schema"].mean for one in found.variants] == [0.0, 0.0]


def test_each_further_answer_is_paid_and_in_the_cost_of_a_success(
    root: Path, server: Serving
) -> None:
    with Ledger.memory() as ledger:
        found = ran(root, ledger, plan(root, SCORER, AGAIN % 2, prompt="sort"))
        assert len(server.world.heard) == 24
        by = ledger.totals(found.run.id, ("cause", "cause_of_retry"))
        spent = ledger.totals(found.run.id, ("version",))
        paid = [spent[version,].spent for version in ("v1", "v2")]
        again = ran(root, ledger, plan(root, SCORER, AGAIN % 2, prompt="sort"))
    assert {key: one.attempts for key, one in by.items()} == {
        ("unfit", None): 12,
        (None, "unfit"): 12,
    }
    assert found.spent.now == sum(one.spent for one in by.values())
    for variant, later, dollars in zip(found.variants, again.variants, paid, strict=True):
        assert variant.metrics["json_schema"].mean == 1.0
        assert variant.attempts == {"ok": 6, "unfit": 6}
        assert variant.cost.per_success.value == pytest.approx(dollars / 6)
        assert later.cost.per_success == variant.cost.per_success
    assert len(server.world.heard) == 24


def test_the_last_invalid_answer_stands(root: Path, server: Serving) -> None:
    server.world.answer = after(9)  # type: ignore[assignment]
    with Ledger.memory() as ledger:
        found = ran(root, ledger, plan(root, SCORER, AGAIN % 2, prompt="sort"))
    assert len(server.world.heard) == 36
    assert [one.metrics["json_schema"].mean for one in found.variants] == [0.0, 0.0]
    assert [one.attempts for one in found.variants] == [{"ok": 6, "unfit": 12}] * 2


def test_without_a_schema_there_is_nothing_to_ask_again(root: Path) -> None:
    with Ledger.memory() as ledger, pytest.raises(ConfigError, match="no version declares"):
        ran(root, ledger, plan(root, "  - contains: Dear", AGAIN % 1))


def test_an_answer_is_scored_as_it_is_kept(root: Path, server: Serving) -> None:
    server.world.answer = lambda asked: Answer(f"Dear Joost, on {asked.last[-9:]}")
    keeping = Keeping(redact=lambda text: text.replace("Joost", "[name]"))
    wanted = plan(root, "  - contains: Joost")
    with Ledger.memory(keeping=keeping) as ledger:
        found, again = ran(root, ledger, wanted), ran(root, ledger, wanted)
    assert len(server.world.heard) == 12
    assert {one.text for case in found.cases for one in case.answers if one.text} == {
        one.text for case in again.cases for one in case.answers if one.text
    }
    assert [one.metrics["contains"].mean for one in (*found.variants, *again.variants)] == [0.0] * 4
    assert found.cases[0].answers[0].text == "Dear [name], on letter 0\n"
