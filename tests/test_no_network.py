"""No command opens a socket, but for those that people ask to."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from promptops.cli import COMMANDS

ROOT = Path(__file__).parents[1]
# Whatever would reach out is noted and refused: names, connections, also those of child processes.
WATCH = """
import os, socket
def refused(*what):
    with open(os.environ["OPENED"], "a") as file:
        file.write(f"{what[1:]}\\n")
    raise OSError("no network here")
for name in ("connect", "connect_ex", "sendto", "bind"):
    setattr(socket.socket, name, refused)
socket.getaddrinfo = socket.gethostbyname = lambda *what: refused(None, *what)
"""
REPORT = "report.json"
MODEL = "anthropic:claude-sonnet-5-5"
CALLS = {
    "lint": [("lint",), ("lint", "--format", "sarif"), ("lint", "--fix", "--diff")],
    "rule": [("rule", "CAC101")],
    "inspect": [("inspect", "support/triage", "--format", "json")],
    "cost": [("cost",), ("cost", "--format", "json", "--model", MODEL)],
    "diff-cost": [
        ("diff-cost", "v3", "v4"),
        ("diff-cost", "HEAD~1", "--format", "markdown"),
        ("diff-cost", "HEAD~1...HEAD", "--format", "html", "--output", "page.html"),
        ("diff-cost", "v3", "v4", "--format", "json", "--output", REPORT),
        ("diff-cost", "v3", "v4", "--format", "github"),
    ],
    "prices": [("prices", "show"), ("prices", "check"), ("prices", "sync", "--offline")],
    "comment": [("comment", REPORT, "--dry-run", "--platform", "github")],
    "usage": [("usage", "sync", "--help")],
    "eval": [
        ("eval", "plan", "evals/support/triage.yaml"),
        ("eval", "evals/support/triage.yaml"),
        ("eval", "--schema"),
        ("eval", "probe", f"replay:{MODEL}"),
    ],
    "cache": [
        ("cache", "support/reply"),
        ("cache", "--agent", "turns=20,system=10000,step=1000", "--model", MODEL),
        ("cache", "rules", MODEL),
    ],
    "list": [("list",)],
    "show": [("show", "support/triage@v3")],
    "render": [("render", "support/triage", "--var", "ticket=Hello", "--var", "channel=email")],
    "bump": [("bump", "support/triage")],
    "lock": [("lock",)],
    "check": [("check",)],
    "history": [("history", "support/triage")],
    "diff": [("diff", "support/triage@v3", "support/triage@v4")],
    "promote": [("promote", "support/triage", "v4", "trial")],
    "rollback": [("rollback", "support/triage", "trial")],
    "prune": [("prune", "--dry-run")],
    "build": [("build", "--output", "bundle.json")],
    "export": [("export", "prompty", "support/triage")],
    "import": [("import", "--help")],
    "init": [("init", "--dry-run")],
    "ledger": [("ledger", "query"), ("ledger", "query", "features")],
    "audit": [("audit",), ("audit", "--format", "json"), ("audit", "--html", "audit.html")],
    "adopt": [("adopt", "prompts/shared")],
    "stubs": [("stubs",)],
}
SERVERS = {"lsp", "serve"}  # they answer whoever started them


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("project")
    for folder in ("prompts", "evals"):
        shutil.copytree(ROOT / folder, here / folder)
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "One"]):
        subprocess.run([*git, *words], cwd=here, check=True)
    with (here / "prompts/support/triage.prompt.j2").open("a") as file:
        file.write("{# aside #}\n")
    subprocess.run([*git, "commit", "-qam", "Two"], cwd=here, check=True)
    (here / "watch").mkdir()
    (here / "watch/sitecustomize.py").write_text(WATCH)
    return here


def test_every_command_is_tried_or_known_to_talk() -> None:
    assert {*CALLS, *SERVERS} == {*COMMANDS}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_command_opens_no_socket(name: str, project: Path) -> None:
    opened = project / f"opened-{name}"
    environment = {**os.environ, "OPENED": str(opened), "PYTHONPATH": str(project / "watch")}
    if name == "comment":  # its report must be there
        run(CALLS["diff-cost"][3], project, environment)
    for words in CALLS[name]:
        done = run(words, project, environment)
        assert "Traceback" not in done.stderr, done.stderr
        assert "No such" not in done.stderr, done.stderr
        assert "Usage:" not in done.stderr, done.stderr
        assert not opened.exists(), opened.read_text()


def run(
    words: tuple[str, ...], project: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "promptops", *words]
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, encoding="utf-8", check=False
    )


def test_the_watch_sees_a_socket(project: Path) -> None:
    opened = project / "opened-by-us"
    environment = {**os.environ, "OPENED": str(opened), "PYTHONPATH": str(project / "watch")}
    reach = "import urllib.request as r; r.urlopen('http://127.0.0.1:9/')"
    done = subprocess.run(
        [sys.executable, "-c", reach], env=environment, capture_output=True, check=False
    )
    assert done.returncode != 0
    assert opened.exists()
