"""``promptops comment`` as a CI job runs it, against servers on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from promptops.evals.together import Done as DoneEval
from promptops.evals.together import Together
from promptops.forges.marks import content, read_mark
from promptops.reporters import eval_json, evals_json
from tests.cli.commands import Done, one_line, promptops
from tests.forges.server import NUMBER, REPO, STRANGER, World, forge
from tests.reporters.cost_reports import made, raw, refund, triage
from tests.reporters.eval_samples import SAMPLES

SHA = "5f0c" * 10
TOKEN = "secret-token"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A forge; the job's own variables of the machine that runs the tests are away."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "GITLAB_", "CI", "BITBUCKET_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with forge() as served:
        yield served


def at(minutes: float = 0) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat("T", "seconds")


def report(folder: Path, *rows: Any, minutes: float = 0, **more: Any) -> Path:
    file = folder / "cost.json"
    data = raw(*(rows or (triage(), refund())), **{"generated_at": at(minutes), **more})
    file.write_text(json.dumps(data), "utf-8")
    return file


def job(world: World, platform: str, **more: str) -> dict[str, str]:
    """Return the variables of a job for the pull request."""
    variables = {
        "github": {
            "GITHUB_ACTIONS": "true", "GITHUB_API_URL": world.url, "GITHUB_REPOSITORY": REPO,
            "GITHUB_REF": f"refs/pull/{NUMBER}/merge", "GITHUB_TOKEN": TOKEN,
        },
        "gitlab": {
            "GITLAB_CI": "true", "CI_API_V4_URL": f"{world.url}/api/v4",
            "CI_MERGE_REQUEST_PROJECT_PATH": REPO, "CI_PROJECT_PATH": "a-fork/parcels",
            "CI_MERGE_REQUEST_IID": str(NUMBER), "CI_COMMIT_SHA": SHA, "GITLAB_TOKEN": TOKEN,
        },
        "bitbucket": {
            "BITBUCKET_BUILD_NUMBER": "3", "BITBUCKET_API_URL": f"{world.url}/2.0",
            "BITBUCKET_REPO_FULL_NAME": REPO, "BITBUCKET_PR_ID": str(NUMBER),
            "BITBUCKET_COMMIT": SHA, "BITBUCKET_TOKEN": TOKEN,
        },
    }  # fmt: skip
    return {**variables[platform], **more}


def comment(folder: Path, *arguments: str | Path, **variables: str) -> Done:
    return promptops("comment", *arguments, cwd=folder, **variables)


@pytest.mark.parametrize("platform", ["github", "gitlab", "bitbucket"])
def test_a_job_posts_and_the_next_one_rewrites(world: World, tmp_path: Path, platform: str) -> None:
    variables = job(world, platform)
    done = comment(tmp_path, report(tmp_path, triage(), minutes=9), **variables)
    assert (done.code, done.out, done.err) == (0, "wrote a comment\n", "")
    done = comment(tmp_path, report(tmp_path, minutes=5), **variables)
    assert done.out == "updated the comment\n"
    done = comment(tmp_path, report(tmp_path, triage(), minutes=7), **variables)
    assert done.out == "a newer report is posted already: nothing was written\n"
    done = comment(tmp_path, report(tmp_path, minutes=3), **variables)
    assert done.out == "the comment says so already: nothing was written\n"
    (posted,) = world.shown
    assert content(posted.body).startswith("#### Prompt cost: +$766 a month (+158 %)")
    assert ("<details>" in posted.body) == (platform != "bitbucket")
    mark = read_mark(posted.body)
    assert mark is not None
    assert mark.head == (None if platform == "github" else SHA)
    assert ("Updated for `5f0c5f0`" in posted.body) == (platform != "github")


def test_the_platform_can_be_said_where_there_is_no_job(world: World, tmp_path: Path) -> None:
    file = report(tmp_path)
    done = comment(tmp_path, file, GITLAB_TOKEN=TOKEN)
    assert done.code == 2
    assert one_line(done.err)
    assert "no CI job of a known platform: say --platform github|gitlab|bitbucket" in done.err
    where = ["--platform", "gitlab", "--repo", REPO, "--pull-request", str(NUMBER)]
    api = {"CI_API_V4_URL": f"{world.url}/api/v4"}
    assert comment(tmp_path, file, *where, **api, GITLAB_TOKEN=TOKEN).code == 0
    assert len(world.shown) == 1
    for missing in (["--repo", REPO], ["--pull-request", str(NUMBER)]):
        done = comment(tmp_path, file, "--platform", "gitlab", *missing, **api, GITLAB_TOKEN=TOKEN)
        assert done.code == 2
        assert "which " in done.err
    done = comment(tmp_path, file, *where, **api)
    assert done.code == 2
    assert "GITLAB_TOKEN is not set" in done.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--repo", "../../user"], "write OWNER/NAME"),
        (["--repo", "a/b?x=1"], "write OWNER/NAME"),
        (["--tag", "a b"], "a tag is up to 50 letters"),
        (["--pull-request", "0"], "Invalid value for '--pull-request'"),
        (["--behavior", "append"], "Invalid value for '--behavior'"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_sent(
    world: World, tmp_path: Path, arguments: list[str], told: str
) -> None:
    done = comment(tmp_path, report(tmp_path), *arguments, **job(world, "github"))
    assert done.code == 2
    assert told in done.err
    assert world.asked == []


def test_a_token_with_a_line_end_is_stripped_and_one_with_a_blank_is_refused(
    world: World, tmp_path: Path
) -> None:
    file = report(tmp_path)
    done = comment(tmp_path, file, **job(world, "github", GITHUB_TOKEN="se cret"))
    assert (done.code, "se cret" in done.err) == (2, False)
    assert "GITHUB_TOKEN holds characters that no token has" in done.err
    assert comment(tmp_path, file, **job(world, "github", GITHUB_TOKEN=f"{TOKEN}\n")).code == 0


def test_a_users_token_at_bitbucket_goes_with_the_address_of_its_user(
    world: World, tmp_path: Path
) -> None:
    world.tokens["ada@example.org:t0ken"] = "ada"
    variables = job(world, "bitbucket", BITBUCKET_TOKEN="ada@example.org:t0ken")
    assert comment(tmp_path, report(tmp_path), **variables).code == 0
    assert world.shown[0].author == "ada"


def test_a_fork_with_a_read_only_token_fails_with_the_way_out_and_keeps_the_summary(
    world: World, tmp_path: Path
) -> None:
    world.readers.add(TOKEN)
    summary = tmp_path / "summary.md"
    done = comment(
        tmp_path, report(tmp_path), **job(world, "github", GITHUB_STEP_SUMMARY=str(summary))
    )
    assert done.code == 2
    assert one_line(done.err)
    assert "`permissions: pull-requests: write`" in done.err
    assert "docs/ci.md" in done.err
    assert TOKEN not in done.err
    assert summary.read_text("utf-8").startswith("#### Prompt cost: +$766 a month")


def test_a_dry_run_prints_the_comment_and_sends_nothing(world: World, tmp_path: Path) -> None:
    file, summary = report(tmp_path), tmp_path / "summary.md"
    summary.write_text("# Before\n")
    done = comment(tmp_path, file, "--dry-run", GITHUB_STEP_SUMMARY=str(summary))
    assert (done.code, done.err, world.asked) == (0, "", [])
    first, _, rest = done.out.partition("\n")
    assert first.startswith("[//]: # (promptops-cost tag=default valid-at=20")
    assert rest.startswith("#### Prompt cost")
    assert summary.read_text("utf-8") == f"# Before\n{rest}\n"
    where = ["--dry-run", "--platform", "bitbucket", "--tag", "letters"]
    done = comment(tmp_path, file, *where, **job(world, "bitbucket"))
    assert "tag=letters" in done.out
    assert "<details>" not in done.out
    assert f"head={SHA}" in done.out


def test_a_long_report_is_cut_in_the_comment_and_whole_in_the_summary(
    world: World, tmp_path: Path
) -> None:
    rows = [{**triage(), "name": f"letters/{number:03}"} for number in range(400)]
    summary = tmp_path / "summary.md"
    variables = job(world, "github", GITHUB_STEP_SUMMARY=str(summary))
    assert comment(tmp_path, report(tmp_path, *rows), **variables).code == 0
    (posted,) = world.shown
    assert len(posted.body.encode()) <= 60_000
    assert "more prompts, in the summary of the run." in posted.body
    whole = summary.read_text("utf-8")
    assert whole.count("| `letters/") == 400
    assert "more prompts" not in whole
    summary.write_bytes(b"x" * (1024 * 1024 - 3_000))
    done = comment(tmp_path, report(tmp_path, *rows), "--dry-run", **variables)
    assert "summary is full" in done.err
    assert summary.stat().st_size == 1024 * 1024 - 3_000
    summary.write_bytes(b"x" * (1024 * 1024 - 90_000))
    comment(tmp_path, report(tmp_path, *rows), "--dry-run", **variables)
    assert 1024 * 1024 - 10_000 < summary.stat().st_size <= 1024 * 1024


def test_nothing_changed_writes_no_first_comment_if_asked_so(world: World, tmp_path: Path) -> None:
    same = {**triage(), "status": "unchanged"}
    variables = job(world, "github")
    done = comment(tmp_path, report(tmp_path, same), "--skip-no-diff", **variables)
    assert done.out == "nothing changed: nothing was written\n"
    comment(tmp_path, report(tmp_path), "--skip-no-diff", **variables)
    done = comment(tmp_path, report(tmp_path, same), "--skip-no-diff", **variables)
    assert done.out == "updated the comment\n"
    assert "no change" in world.shown[0].body


def test_only_github_hides(world: World, tmp_path: Path) -> None:
    done = comment(tmp_path, report(tmp_path), "--behavior", "hide-and-new", **job(world, "gitlab"))
    assert done.code == 2
    assert "gitlab cannot hide comments" in done.err
    assert world.asked == []
    variables = job(world, "github")
    hide = ["--behavior", "hide-and-new"]
    comment(tmp_path, report(tmp_path, triage(), minutes=2), *hide, **variables)
    assert comment(tmp_path, report(tmp_path), *hide, **variables).code == 0
    assert [one.hidden for one in world.remarks] == [True, False]


def test_the_events_commit_is_named_since_the_jobs_own_is_a_merge(
    world: World, tmp_path: Path
) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": NUMBER, "head": {"sha": SHA}}}))
    variables = job(world, "github", GITHUB_EVENT_PATH=str(event), GITHUB_SHA="ab" * 20)
    comment(tmp_path, report(tmp_path), **variables)
    assert "Updated for `5f0c5f0`." in world.shown[0].body


# What a stranger's job may hand over


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ('{"a":' * 100_000, "it is no JSON"),
        ("{}", "its schema is no promptops.NAME/1"),
        ('{"schema": "promptops.cost-diff/1"}', "not a promptops.cost-diff/1 report"),
        ('{"schema": "promptops.list/1", "prompts": []}', "not a"),
        ('{"schema": "promptops.cost-diff/1", "totals": ' + "9" * 10_000 + "}", "not a"),
        ("\ud800", "no JSON"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(
    world: World, tmp_path: Path, text: str, told: str
) -> None:
    file = tmp_path / "cost.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    done = comment(tmp_path, file, **job(world, "github"))
    assert done.code == 2
    assert one_line(done.err)
    assert told in done.err
    assert world.asked == []


def test_a_report_that_is_too_large_or_not_there_is_refused(world: World, tmp_path: Path) -> None:
    file = tmp_path / "cost.json"
    done = comment(tmp_path, file, **job(world, "github"))
    assert (done.code, "No such file" in done.err) == (2, True)
    with file.open("wb") as opened:
        opened.truncate(65_000_000)
    done = comment(tmp_path, file, **job(world, "github"))
    assert (done.code, "larger than" in done.err) == (2, True)
    assert world.asked == []


def test_a_report_of_the_future_would_keep_all_others_out_and_is_refused(
    world: World, tmp_path: Path
) -> None:
    done = comment(tmp_path, report(tmp_path, minutes=-60), **job(world, "github"))
    assert done.code == 2
    assert "dated in the future" in done.err
    assert world.asked == []
    assert comment(tmp_path, report(tmp_path, minutes=-2), **job(world, "github")).code == 0


def test_names_of_a_stranger_arrive_as_names(world: World, tmp_path: Path) -> None:
    evil = "x`|<img src=x onerror=alert(1)>@lockwren/owners\n/close #1"
    row = {**triage(), "name": evil, "via": [evil]}
    assert comment(tmp_path, report(tmp_path, row, notes=[evil]), **job(world, "gitlab")).code == 0
    body = world.shown[0].body
    assert "\n/close" not in body
    assert r"``x`\|<img src=x onerror=alert(1)>@lockwren/owners�/close #1``" in body


# The run of a fork, told by GitHub's event


def run_event(folder: Path, **more: Any) -> Path:
    """Write the event of a fork's run, whose list of pull requests is empty."""
    file = folder / "workflow_run.json"
    run = {
        "event": "pull_request",
        "head_sha": SHA,
        "head_branch": "main",
        "head_repository": {"full_name": "ada/parcels"},
        "pull_requests": [],
        **more,
    }
    file.write_text(json.dumps({"workflow_run": run, "repository": {"full_name": REPO}}))
    return file


