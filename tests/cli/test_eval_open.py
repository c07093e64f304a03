"""``promptops eval``: what leaves a verdict open, metrics that must all hold, repeats, streams."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.eval_worlds import project, run, sorting, variant, worse
from tests.vendor_server.faults import (
    dropped_stream,
    ended_stream,
    exhausted,
    server_error,
    status,
)
from tests.vendor_server.serving import Serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with sorting() as made:
        yield made


@pytest.mark.parametrize("model", ["anthropic:claude-haiku-5-5", "openai:gpt-5-mini"])
def test_answers_are_streamed_where_the_file_asks_for_it_and_an_early_end_is_tried_again(
    tmp_path: Path, server: Serving, model: str
) -> None:
    server.world.faults.queue += [ended_stream(), dropped_stream()]
    done = run(project(tmp_path, 30), server, models=[model], run={"stream": True})
    assert done.code == 3, done.err
    assert all(one.body["stream"] is True for one in server.world.heard)
    assert len(server.world.heard) == 62
    found = done.json
    attempts = [one["attempts"] for one in found["variants"]]
    assert sum(one.get("dropped", 0) for one in attempts) == 2
    assert [one["ok"] for one in attempts] == [30, 30]
    assert all(one["latency"]["first_byte"]["value"] > 0 for one in found["variants"])
    assert all(one["tokens"]["output"] > 0 for one in found["variants"])
    assert Decimal(found["spent"]["now"]) > 0


def test_a_key_that_is_refused_is_a_wrong_call_and_nothing_is_retried(
    tmp_path: Path, server: Serving
) -> None:
    server.world.faults.shares = [(1.0, status(401, "authentication_error"))]
    done = run(project(tmp_path, 40), server, run={"concurrency": 2})
    assert done.code == 2
    assert len(server.world.heard) <= 2
    found = done.json
    assert found["verdict"] == "inconclusive"
    assert "HTTP 401" in found["headline"]
    assert sum(one["attempts"].get("denied", 0) for one in found["variants"]) >= 1
    assert len(found["errors"]) < 10  # what was not asked is no error of a case


def test_a_quota_that_ends_amid_a_run_leaves_it_open_and_says_why(
    tmp_path: Path, server: Serving
) -> None:
    server.world.faults.queue += [None] * 40 + [exhausted()]
    done = run(project(tmp_path, 60), server, run={"concurrency": 4})
    assert done.code == 3, done.err
    found = done.json
    (one,) = found["comparisons"]
    assert "insufficient_quota" in found["run"]["stopped"]
    assert 0 < found["run"]["done"] < 40
    assert one["missing"] > 20
    assert one["more_cases"] is None
    assert "insufficient_quota" in found["headline"]
    complete, worst = one["sensitivity"]["complete"], one["sensitivity"]["worst"]
    assert worst["value"] < complete["value"]


def test_too_many_lost_answers_are_said_to_be_resumed_and_what_they_could_change_is_told(
    tmp_path: Path, server: Serving
) -> None:
    server.world.faults.shares = [(0.62, server_error())]
    gate = {"metric": "label", "margin": 0.2}
    done = run(project(tmp_path, 30), server, form="text", gate=gate)
    assert done.code == 3, done.err
    text = " ".join(done.out.split())
    assert "pairs are missing, more than 1 %: resume" in text
    assert "without missing pairs" in text
    assert "attempts: ok" in text
    assert ", server " in text


def test_fewer_than_ten_clusters_are_no_ground_for_a_verdict(
    tmp_path: Path, server: Serving
) -> None:
    folder = project(tmp_path, 90, account=lambda case: f"a{case % 9}")
    cases = {"path": "cases.jsonl", "id": "id", "expected": "yard", "cluster": "account"}
    done = run(folder, server, dataset=cases)
    assert done.code == 3, done.err
    (one,) = done.json["comparisons"]
    assert one["clusters"] == 9
    assert one["reasons"] == ["9 clusters are too few for a verdict"]
    assert "9 clusters are too few for a verdict" in done.json["headline"]


def test_metrics_that_must_all_hold_are_gated_each_and_one_that_does_not_is_enough_to_fail(
    tmp_path: Path, server: Serving
) -> None:
    scorers = [
        {"label": {"values": ["harbour", "station"]}},
        {"contains": {"value": "harbour", "name": "by_sea", "weight": 0}},
    ]
    gate = {"metric": "label", "margin": 0.2, "also": {"by_sea": 0.2}}
    folder = project(tmp_path, 60, lang=lambda case: "sv" if case % 3 else "en")
    cases = {"path": "cases.jsonl", "id": "id", "expected": "yard", "slice": ["lang"]}
    passed = run(folder, server, gate=gate, scorers=scorers, dataset=cases)
    assert passed.code == 0, passed.err
    assert [one["metric"] for one in passed.json["comparisons"]] == ["label", "by_sea"]
    assert "2 points" not in passed.json["headline"]
    assert "20 points of label and 20 points of by_sea" in passed.json["headline"]
    slices = [(one["value"], one["cases"]) for one in passed.json["dataset"]["slices"]]
    assert slices == [("sv", 40), ("en", 20)]
    worse(server, 1)
    other = {"metric": "by_sea", "margin": 0.2, "also": {"label": 0.2}}
    failed = run(folder, server, "--fresh", gate=other, scorers=scorers, dataset=cases)
    assert failed.code == 1, failed.err
    by_metric = {one["metric"]: one["verdict"] for one in failed.json["comparisons"]}
    assert by_metric == {"by_sea": "inconclusive", "label": "fail"}


def test_repeats_failures_and_reads_are_measured(tmp_path: Path, server: Serving) -> None:
    worse(server, 4)
    gate = {"metric": "label", "margin": 0.2, "failure_cost": 0.5, "any": True}
    folder = project(tmp_path, 24)
    done = run(folder, server, gate=gate, repeats=2, baselines=["baseline:majority"])
    found = done.json
    second = variant(found, "v2")
    assert len(server.world.heard) == 96
    assert second["repeats"]["n"] == 2
    assert [one["k"] for one in second["repeats"]["rates"]] == [1, 2]
    assert second["repeats"]["rates"][1]["all"]["value"] == pytest.approx(0.75)
    assert second["repeats"]["within"] == 0
    assert float(second["cost"]["with_failures"]["value"]) == pytest.approx(0.125, rel=0.01)
    assert second["within"] == [{"attempts": 2, "probability": 0.75, "measured": True}]
    assert second["reads"]["calls"] == 48
    assert second["reads"]["predicted"] == second["reads"]["observed"]
    assert sum(float(one["per_call"]) for one in second["cost"]["by_part"]) == pytest.approx(
        float(second["cost"]["per_call"]), rel=1e-3
    )
    assert second["cost"]["ratio"]["value"] > 1


def test_one_candidate_that_passes_is_enough_where_the_gate_says_so(
    tmp_path: Path, server: Serving
) -> None:
    worse(server, 2)
    models = ["anthropic:claude-haiku-5-5", "openai:gpt-5-mini"]
    gate = {"metric": "label", "margin": 0.2}
    folder = project(tmp_path, 60)
    every = run(folder, server, models=models, gate=gate)
    assert every.code == 1, every.err
    assert every.json["headline"].endswith("; of 3 candidates 1 passes, 2 fail.")
    some = run(folder, server, models=models, gate={**gate, "any": True})
    assert some.code == 0, some.err
    found = some.json
    assert found["recommended"] == "v1 openai:gpt-5-mini"
    assert len(server.world.heard) == 240  # the second run asks nobody
    holm = {one["candidate"]: (one["p"], one["p_holm"]) for one in found["comparisons"]}
    p, corrected = holm["v1 openai:gpt-5-mini"]
    assert corrected == pytest.approx(3 * p)


def test_without_a_gate_differences_are_told_and_nothing_is_decided(
    tmp_path: Path, server: Serving
) -> None:
    worse(server, 3)
    done = run(project(tmp_path, 30), server, gate=None)
    assert done.code == 0, done.err
    found = done.json
    assert found["verdict"] is None
    (one,) = found["comparisons"]
    assert (one["verdict"], one["margin"], one["b"], one["c"]) == (None, None, 0, 10)
    assert found["headline"].startswith("v2 against v1 on label: -33.3 points [")
    assert found["headline"].endswith("; nothing was gated.")
