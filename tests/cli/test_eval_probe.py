"""``promptops eval probe`` as people call it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from promptops.reporters.contracts import read_report
from promptops.reporters.contracts.probe import EvalProbeReport
from tests.cli.commands import Done, one_line
from tests.cli.inside import inside
from tests.vendor_server.answers import Answer
from tests.vendor_server.serving import Serving, serving

CLAUDE = "anthropic:claude-sonnet-4-6"


@pytest.fixture(scope="module")
def served() -> Iterator[Serving]:
    with serving() as made:
        yield made


@pytest.fixture
def server(served: Serving, monkeypatch: pytest.MonkeyPatch) -> Serving:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    served.world.__init__(answer=lambda _: Answer("yes"))  # type: ignore[misc] - a world anew
    return served


def probe(folder: Path, server: Serving, *words: str, model: str = CLAUDE) -> Done:
    return inside("eval", "probe", model, *words, cwd=folder, **server.environment)


def test_rules_that_hold_are_exit_code_0_and_the_cost_is_said_first(
    tmp_path: Path, server: Serving
) -> None:
    done = probe(tmp_path, server)
    assert done.code == 0, done.err
    assert done.err == (
        f"promptops: {CLAUDE}: 4 to 6 calls of about 973 and 1,105 tokens; $0.010 is expected, "
        "$0.25 the most that is spent\n"
    )
    assert done.out.startswith(f"{CLAUDE} on anthropic/messages, cache rules as of ")
    assert [line.split("  ")[0] for line in done.out.splitlines()].count("holds") == 4
    assert max(map(len, done.out.splitlines())) <= 80
    assert (tmp_path / ".promptops/ledger.db").is_file()


def test_a_minimum_that_differs_is_exit_code_1_and_its_correction_is_read_by_the_next(
    tmp_path: Path, server: Serving
) -> None:
    server.world.cache.minimum = 2048
    done = probe(tmp_path, server)
    assert done.code == 1
    assert "DOES NOT HOLD  from 1,024 tokens on it is" in done.out
    own = done.out.partition("names:\n\n")[2]
    (tmp_path / "own.toml").write_text(own)
    (tmp_path / "promptops.toml").write_text('cache-rules = "own.toml"\n')
    again = probe(tmp_path, server)
    assert again.code == 0, again.out
    assert "below 2,048 tokens nothing is cached" in again.out


def test_its_json_is_as_promised(tmp_path: Path, server: Serving) -> None:
    server.world.cache.minimum = 512
    done = probe(tmp_path, server, "--format", "json")
    found = read_report(done.out)
    assert isinstance(found, EvalProbeReport)
    assert found.override is not None
    assert (done.code, found.override.minimum, found.rules.minimum) == (1, 512, 1024)
    spent = sum(Decimal(one.observed.usd or 0) for one in found.calls if one.observed)
    assert Decimal(found.spent) == spent


def test_the_end_of_a_lifetime_is_waited_for_and_the_wait_is_said_first(
    tmp_path: Path, server: Serving
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[surfaces."anthropic/messages".lifetimes]\n5m = {seconds = 1, write = "1.25"}\n'
    )
    done = probe(tmp_path, server, "--lifetime", "--rules", str(own))
    assert "waits 1 s and then 1 s: 0 minutes" in done.err
    assert done.code == 1  # the server keeps it for five minutes
    assert "after its last use it is gone" in done.out
    assert len(server.world.heard) == 6


def test_a_budget_that_holds_no_call_sends_none(tmp_path: Path, server: Serving) -> None:
    done = probe(tmp_path, server, "--budget", "0.001")
    assert (done.code, server.world.heard) == (3, [])
    assert "It ended early: the budget of $0.001 is spent" in done.out


@pytest.mark.parametrize(
    ("model", "code", "told"),
    [
        ("replay:anthropic:claude-sonnet-4-6", 2, "asks no vendor"),
        ("baseline:majority", 2, "asks no vendor"),
        ("anthropic:claude-lamp-1", 3, "no cache rules are known"),
        ("claude-sonnet-4-6", 3, "names no provider"),
        ("bedrock:claude-opus-4-6", 3, "nobody publishes the minimum"),
    ],
)
def test_what_cannot_be_probed_is_said_in_a_line(
    tmp_path: Path, server: Serving, model: str, code: int, told: str
) -> None:
    done = probe(tmp_path, server, model=model)
    assert (done.code, done.out, server.world.heard) == (code, "", [])
    assert told in done.err
    assert one_line(done.err)


def test_a_model_without_a_price_is_not_asked(tmp_path: Path, server: Serving) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[models."anthropic:claude-lamp-1"]\n'
        'surface = "anthropic/messages"\nread = "0.1"\nminimum = 1024\n'
    )
    done = probe(tmp_path, server, "--rules", str(own), model="anthropic:claude-lamp-1")
    assert (done.code, server.world.heard) == (3, [])
    assert "claude-lamp-1" in done.err


def test_without_a_key_nothing_is_sent(tmp_path: Path, server: Serving) -> None:
    environment = {**server.environment, "ANTHROPIC_API_KEY": ""}
    done = inside("eval", "probe", CLAUDE, cwd=tmp_path, **environment)
    assert (done.code, done.out, server.world.heard) == (2, "", [])
    assert "ANTHROPIC_API_KEY" in done.err


def test_a_probe_is_no_run_of_an_eval(tmp_path: Path, server: Serving) -> None:
    probe(tmp_path, server)
    shown = inside("eval", "show", cwd=tmp_path)
    assert shown.out == "No eval has been run here.\n"


def test_an_interrupted_wait_is_told_as_that(tmp_path: Path, server: Serving) -> None:
    command = [sys.executable, "-m", "promptops", "eval", "probe", CLAUDE, "--lifetime"]
    environment = {**os.environ, **server.environment}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        until = time.monotonic() + 20
        while len(server.world.heard) < 4 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.3)  # the fourth answer is read, and the wait begun
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
    assert err.endswith(b"promptops: interrupted; the ledger has the calls so far\n")