def pull(number: int = NUMBER, sha: str = SHA, repo: str = "ada/parcels", **more: Any) -> Any:
    head = {"ref": "main", "sha": sha, "repo": {"full_name": repo}}
    return {"number": number, "state": "open", "head": head, **more}


def from_run(world: World, folder: Path, event: Path, *more: str) -> Done:
    job_of = job(world, "github", GITHUB_REF="refs/heads/main", GITHUB_SHA="ab" * 20)
    return comment(folder, report(folder), "--from-workflow-run", event, *more, **job_of)


def test_the_pull_request_of_a_fork_is_found_by_its_last_commit(
    world: World, tmp_path: Path
) -> None:
    gone = {"ref": "main", "sha": SHA, "repo": None}  # the fork was deleted
    world.pulls += [
        pull(3, sha="ee" * 20),
        pull(4, repo="ada/parcels-too"),
        pull(5, state="closed"),
        {"number": 6, "state": "open", "head": gone},
        pull(),
    ]
    done = from_run(world, tmp_path, run_event(tmp_path))
    assert (done.code, done.out) == (0, "wrote a comment\n")
    assert "Updated for `5f0c5f0`." in world.shown[0].body
    assert world.shown[0].author != STRANGER


def test_a_run_whose_pull_request_has_moved_on_posts_nothing(world: World, tmp_path: Path) -> None:
    world.pulls.append(pull(sha="ee" * 20))
    done = from_run(world, tmp_path, run_event(tmp_path))
    assert (done.code, done.out) == (0, f"no open pull request has {SHA}: nothing was written\n")
    assert world.written == []


