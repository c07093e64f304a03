"""``promptops eval resume``: a run that was killed, stopped or left goes on, and pays once."""

import os
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.inside import inside
from tests.evals.killed_runs import (
    FILE,
    SUMS,
    TWICE,
    Killed,
    answered_again,
    project,
    telling,
)
from tests.vendor_server.serving import Serving, serving

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


@pytest.fixture
def server() -> Iterator[Serving]:
    with serving() as made:
        telling(made)
        made.world.latency = 0.02
        yield made


@POSIX
def test_what_was_answered_is_not_paid_again_after_kills_and_totals_are_those_of_an_undisturbed_run(
    tmp_path: Path, server: Serving
) -> None:
    calm = Killed(project(tmp_path / "calm"), server)
    done = inside("eval", FILE, "--format", "json", cwd=calm.root, **server.environment)
    expected = done.json
    assert len(server.world.heard) == 80
    server.world.heard.clear()
    run = Killed(project(tmp_path / "killed"), server)
    assert run.kill(13, FILE)
    assert run.kill(20, "resume", "last")
    found = run.end(FILE)
    assert run.ask(TWICE) == (0,)
    assert run.ask("SELECT count(*) FROM runs") == (1,)
    lost, most = run.lost
    assert answered_again(server) <= lost <= 2 * 8
    assert run.ask(SUMS) == calm.ask(SUMS)
    assert found["spent"]["now"] == expected["spent"]["now"]
    assert Decimal(found["spent"]["possible"]) == most
    assert found["spent"]["possible_calls"] == lost
    for name in ("comparisons", "verdict", "flips", "headline"):
        assert found[name] == expected[name]
    assert "goes on: " in run.said[1]
    assert "of 80 answers are there" in run.said[2]


@POSIX
def test_a_run_that_lives_is_left_alone_and_said_to_be_under_way(
    tmp_path: Path, server: Serving
) -> None:
    server.world.latency = 0.3
    run = Killed(project(tmp_path / "p"), server)
    first = run.start(FILE)
    while len(server.world.heard) < 5:
        time.sleep(0.005)
    done = inside("eval", FILE, cwd=run.root, **server.environment)
    assert (done.code, done.out) == (2, "")
    assert f"is under way: process {first.pid} on " in done.err
    assert "since 2" in done.err
    assert done.err.count("\n") == 1
    first.kill()
    first.communicate()
    while server.world.at_once:
        time.sleep(0.005)


def test_a_budget_counts_what_the_run_spent_before(tmp_path: Path, server: Serving) -> None:
    server.world.latency = 0.0
    root = project(tmp_path / "p")

    def run(*words: str) -> tuple[str, dict[str, str]]:
        done = inside("eval", *words, "--format", "json", cwd=root, **server.environment)
        assert done.code in {0, 3}, done.err
        return done.json["run"]["id"], done.json["spent"]

    first, little = run(FILE, "--budget", "0.0001")
    calls = len(server.world.heard)
    assert 0 < calls < 80
    again, same = run(FILE, "--budget", "0.0001")
    assert again == first
    assert Decimal(little["now"]) <= Decimal(same["now"]) <= Decimal("0.0001")
    assert len(server.world.heard) < 80
    more, spent = run("resume", first[:10], "--budget", "1")
    assert more == first
    assert len(server.world.heard) == 80
    assert Decimal(spent["now"]) > Decimal(little["now"])


def test_where_only_hashes_are_kept_a_run_goes_on_by_its_scores(
    tmp_path: Path, server: Serving
) -> None:
    server.world.latency = 0.0
    root = project(tmp_path / "p")
    text = (root / FILE).read_text()
    (root / FILE).write_text(text.replace("{concurrency: 8}", "{concurrency: 8, store: hashes}"))
    inside("eval", FILE, "--budget", "0.0001", cwd=root, **server.environment)
    heard = len(server.world.heard)
    done = inside("eval", "resume", "last", "--budget", "1", "--format", "json", cwd=root,
                  **server.environment)  # fmt: skip
    assert 0 < heard < 80
    assert len(server.world.heard) == 80
    again = inside("eval", "resume", "last", cwd=root, **server.environment)
    assert "is complete: there is nothing left to ask" in again.err
    assert len(server.world.heard) == 80
    fresh = inside("eval", FILE, "--fresh", "--format", "json", cwd=root, **server.environment)
    assert done.json["comparisons"] == fresh.json["comparisons"]


def test_what_has_changed_since_is_said_and_another_run_begins(
    tmp_path: Path, server: Serving
) -> None:
    server.world.latency = 0.0
    root = project(tmp_path / "p")
    inside("eval", FILE, "--budget", "0.0001", cwd=root, **server.environment)
    prompt = root / "prompts/sort.prompt.j2"
    prompt.write_text(prompt.read_text().replace("Say", "Tell me"))
    (root / FILE).write_text((root / FILE).read_text().replace("margin: 0.2", "margin: 0.3"))
    done = inside("eval", "resume", "last", "--budget", "1", cwd=root, **server.environment)
    assert done.code == 0, done.err
    assert 'cannot go on: gate.margin was "0.2" and is "0.3"; the text of work ' in done.err
    assert "has changed; so this is another run" in done.err


@pytest.mark.parametrize(
    ("word", "told"),
    [("last", "no eval has been run here"), ("0123", "no eval has been run here")],
)
def test_without_a_run_there_is_nothing_to_go_on_with(tmp_path: Path, word: str, told: str) -> None:
    (tmp_path / "prompts").mkdir()
    done = inside("eval", "resume", word, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert not (tmp_path / ".promptops").exists()
