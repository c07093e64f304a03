"""A process that is killed, or whose line breaks, at any moment of a batch pays nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from aiohttp import web

from promptops.errors import ConfigError
from promptops.ledger.ledger import Ledger
from promptops.ledger.totals import Total
from tests.evals.batch_worlds import BOTH, CLAUDE, project, ran
from tests.vendor_server.answers import by_keyword
from tests.vendor_server.serving import Serving, serving

ROOT = Path(__file__).parents[2]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
MOMENTS = [
    "openai.uploaded",
    "anthropic.create",
    "anthropic.created",
    "openai.created",
    "anthropic.look",
    "openai.results",
]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving() as made:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "127.0.0.1")
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        made.world.answer = by_keyword({"crate": "harbour", "box": "station"})
        made.world.batch_seconds = 0.0
        yield made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Total:
    with serving() as made, pytest.MonkeyPatch.context() as patch:
        for name, value in {**made.environment, "NO_PROXY": "127.0.0.1"}.items():
            patch.setenv(name, value)
        made.world.answer = by_keyword({"crate": "harbour", "box": "station"})
        made.world.batch_seconds = 0.0
        with Ledger.memory() as ledger:
            found = ran(project(tmp_path_factory.mktemp("calm")), ledger, BOTH)
            return ledger.total(found.run.id)


@pytest.fixture(scope="module")
def forks() -> Iterator[subprocess.Popen[str]]:
    """A process that makes others which have imported everything."""
    command = [sys.executable, "-m", "tests.evals.batch_worlds"]
    piped = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **piped) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def killed_at(
    moment: str, server: Serving, root: Path, models: str, forks: subprocess.Popen[str]
) -> None:
    """Run an eval in a process that is killed when the server comes to a moment."""
    assert forks.stdin is not None
    assert forks.stdout is not None
    process: Future[int] = Future()

    def kill(now: str) -> None:
        if now == moment:
            server.world.moment = lambda _: None
            os.kill(process.result(10), signal.SIGKILL)
            raise web.HTTPInternalServerError

    server.world.moment = kill
    asked = [str(root), models, {**server.environment, "NO_PROXY": "127.0.0.1"}]
    forks.stdin.write(json.dumps(asked) + "\n")
    forks.stdin.flush()
    process.set_result(int(forks.stdout.readline()))
    assert os.WTERMSIG(int(forks.stdout.readline())) == signal.SIGKILL


@POSIX
@pytest.mark.parametrize("moment", MOMENTS)
def test_whenever_it_is_killed_nothing_is_paid_twice_and_totals_are_those_of_a_calm_run(
    moment: str,
    server: Serving,
    tmp_path: Path,
    undisturbed: Total,
    forks: subprocess.Popen[str],
) -> None:
    root = project(tmp_path)
    killed_at(moment, server, root, BOTH, forks)
    with Ledger.open(root / "l.db") as ledger:
        found = ran(root, ledger, BOTH)
        assert ledger.total(found.run.id) == undisturbed
        assert len(ledger.runs()) == 1
        states = [row.state for row in ledger.batches(found.run.id)]
    assert found.verdict == "pass"
    assert states.count("collected") == 2
    assert len(server.world.batched) == 24
    sent = Counter(name for names in server.world.batches for name in names)
    assert [*sent.values()] == [1] * 24
    assert server.world.stats()["billed"] == 0


@POSIX
def test_a_batch_that_may_have_been_sent_with_another_key_is_not_sent_with_this_one(
    server: Serving,
    tmp_path: Path,
    forks: subprocess.Popen[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = project(tmp_path)
    killed_at("anthropic.created", server, root, CLAUDE, forks)
    with Ledger.open(root / "l.db") as ledger:
        monkeypatch.setenv("ANTHROPIC_API_KEY", "another")
        with pytest.raises(ConfigError, match="may have been sent with another key"):
            ran(root, ledger)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "key-of-anthropic")
        assert ran(root, ledger).verdict == "pass"
    assert len(server.world.batches) == 1