def test_a_branch_with_two_pull_requests_is_no_guess(world: World, tmp_path: Path) -> None:
    world.pulls += [pull(), pull(8)]
    done = from_run(world, tmp_path, run_event(tmp_path))
    assert done.code == 2
    assert "'main' has several pull requests: #7, #8" in done.err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"event": "push"}, "github.event.workflow_run.event == 'pull_request'"),
        ({"head_sha": "main"}, "names no repository, branch and commit"),
        ({"head_sha": "../../x"}, "names no repository, branch and commit"),
        ({"head_branch": ""}, "names no repository, branch and commit"),
        ({"head_branch": None}, "names no repository, branch and commit"),
        ({"head_repository": None}, "names no repository, branch and commit"),
        ({"head_repository": {"full_name": "a/b?c"}}, "names no repository, branch and commit"),
    ],
)
def test_an_event_that_names_no_run_is_refused(
    world: World, tmp_path: Path, more: dict[str, Any], told: str
) -> None:
    done = from_run(world, tmp_path, run_event(tmp_path, **more))
    assert done.code == 2
    assert told in done.err
    assert world.asked == []


def test_another_event_or_an_own_choice_is_refused(world: World, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    for text in ('{"pull_request": {}}', "[]", "x", "[" * 100_000):
        event.write_text(text)
        done = from_run(world, tmp_path, event)
        assert done.code == 2
        assert one_line(done.err)
    event = run_event(tmp_path)
    for more in (["--repo", "ada/parcels"], ["--pull-request", "3"], ["--platform", "gitlab"]):
        done = from_run(world, tmp_path, event, *more)
        assert (done.code, "finds the pull request itself" in done.err) == (2, True)
    assert world.asked == []


def test_the_sample_report_is_one() -> None:
    assert made(triage()).prompts[0].name == "support/triage"


def test_evals_have_a_comment_of_their_own_beside_the_cost(world: World, tmp_path: Path) -> None:
    variables = job(world, "github")
    assert comment(tmp_path, report(tmp_path), **variables).code == 0
    alone = {**eval_json.report(SAMPLES["failed"]()), "generated_at": at(9)}
    (tmp_path / "eval.json").write_text(json.dumps(alone), "utf-8")
    done = comment(tmp_path, "eval.json", **variables)
    assert (done.code, done.out, done.err) == (0, "wrote a comment\n", "")
    both = Together(at(3), (DoneEval("evals/a.yaml", SAMPLES["passed"]()),), None, (), SHA)
    (tmp_path / "all.json").write_text(json.dumps(evals_json.report(both)), "utf-8")
    summary = tmp_path / "summary.md"
    done = comment(tmp_path, "all.json", **variables, GITHUB_STEP_SUMMARY=str(summary))
    assert (done.code, done.out) == (0, "updated the comment\n")
    cost, evals = sorted((one.body for one in world.shown), key=len, reverse=True)
    if "Prompt cost" not in cost:
        cost, evals = evals, cost
    assert "#### Prompt cost: " in cost
    assert content(evals).startswith("### Prompt evals: 1 passed; spent ")
    assert content(evals) == summary.read_text("utf-8").strip()
    marks = [read_mark(one) for one in (cost, evals)]
    assert [mark.tag for mark in marks if mark] == ["default", "evals"]
    assert marks[1] is not None
    assert marks[1].head == SHA


def test_no_first_comment_is_written_where_no_eval_ran(world: World, tmp_path: Path) -> None:
    none = Together(at(), (), "main...HEAD", ("evals/a.yaml",), "no commit")
    (tmp_path / "all.json").write_text(json.dumps(evals_json.report(none)), "utf-8")
    done = comment(tmp_path, "all.json", "--skip-no-diff", **job(world, "github"))
    assert (done.code, world.shown) == (0, [])
