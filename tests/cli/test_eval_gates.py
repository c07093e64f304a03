"""``promptops eval``: gates that may decide early, cases that are added, what is not settled."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.eval_worlds import command, dataset, project, run, sorting, worse
from tests.vendor_server.serving import Serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with sorting() as made:
        yield made


LOOKS = {"metric": "label", "margin": 0.05, "looks": 4}


def test_a_look_that_decides_ends_the_run_and_is_found_again_by_whoever_shows_it(
    tmp_path: Path, server: Serving
) -> None:
    worse(server, 2)
    folder = project(tmp_path, 240)
    done = run(folder, server, gate=LOOKS, run={"concurrency": 4})
    assert done.code == 1, done.err
    found = done.json
    (one,) = found["comparisons"]
    assert one["looks"]["kind"] == "planned"
    assert (one["looks"]["number"], one["looks"]["of"]) == (1, 4)
    assert one["looks"]["level_spent"] == pytest.approx(0.0003, abs=1e-4)
    assert one["n"] == 60
    assert found["run"]["stopped"] == "look 1 of 4 decided after 60 of 240 cases"
    assert found["reasons"] == []
    assert [one["missing"] for one in found["variants"]] == [0, 0]  # not asked is not lost
    assert 120 <= len(server.world.heard) < 200
    assert any("of the first 60 cases in their order" in note for note in found["notes"])
    assert command(folder, server, "show", found["run"]["id"], "--format", "json").json == found


@pytest.mark.parametrize("way", ["again", "resume"])
def test_a_run_that_a_look_has_decided_has_ended_and_sends_nothing_unless_begun_anew(
    tmp_path: Path, server: Serving, way: str
) -> None:
    worse(server, 2)
    folder = project(tmp_path, 80)
    gate = {"metric": "label", "margin": 0.05, "looks": 2}
    first = run(folder, server, gate=gate, run={"concurrency": 4}).json
    assert first["run"]["stopped"] == "look 1 of 2 decided after 40 of 80 cases"
    heard = len(server.world.heard)
    words = ("evals/sort.yaml",) if way == "again" else ("resume", first["run"]["id"])
    done = command(folder, server, *words, "--format", "json")
    assert (done.code, done.json) == (1, first)
    assert f"has ended: {first['run']['stopped']}; nothing is sent, and --fresh" in done.err
    assert len(server.world.heard) == heard
    plan = command(folder, server, "plan", "evals/sort.yaml", "--format", "json").json
    assert plan["goes_on"] is None
    assert plan["answers"]["calls"] == 160
    assert f"has ended: {first['run']['stopped']}; nothing is sent, and --fresh" in plan["notes"][0]
    if way == "again":
        anew = command(folder, server, *words, "--fresh", "--format", "json").json
        assert anew["run"]["id"] != first["run"]["id"]
        assert len(server.world.heard) > heard


def test_without_a_decision_all_planned_looks_are_taken_and_their_level_is_told(
    tmp_path: Path, server: Serving
) -> None:
    worse(server, 25)
    done = run(project(tmp_path, 100), server, gate=LOOKS)
    assert done.code == 3, done.err
    (one,) = done.json["comparisons"]
    assert (one["looks"]["number"], one["n"]) == (4, 100)
    assert one["looks"]["level_spent"] == pytest.approx(0.05, abs=1e-4)
    assert one["more_cases"]["equal"] > 0


def test_an_e_process_ends_a_run_that_is_clearly_bad(tmp_path: Path, server: Serving) -> None:
    worse(server, 2)
    folder = project(tmp_path, 200)
    gate = {"metric": "label", "margin": 0.05, "stop": "e-process"}
    done = run(folder, server, gate=gate, run={"concurrency": 4})
    assert done.code == 1, done.err
    (one,) = done.json["comparisons"]
    assert one["looks"]["kind"] == "any_time"
    assert one["test_method"] == "e-process"
    assert one["n"] < 60
    assert "the e-process decided after" in done.json["run"]["stopped"]
    assert len(server.world.heard) < 200
    again = run(folder, server, gate=gate, run={"concurrency": 4}).json
    assert again["comparisons"][0]["n"] == one["n"]


def test_cases_that_are_added_are_another_look_and_the_report_says_so(
    tmp_path: Path, server: Serving
) -> None:
    folder = project(tmp_path, 30)
    assert run(folder, server).code == 3
    dataset(folder, 90)
    found = run(folder, server).json
    (one,) = found["comparisons"]
    assert (one["looks"]["kind"], one["looks"]["number"]) == ("again", 2)
    assert one["looks"]["level_spent"] == pytest.approx(0.1)
    assert any("An earlier run of this eval judged a part" in note for note in found["notes"])
    assert len(server.world.heard) == 180


def test_cases_that_are_lacking_have_a_price_live_and_in_a_batch(
    tmp_path: Path, server: Serving
) -> None:
    done = run(project(tmp_path, 20), server)
    assert done.code == 3
    (one,) = done.json["comparisons"]
    lacking, live = one["more_cases"]["equal"], Decimal(one["more_usd"]["live"])
    assert 0 < lacking < 60
    each = sum(Decimal(side["cost"]["per_call"]) for side in done.json["variants"])
    assert live == pytest.approx(lacking * each, rel=Decimal("0.001"))
    assert Decimal(one["more_usd"]["batch"]) == pytest.approx(live / 2, rel=Decimal("0.01"))
    assert f"{lacking} more cases, about $" in done.json["headline"]
