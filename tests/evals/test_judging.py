"""Judges in a run: real protocols against a server on this machine, a real ledger."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from promptops.ledger.ledger import Ledger
from tests.evals.judged_worlds import (
    RUBRIC,
    answering,
    passing,
    plan,
    project,
    ran,
)  # fmt: skip
from tests.vendor_server.serving import Serving, serving


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("judged"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving() as made:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "127.0.0.1")
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        made.world.answer = answering(passing)
        yield made


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.memory() as made:
        yield made


def asked_of(server: Serving) -> Counter[str]:
    return Counter(one.body["model"] for one in server.world.heard)


def test_every_answer_is_judged_once_and_the_judges_pay_for_themselves(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    found = ran(root, ledger, plan(root, RUBRIC % ""))
    assert asked_of(server) == {"claude-haiku-5-5": 24, "gpt-5-mini": 24}
    assert [one.metrics["tone"].n for one in found.variants] == [12, 12]
    by_purpose = ledger.totals(found.run.id, ("purpose",))
    assert found.spent.judge == by_purpose["judge",].spent > 0
    assert found.spent.now == by_purpose["judge",].spent + by_purpose["answer",].spent
