"""``promptops serve``: a real process, asked over real connections."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from promptops.ledger.call_store import CallStore
from tests.audit.world import SONNET, calls, made
from tests.cli.commands import promptops
from tests.cli.eval_runs import shop
from tests.cli.inside import inside

NAME = "mail/find"


class Running:
    """A server of a project's folder, and what it says."""

    def __init__(self, folder: Path, *words: str) -> None:
        line = [sys.executable, "-m", "promptops", "serve", "--port", "0", *words]
        self.process = subprocess.Popen(
            line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        found = re.match(r"http://(\S+):(\d+)/ shows \S+; Ctrl-C ends it\n", self.said)
        assert found is not None, self.process.communicate()
        self.host, self.port = found[1], int(found[2])

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, str]:
        """Return the answer; a page that says that it is being worked out is asked for again."""
        for _ in range(60):
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            connection.request(method, path, headers={"Host": f"localhost:{self.port}"} | headers)
            found = connection.getresponse()
            text = found.read().decode()
            connection.close()
            if found.status != 202:
                break
        return found, text

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Return the exit code and what it complained of."""
        self.process.send_signal(number)
        _, told = self.process.communicate(timeout=30)
        return self.process.returncode, told


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with some hundred calls and a prompt."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / ".git").mkdir()
    (folder / "pyproject.toml").write_text("[tool.promptops]\n")
    (folder / "prompts" / "mail").mkdir(parents=True)
    prompt = "---\nmodel: openai:gpt-5.6\ninputs: {letter: string}\n---\nSort {{ letter }}.\n"
    (folder / "prompts" / "mail" / "sort.prompt.j2").write_text(prompt)
    made(folder / ".promptops" / "ledger.db")
    return folder


@pytest.fixture(scope="module")
def server(project: Path) -> Iterator[Running]:
    running = Running(project)
    yield running
    assert running.end() == (0, "")


def test_it_listens_on_this_machine_alone(server: Running) -> None:
    assert server.host == "127.0.0.1"
    found, text = server.ask("/")
    assert found.status == 200
    assert "<h1>Prompts cost $" in text
    assert '<nav aria-label="Pages">' in text
    assert "Figures of " in text


def test_headers_keep_pages_from_being_kept_framed_or_shared(server: Running) -> None:
    for path in ("/", "/questions", "/questions/features.csv", "/nothing"):
        found, _ = server.ask(path)
        assert found.headers["Cache-Control"] == "no-store"
        assert found.headers["X-Content-Type-Options"] == "nosniff"
        policy = found.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "Access-Control-Allow-Origin" not in found.headers


@pytest.mark.parametrize("host", ["lockwren.example", "lockwren.example:80", "10.0.0.7", "", "[::"])
def test_whoever_asks_by_another_name_is_refused(server: Running, host: str) -> None:
    found, text = server.ask("/questions/features.json", Host=host)
    assert found.status == 403
    assert "inbox" not in text


def test_its_own_names_are_known_at_any_port(server: Running) -> None:
    for host in ("127.0.0.1", "localhost:9000", "[::1]:80", "LOCALHOST"):
        assert server.ask("/questions", Host=host)[0].status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
def test_nothing_but_reading_is_answered(server: Running, method: str) -> None:
    found, _ = server.ask("/", method)
    assert found.status == 405
    assert found.headers["Allow"] == "GET, HEAD"


def test_head_tells_the_headers_alone(server: Running) -> None:
    whole, text = server.ask("/questions")
    found, nothing = server.ask("/questions", "HEAD")
    assert (found.status, nothing) == (200, "")
    assert (
        found.headers["Content-Length"]
        == whole.headers["Content-Length"]
        == str(len(text.encode()))
    )


def test_figures_are_those_of_ledger_query(server: Running, project: Path) -> None:
    for name in ("features", "cache", "outcomes-by-version"):
        asked = inside("ledger", "query", name, "--format", "json", cwd=project)
        assert json.loads(server.ask(f"/questions/{name}.json")[1]) == asked.json
    days = ("--since", "1970-04-12", "--until", "1970-04-14")
    asked = inside("ledger", "query", "days", *days, "--format", "json", cwd=project)
    _, text = server.ask("/questions/days.json?since=1970-04-12&until=1970-04-14")
    assert json.loads(text) == asked.json
    assert len(asked.json["rows"]) == 3


def test_questions_can_be_narrowed(server: Running) -> None:
    _, text = server.ask("/questions/features.json?prompt=mail%2Ffind&version=v1&tenant=t1")
    own = [one for one in calls() if (*one.context[1:3], one.tenant) == (NAME, "v1", "t1")]
    found = {row["feature"]: row["calls"] for row in json.loads(text)["rows"]}
    assert found == {
        feature: sum(one.context.feature == feature for one in own) for feature in found
    }
    assert sum(found.values()) == len(own) > 10
    _, text = server.ask("/questions/outcomes-by-version.json?version=v2")
    assert {row["version"] for row in json.loads(text)["rows"]} == {"v2"}


def test_an_answer_is_a_table_with_links_to_its_data(server: Running) -> None:
    _, text = server.ask("/questions/features?segment=pro")
    assert text.count("<tbody>") == 3
    assert 'value="pro"' in text
    assert 'href="/questions/features.csv?segment=pro"' in text
    found, lines = server.ask("/questions/features.csv?segment=pro")
    assert found.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(list(csv.reader(io.StringIO(lines)))) == 4


def test_what_is_not_there_is_said(server: Running) -> None:
    for path, status, told in (
        ("/questions/features?colour=red", 400, "there is nothing to ask by &#39;colour&#39;"),
        ("/questions/features?since=May", 400, "write a day"),
        ("/questions/features.csv?since=May", 400, "since 'May': write a day, such as"),
        ("/?since=2026-11-02&until=2026-11-01", 400, "is before --since"),
        ("/questions/outcomes?tenant=t1", 400, "cannot be narrowed by tenant"),
        ("/questions/%3Cscript%3E", 404, "There is no question &#39;&lt;script&gt;&#39;"),
        ("/questions/features.xml", 404, "There is no question"),
        ("/../../etc/passwd", 404, "There is no page"),
        ("/runs/none", 400, "none"),
        (f"/{'x' * 5_000}", 414, "too long"),
    ):
        found, text = server.ask(path)
        assert (found.status, told in text) == (status, True), text


def test_eval_runs_are_listed(server: Running) -> None:
    assert "No eval has been run here." in server.ask("/runs")[1]


def test_what_is_recorded_meanwhile_is_in_the_next_answer(server: Running, project: Path) -> None:
    before = json.loads(server.ask("/questions/versions.json")[1])
    one = calls()[0]
    again = replace(one, call_id="new", context=one.context._replace(version="v9"), price=SONNET)
    with CallStore.open(project / ".promptops" / "ledger.db") as store:
        store.add([again])
    after = json.loads(server.ask("/questions/versions.json")[1])
    assert len(after["rows"]) == len(before["rows"]) + 1
    page = server.ask("/")[1]
    ends = time.monotonic() + 60
    while "Something was recorded since" in page and time.monotonic() < ends:
        time.sleep(0.1)  # on a busy machine figures of before come first, and say so
        page = server.ask("/")[1]
    assert "v9" in page


def test_the_ledger_is_only_read(server: Running, project: Path) -> None:
    folder = project / ".promptops"

    def state() -> dict[str, Any]:
        return {one.name: one.read_bytes() for one in folder.iterdir()
                if not one.name.endswith("-shm")}  # fmt: skip

    before = state()
    for path in ("/", "/questions/days", "/questions/cache.json", "/runs", "/questions/tenants"):
        assert server.ask(path)[0].status == 200
    assert state() == before


def test_a_second_answer_comes_at_once(server: Running) -> None:
    server.ask("/questions/models")
    begun = time.perf_counter()
    server.ask("/questions/models")
    assert time.perf_counter() - begun < 0.5


def test_a_port_that_is_taken_is_one_line(server: Running, project: Path) -> None:
    done = promptops("serve", "--port", str(server.port), cwd=project)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"promptops: --host 127.0.0.1 --port {server.port}: cannot listen")
    assert done.err.count("\n") == 1


def test_another_address_is_warned_of_and_known_by_number(project: Path) -> None:
    running = Running(project, "--host", "0.0.0.0")
    try:
        assert running.ask("/questions", Host="10.0.0.7:80")[0].status == 200
        assert running.ask("/questions", Host=socket.gethostname())[0].status == 200
        assert running.ask("/questions", Host="lockwren.example")[0].status == 403
    finally:
        code, told = running.end(signal.SIGTERM)
    assert code == 0
    assert told.startswith("promptops: --host 0.0.0.0: whoever reaches that address can read")


def test_without_a_ledger_the_prompts_are_shown(tmp_path: Path, project: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.promptops]\n")
    (tmp_path / "prompts").symlink_to(project / "prompts")
    running = Running(tmp_path)
    try:
        _, text = running.ask("/")
        assert "there is no ledger of recorded calls" in text
        found, told = running.ask("/questions/features")
        assert (found.status, "no ledger is there" in told) == (400, True)
    finally:
        assert running.end() == (0, "")
    assert not (tmp_path / ".promptops").exists()


def test_an_eval_run_is_listed_and_shown(tmp_path: Path) -> None:
    with shop(tmp_path) as made_by:
        run = made_by.run()["run"]["id"]
        root = made_by.root
    running = Running(root)
    try:
        listed = running.ask("/runs")[1]
        assert f'href="/runs/{run}"' in listed
        found, text = running.ask(f"/runs/{run}")
        assert found.status == 200
        assert "<code>" + run + "</code>" in text
    finally:
        assert running.end() == (0, "")
