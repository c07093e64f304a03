"""``promptops eval plan``, and what a run says, asks and shows before and while it sends."""

import json
import os
import pty
import select
import shutil
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from promptops.cli import group
from promptops.errors import UnknownModel
from promptops.reporters.contracts import read_report
from promptops.reporters.contracts.eval_plan import EvalPlanReport
from tests.cli.commands import Done, promptops
from tests.vendor_server.answers import by_keyword
from tests.vendor_server.serving import Serving, serving

HEAD = "---\nversion: %d\nmodel: anthropic:claude-haiku-5-5\nparams: {max_tokens: 2_000}\n---\n"
BODY = "{% user %}\nTo which yard does {{ parcel }} go, harbour or station?%s\n{% enduser %}\n"
EVAL = """prompt: sort
versions: [v1, v2]
models: [%s]
dataset: {path: cases.jsonl, id: id, expected: yard}
scorers: [{label: [harbour, station]}]
gate: {metric: label, margin: 0.2}
"""
FILE, CLAUDE = "evals/sort.yaml", "anthropic:claude-haiku-5-5"
DEAR = "openai:gpt-5.2-pro"  # a run of it may cost more than a dollar


@pytest.fixture(scope="module")
def served() -> Iterator[Serving]:
    with serving() as made:
        yield made


