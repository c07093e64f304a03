"""Answers that mean what a reference means: embeddings in a run."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from promptops.errors import ConfigError
from promptops.ledger.keeping import Keeping
from promptops.ledger.ledger import Ledger
from tests.evals.judged_worlds import plan, project, ran
from tests.vendor_server.answers import Answer
from tests.vendor_server.serving import Serving, serving

SIMILAR = "  - similar: {model: %s}"
OPENAI, GEMINI = "openai:text-embedding-3-small", "google:gemini-embedding-001"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("vectors"), 6)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving() as made:
        for name, value in {**made.environment, "NO_PROXY": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        # Both words of the reference "kind", or one of two.
        made.world.answer = lambda asked: Answer(
            "kind" if "kindly" in asked.last else f"kind {asked.last.split()[-1]}"
        )
        yield made


@pytest.mark.parametrize("model", [OPENAI, GEMINI])
def test_answers_are_as_good_as_they_are_like_what_is_expected(
    root: Path, server: Serving, model: str
) -> None:
    with Ledger.memory() as ledger:
        found = ran(root, ledger, plan(root, SIMILAR % model, "budget: {judge_usd: 0.01}"))
        asked = len(server.world.heard)
        again = ran(root, ledger, plan(root, SIMILAR % model))
        spent = ledger.totals(found.run.id, ("purpose",))
    means = [one.metrics["similar"].mean for one in found.variants]
    assert means == [pytest.approx(0.5**0.5), pytest.approx(1.0)]
    assert [one.metrics["similar"].mean for one in again.variants] == means
    # Twelve drafts; six answers that differ, and "kind", which is the reference, too.
    assert len(server.world.heard) == asked == 12 + 6 + 1
    assert spent["judge",].attempts == 7
    if model == OPENAI:
        billed = sum(one.said.plain for one in server.world.heard
                     if one.said and one.path.endswith("/embeddings"))  # fmt: skip
        assert found.spent.judge == Decimal("0.02") * billed / 1_000_000
    else:  # it does not say how many tokens it took
        assert (found.spent.judge, found.spent.possible_calls) == (0, 7)


def test_a_function_gives_vectors_without_a_key(root: Path, server: Serving) -> None:
    (root / "evals/vectors.py").write_text(
        "import json\n\n\ndef letters(inputs, messages):\n"
        "    return json.dumps([float(inputs['text'].count(one)) for one in 'kind3'])\n"
    )
    with Ledger.memory() as ledger:
        found = ran(root, ledger, plan(root, SIMILAR % "baseline:vectors.py:letters"))
    assert found.variants[1].metrics["similar"].mean == pytest.approx(1.0)
    assert len(server.world.heard) == 12


def test_a_vendor_without_embeddings_is_refused_before_anything_is_sent(
    root: Path, server: Serving
) -> None:
    with Ledger.memory() as ledger, pytest.raises(ConfigError, match="no embeddings of anthropic"):
        ran(root, ledger, plan(root, SIMILAR % "anthropic:claude-haiku-5-5"))
    assert server.world.heard == []


def test_vectors_are_not_spoilt_by_what_is_taken_out_of_texts(root: Path, server: Serving) -> None:
    keeping = Keeping(redact=lambda text: text.replace("A", "*"))
    with Ledger.memory(keeping=keeping) as ledger:
        found = [ran(root, ledger, plan(root, SIMILAR % OPENAI)) for _ in range(2)]
    asked = sum(one.path.endswith("/embeddings") for one in server.world.heard)
    assert asked == 14  # what is kept of them is no vector, so they are asked for again
    for one in found:
        assert one.variants[1].metrics["similar"].mean == pytest.approx(1.0)
