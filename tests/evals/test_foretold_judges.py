"""What judges are foretold to ask and cost, beside runs that a server on this machine hears."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from promptops.errors import UnknownModel
from promptops.evals.foretold import foretell
from promptops.evals.prepared import prepare
from promptops.ledger.ledger import Ledger
from tests.evals.judged_worlds import RUBRIC, answering, passing, plan, project, ran, setting
from tests.vendor_server.serving import Serving, serving

PAIRWISE = "  - judge.pairwise: {name: better, prompt: judge/better@v1, model: openai:gpt-5-mini}"
LABELLED = "\n".join([RUBRIC % "", PAIRWISE])
JUDGED = """
SELECT count(*), sum(reserved_usd + 0.0), count(reserved_usd) FROM intents
WHERE purpose = 'judge' AND attempt_no = 1
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("judged"), cases=6)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving() as made:
        for name, value in {**made.environment, "NO_PROXY": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        made.world.answer = answering(passing)
        yield made


@pytest.mark.parametrize(
    ("scorers", "calls"),
    [(RUBRIC % "", 12), (RUBRIC % ", repeats: 3", 36), (PAIRWISE, 12), (LABELLED, 24)],
)
def test_judges_ask_no_more_and_set_aside_no_more_than_was_foretold(
    root: Path, server: Serving, scorers: str, calls: int
) -> None:
    what = plan(root, scorers)
    with Ledger.memory() as ledger:
        found = foretell(prepare(what, setting(root, ledger)))
        assert server.world.heard == []
        assert sum(one.calls for one in found.judges) == calls
        ran(root, ledger, what)
        with ledger.lent() as rows:
            asked, kept, priced = rows.execute(JUDGED).fetchone()
    worst = [one.live.worst.value for one in found.judges]
    assert asked == priced
    assert 0 < asked <= calls
    assert kept <= float(sum(one for one in worst if one is not None))
    for one in found.judges:
        assert one.live.expected.value is not None
        assert one.live.worst.value is not None
        assert 0 < one.live.expected.value < one.live.worst.value


def test_what_judges_cost_is_in_the_sum(root: Path) -> None:
    with Ledger.memory() as ledger:
        found = foretell(prepare(plan(root, RUBRIC % ""), setting(root, ledger)))
        alone = foretell(prepare(plan(root, "  - contains: Dear"), setting(root, ledger)))
    judge = found.judges[0].live.worst.value
    assert judge is not None
    assert alone.live.worst.value is not None
    assert found.live.worst.value == alone.live.worst.value + judge


def test_a_judge_without_a_price_is_said_and_refused_with_a_budget(root: Path) -> None:
    scorers = RUBRIC.replace("openai:gpt-5-mini", "house:judge") % ""
    with Ledger.memory() as ledger:
        found = foretell(prepare(plan(root, scorers), setting(root, ledger)))
        assert found.live.worst.value is None
        assert "house:judge" in found.live.worst.how
        with pytest.raises(UnknownModel, match="house:judge"):
            prepare(plan(root, scorers, "budget: {usd: 1}"), setting(root, ledger))


def test_a_likeness_asks_for_vectors_of_answers_and_of_what_is_expected(root: Path) -> None:
    scorers = "  - similar: {model: openai:text-embedding-3-small}"
    with Ledger.memory() as ledger:
        (judge,) = foretell(prepare(plan(root, scorers), setting(root, ledger))).judges
    assert judge.calls == 24
    assert judge.live.worst.value is not None
    assert judge.live.worst.value > Decimal(0)


def test_the_discordance_of_a_judged_metric_is_the_ledgers(tmp_path: Path, server: Serving) -> None:
    root = project(tmp_path, cases=30)
    what = plan(root, RUBRIC % "", "gate: {metric: tone, margin: 0.1}")
    with Ledger.memory() as ledger:
        report = ran(root, ledger, what)
        (power,) = foretell(prepare(what, setting(root, ledger))).power
    (known,) = power.needed
    (one,) = report.comparisons
    assert one.b is not None
    assert one.c is not None
    assert known.discordance == pytest.approx((one.b + one.c) / 30)
    assert known.how == "v1 and v2 on 30 cases"
    assert server.world.heard