@pytest.fixture
def server(served: Serving, monkeypatch: pytest.MonkeyPatch) -> Serving:
    served.world.__init__(answer=by_keyword({"crate": "harbour", "box": "station"}))  # type: ignore[misc] - a world anew
    for name, value in {**served.environment, "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    return served


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two versions of a prompt, of which the first is locked."""
    root = tmp_path_factory.mktemp("locked")
    for folder in ("prompts", "evals"):
        (root / folder).mkdir()
    for number in (1, 2):
        text = HEAD.replace("%d", str(number)) + BODY.replace("%s", " Briefly." * (number - 1))
        (root / "prompts/sort.prompt.j2").write_text(text)
        if number == 1:
            assert promptops("lock", cwd=root).code == 0
    rows = (
        {"id": f"c{n}", "parcel": f"{kind} {n}", "yard": yard}
        for n in range(6)
        for kind, yard in (("crate", "harbour"), ("box", "station"))
    )
    lines = (json.dumps({**row, "id": str(at)}) + "\n" for at, row in enumerate(rows))
    (root / "evals/cases.jsonl").write_text("".join(lines))
    return root


@pytest.fixture
def project(locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(locked, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    write(tmp_path)
    return tmp_path


def write(root: Path, model: str = CLAUDE) -> None:
    (root / FILE).write_text(EVAL.replace("%s", model))


def called(*words: str) -> Result:
    return CliRunner().invoke(group, ["eval", *words], prog_name="promptops")


def planned(*words: str) -> Any:
    return json.loads(called("plan", FILE, "--format", "json", *words).stdout)


def test_a_plan_is_told_in_80_columns_and_sends_nothing(project: Path, server: Serving) -> None:
    done = called("plan", FILE)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("sort: 24 answers to 12 cases: 24 calls.\n")
    assert max(map(len, done.stdout.splitlines())) <= 80
    for told in ("expected   at most", "Input tokens: counted", "Output tokens: max_tokens",
                 "At most: what a run sets aside", "How long it takes is not known",
                 "What 12 cases can show (label, margin 20 points", "12 %"):  # fmt: skip
        assert told in done.stdout
    assert server.world.heard == []
    assert not (project / ".promptops").exists()


def test_a_plan_as_json_is_of_its_contract(project: Path) -> None:
    found = read_report(called("plan", FILE, "--format", "json").stdout)
    assert isinstance(found, EvalPlanReport)
    assert (found.answers.items, found.answers.calls) == (24, 24)
    assert found.batch is not None
    assert found.batch.worst.value is not None
    assert found.live.worst.value is not None
    assert Decimal(found.batch.worst.value) * 2 == Decimal(found.live.worst.value)
    assert project.is_dir()


def test_what_a_run_says_first_comes_true_and_is_not_planned_again(
    project: Path, server: Serving
) -> None:
    done = called(FILE, "--format", "json")
    first, second, third, *_ = done.stderr.splitlines()
    assert first == "promptops: sort: 24 answers to 12 cases: 24 calls."
    assert second.startswith("promptops: expected $")
    assert "at most $" in second
    assert "label is to hold 20 points" in third
    assert "\r" not in done.stderr
    assert len(server.world.heard) == 24
    found = planned()
    assert (found["answers"]["reused"], found["answers"]["calls"]) == (24, 0)
    assert found["live"]["worst"]["value"] == "0"
    anew = planned("--fresh")
    assert anew["answers"]["calls"] == 24
    paid, expected = json.loads(done.stdout)["spent"]["now"], anew["live"]["expected"]
    assert Decimal(expected["value"]) == pytest.approx(Decimal(paid))
    assert "earlier calls" in expected["how"]
    assert anew["minutes"]["value"] > 0
    assert project.is_dir()


def test_what_a_cache_will_do_is_foretold_by_its_vendors_rules(
    project: Path, server: Serving
) -> None:
    rules = "Crates with a red label wait in the yard behind the old customs house. " * 300
    marked = "{% system %}\n" + rules + "\n{% cache %}\n{% endsystem %}\n{% user %}"
    prompt = project / "prompts/sort.prompt.j2"
    text = prompt.read_text().replace("{% user %}", marked)
    prompt.write_text(text.replace("params:", "cost: {output_tokens: 4}\nparams:"))
    alone = EVAL.replace("[v1, v2]", "[work]").partition("gate:")[0]
    (project / FILE).write_text(alone.replace("%s", CLAUDE) + "run: {concurrency: 4}\n")
    found = planned()
    (one,), expected = found["variants"], found["live"]["expected"]
    assert "reads and writes of a cache" in expected["how"]
    spent = Decimal(json.loads(called(FILE, "--format", "json").stdout)["spent"]["now"])
    billed = server.world.stats()
    assert 10 < billed["read"] / billed["write"] < 12  # one of twelve wrote
    theirs = billed["read"] + billed["write"] + billed["input"]
    ours = Decimal(one["input_tokens"]["value"]) / theirs
    assert Decimal(expected["value"]) / ours == pytest.approx(spent, rel=Decimal("0.1"))


def test_an_unknown_price_is_a_word_and_with_a_budget_exit_3(project: Path) -> None:
    write(project, model="anthropic:claude-of-the-house")
    done = called("plan", FILE)
    assert done.exit_code == 0
    assert "unknown" in done.stdout
    assert "$0" not in done.stdout
    refused = called("plan", FILE, "--budget", "1").exception
    assert isinstance(refused, UnknownModel)
    assert refused.exit_code == 3
    assert "a budget needs prices" in str(refused)


def test_a_budget_is_held_against_the_most_that_it_can_cost(project: Path) -> None:
    live = planned()["live"]
    expected, worst = (Decimal(live[one]["value"]) for one in ("expected", "worst"))
    for usd, told in (
        (worst, "holds the most that it can cost"),
        ((expected + worst) / 2, "holds what is expected"),
        (expected / 2, "is less than expected"),
    ):
        done = called("plan", FILE, "--budget", f"{usd:f}")
        assert told in done.stdout.replace("\n  ", " "), done.stdout
    assert project.is_dir()


def test_a_dear_run_that_nobody_looks_at_is_not_asked_about(project: Path, server: Serving) -> None:
    write(project, DEAR)
    done = called(FILE)
    assert "at most $" in done.stderr
    assert "[y/N]" not in done.stderr
    assert len(server.world.heard) == 24


def at_a_terminal(project: Path, server: Serving, answer: str, *options: str) -> Done:
    """Run an eval on a terminal, and answer what it asks."""
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(project)
        environment = {**os.environ, **server.environment, "TERM": "xterm", "NO_PROXY": "127.0.0.1"}
        words = [sys.executable, "-m", "promptops", "eval", FILE, *options]
        os.execve(sys.executable, words, environment)
    shown, answered = b"", False
    while select.select([screen], [], [], 60)[0]:
        try:
            read = os.read(screen, 65_536)
        except OSError:  # the other end is closed
            break
        if not read:
            break
        shown += read
        if b"[y/N]" in shown and not answered:
            answered = os.write(screen, f"{answer}\n".encode()) > 0
    os.close(screen)
    text = shown.decode(errors="replace")
    assert "Traceback" not in text, text
    return Done(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text, "")


@pytest.mark.parametrize(("answer", "code", "told"), [
    ("no", 2, "nothing was sent"), ("\x03", 130, ""),
])  # fmt: skip
def test_a_dear_run_on_a_terminal_is_asked_about_and_no_or_ctrl_c_sends_nothing(
    project: Path, server: Serving, answer: str, code: int, told: str
) -> None:
    write(project, DEAR)
    done = at_a_terminal(project, server, answer)
    assert done.code == code, done.out
    assert told in done.out
    assert server.world.heard == []


@pytest.mark.parametrize(("answer", "options"), [("y", ()), ("", ("--yes",))])
def test_a_dear_run_is_sent_on_a_yes_and_is_seen_to_move(
    project: Path, server: Serving, answer: str, options: tuple[str, ...]
) -> None:
    write(project, DEAR)
    done = at_a_terminal(project, server, answer, *options)
    assert done.code in {0, 3}, done.out
    assert ("[y/N]" in done.out) == (not options)
    assert len(server.world.heard) == 24
    assert "of 24 answers, $" in done.out
    assert "Verdict:" in done.out
    assert "\r\x1b[K" in done.out
