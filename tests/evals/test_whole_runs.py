"""Scorers of whole runs, and those of other packages, in an eval from its file to its report."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from promptops.errors import ConfigError
from promptops.evals.report import Report
from promptops.ledger.ledger import Ledger
from tests.evals.judged_worlds import plan, project, ran
from tests.vendor_server.answers import Answer, Asked
from tests.vendor_server.serving import Serving, serving

LABEL = "  - label: {values: [kind, curt]}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("whole"), 20)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving() as made:
        for name, value in {**made.environment, "NO_PROXY": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        made.world.answer = sorted_out
        yield made


def sorted_out(asked: Asked) -> Answer:
    """Say "curt" to every fourth letter, and once more where it is asked kindly."""
    number = int(asked.last.split()[-1])
    curt = number % 4 == 0 or ("kindly" in asked.last and number == 1)
    return Answer("curt" if curt else "kind")


def found(root: Path, scorers: str, more: str = "") -> Report:
    with Ledger.memory() as ledger:
        return ran(root, ledger, plan(root, scorers, more))


@pytest.mark.usefixtures("server")
def test_a_figure_of_the_whole_run_stands_beside_the_means_with_its_interval(root: Path) -> None:
    text = f"  - macro_f1: label\n{LABEL}\n  - autoevals.Levenshtein: {{name: near}}"
    one = found(root, text)
    first, second = one.variants
    # All are expected to be kind, so that there is one label: its F1 is 2 * 15 / (15 + 20).
    assert first.metrics["macro_f1"].mean == pytest.approx(2 * 15 / 35)
    assert second.metrics["macro_f1"].mean == pytest.approx(2 * 14 / 34)
    assert first.metrics["macro_f1"].method == "percentile bootstrap"
    assert first.metrics["near"].mean == pytest.approx(0.75)
    assert one.eval.metric == "label"


def test_no_test_of_single_cases_can_gate_such_a_figure(root: Path, server: Serving) -> None:
    with pytest.raises(ConfigError, match="no test of single cases can gate"):
        found(root, f"{LABEL}\n  - kappa: label", "gate: {metric: kappa, margin: 0.1}")
    with pytest.raises(ConfigError, match="is a figure of the whole run, too"):
        found(root, f"{LABEL}\n  - kappa: label\n  - macro_f1: kappa")
    assert server.world.heard == []
