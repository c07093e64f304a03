"""The action and the ready CI files: valid, pinned, with few rights, and they do what they say."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from promptops.cli import group
from promptops.cli.parts import WithParts
from tests.conftest import GitRepo
from tests.forges.server import NUMBER, REPO, World, forge

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples" / "ci"
ACTION = ROOT / "action.yml"
WORKFLOWS = sorted(EXAMPLES.glob("github-*.yml"))
FILES = [ACTION, *sorted(EXAMPLES.glob("*.yml"))]
CHECKER = Path(sys.executable).with_name("check-jsonschema")
SCHEMAS = {"action.yml": "github-actions", "gitlab-ci.yml": "gitlab-ci",
           "gitlab-evals.yml": "gitlab-ci",
           "bitbucket-pipelines.yml": "bitbucket-pipelines"}  # fmt: skip
named = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
workflows = pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)


def load(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))


def shell(data: Any) -> Iterator[str]:
    """Yield the shell scripts of a CI file."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "run" and isinstance(value, str):
                yield value
            elif key == "script" and isinstance(value, list):
                yield "\n".join(value)
            else:
                yield from shell(value)
    elif isinstance(data, list):
        for one in data:
            yield from shell(one)


def uses(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        if "uses" in data:
            yield data["uses"]
        for value in data.values():
            yield from uses(value)
    elif isinstance(data, list):
        for one in data:
            yield from uses(one)


def commands(script: str) -> Iterator[list[str]]:
    """Yield the arguments of each call of promptops."""
    lexer = shlex.shlex(script.replace('"${options[@]}"', "--skip-no-diff"), posix=True,
                        punctuation_chars=";&|\n")  # fmt: skip
    lexer.whitespace, lexer.whitespace_split = " \t", True
    words: list[str] = []
    for word in [*lexer, "\n"]:
        if not set(word) <= set(";&|\n"):
            words.append(word)
            continue
        if "promptops" in words:
            arguments = words[words.index("promptops") + 1 :]
            yield [one for one in arguments if one not in {">", "2>", "/dev/null"}]
        words = []


@named
def test_the_file_is_valid_by_its_vendors_schema(file: Path) -> None:
    schema = SCHEMAS.get(file.name, "github-workflows")
    done = subprocess.run(
        [CHECKER, "--builtin-schema", f"vendor.{schema}", file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@named
def test_every_call_of_promptops_is_one_that_it_takes(file: Path) -> None:
    found = [one for script in shell(load(file)) for one in commands(script)]
    assert found or "/promptops@" in file.read_text("utf-8")
    for name, *arguments in found:
        known = group.get_command(click.Context(group), name)
        assert known is not None, name
        if isinstance(known, WithParts) and arguments[0] in known.parts:
            module = known.parts[arguments.pop(0)].module
            known = import_module(f"promptops.cli.{module}").command
        known.make_context(name, list(arguments))


def test_calls_are_found_in_shell() -> None:
    script = """
promptops diff-cost "$A...HEAD" --format github 2> /dev/null || true
if [ -n "$X" ]; then promptops comment c.json; fi
"""
    assert list(commands(script)) == [
        ["diff-cost", "$A...HEAD", "--format", "github"],
        ["comment", "c.json"],
    ]


@named
def test_shell_gets_names_from_the_environment_only(file: Path) -> None:
    """A branch may be called `$(curl …)`: an expression in a script would run it."""
    for script in shell(load(file)):
        assert "${{" not in script
        assert not re.search(r"(?<!promptops )\beval\b", script)
        done = subprocess.run(["bash", "-n"], input=script, text=True, check=False)
        assert done.returncode == 0, script


@named
def test_every_action_is_pinned_to_a_commit_with_its_version_beside(file: Path) -> None:
    for used in uses(load(file)):
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", used), used
        assert re.search(rf"{re.escape(used)}  # v[0-9]+\.[0-9]+\.[0-9]+$",
                         file.read_text("utf-8"), re.MULTILINE)  # fmt: skip


def test_one_commit_stands_for_each_action() -> None:
    found = {used for file in FILES for used in uses(load(file))}
    assert len({one.partition("@")[0] for one in found}) == len(found)


@named
def test_what_is_installed_is_this_version(file: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    for asked in re.findall(r"promptops-toolkit(?:\[run\])?([^\s\"]*)", file.read_text("utf-8")):
        assert asked == f"=={version}"


@workflows
def test_rights_are_few_and_said(file: Path) -> None:
    data = load(file)
    triggers = data[True]  # YAML takes `on` for a truth
    assert "pull_request_target" not in file.read_text("utf-8")
    assert set(data["permissions"].values()) <= {"read"}
    for job in data["jobs"].values():
        rights = {**data["permissions"], **job.get("permissions", {})}
        assert set(rights) <= {"contents", "pull-requests", "actions"}
        writing = {name for name, right in rights.items() if right != "read"}
        assert writing <= {"pull-requests"}
        assert job["timeout-minutes"] <= 10
        checks_out = [one for one in uses(job) if one.startswith("actions/checkout@")]
        if "workflow_run" in triggers:
            assert not checks_out
            assert "head_sha" not in json.dumps(job)
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"] == {"fetch-depth": 0, "persist-credentials": False}


def test_the_two_workflows_of_forks_know_each_other() -> None:
    compute, post = (load(EXAMPLES / f"github-forks-{name}.yml") for name in ("compute", "post"))
    assert post[True]["workflow_run"]["workflows"] == [compute["name"]]
    steps = [*compute["jobs"]["compute"]["steps"], *post["jobs"]["post"]["steps"]]
    names = [one["with"]["name"] for one in steps if "artifact" in one.get("uses", "")]
    assert len(names) == 2
    assert len(set(names)) == 1
    assert "secrets" not in (EXAMPLES / "github-forks-compute.yml").read_text("utf-8")


# The shell of the action, as the runner runs it

PROMPT = """---
version: {version}
model: anthropic:claude-sonnet-5-5
inputs:
  letter: {{type: string, untrusted: true}}
cost: {{calls_per_month: 30000, output_tokens: 120, sample: evals/reply.json}}
---
Answer the letter in one line.
{more}
<letter>{{{{ letter }}}}</letter>
"""
LIMIT = '[tool.promptops.cost.policy]\nmax_monthly_increase = 1\nmode = "fail"\n'


class Runner:
    """The runner of a composite action: its shell, its files, its expressions."""

    def __init__(self, repo: GitRepo, folder: Path, world: World) -> None:
        self.repo = repo
        self.folder = folder
        self.known = {f"inputs.{name}": str(one["default"])
                      for name, one in load(ACTION)["inputs"].items()}  # fmt: skip
        self.known |= {
            "inputs.github-token": "secret-token",
            "github.event.pull_request.head.repo.full_name": REPO,
        }
        self.summary = folder / "summary.md"
        self.environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder), "RUNNER_TEMP": str(folder), "NO_PROXY": "127.0.0.1",
            "PROMPTOPS_CACHE_DIR": os.environ["PROMPTOPS_CACHE_DIR"],
            "GIT_CONFIG_GLOBAL": os.devnull, "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_ACTIONS": "true", "GITHUB_API_URL": world.url, "GITHUB_REPOSITORY": REPO,
            "GITHUB_REF": f"refs/pull/{NUMBER}/merge", "GITHUB_BASE_REF": "main",
        }  # fmt: skip

    def run(self) -> tuple[int, str, str]:
        """Run the action's steps until one fails; return its code, and what all printed."""
        out, err = "", ""
        for step in load(ACTION)["runs"]["steps"]:
            if "run" not in step or step["name"] == "Install":
                continue
            outputs = self.folder / "output"
            outputs.write_text("")
            environment = {key: self.value(text) for key, text in step.get("env", {}).items()}
            done = self.shell(step["run"], **environment, GITHUB_OUTPUT=str(outputs))
            out, err = out + done.stdout, err + done.stderr
            for line in outputs.read_text().splitlines():
                name, _, value = line.partition("=")
                self.known[f"steps.{step.get('id')}.outputs.{name}"] = value
            if done.returncode:
                return done.returncode, out, err
        return 0, out, err

    def shell(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
            cwd=self.repo.path, capture_output=True, text=True, check=False,
            env={**self.environment, **environment},
        )  # fmt: skip

    def value(self, text: str) -> str:
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: self.known.get(found[1], ""), text)


@pytest.fixture
def world() -> Iterator[World]:
    with forge() as served:
        yield served


@pytest.fixture
def runner(git_repo: GitRepo, tmp_path: Path, world: World) -> Runner:
    """A pull request that makes one prompt longer."""
    file = "prompts/letters/reply.prompt.j2"
    git_repo.write("evals/reply.json", '{"letter": "Where is my parcel?"}')
    start = git_repo.commit({file: PROMPT.format(version=1, more="Be kind.")})
    git_repo.git("update-ref", "refs/remotes/origin/main", start)
    more = "\n".join(f"{number}. Name the street, the town and the day." for number in range(90))
    git_repo.commit({file: PROMPT.format(version=2, more=more)})
    return Runner(git_repo, tmp_path, world)


def test_the_action_comments_and_passes_without_a_policy(runner: Runner, world: World) -> None:
    code, out, err = runner.run()
    assert (code, err) == (0, "")
    assert out.strip() == "wrote a comment"
    (posted,) = world.shown
    assert "| `letters/reply` |" in posted.body
    summary = runner.summary.read_text("utf-8")
    assert summary == f"{posted.body.partition(chr(10))[2]}\n"
    report = json.loads(Path(runner.known["steps.cost.outputs.report"]).read_text("utf-8"))
    assert report["totals"]["changed"] == 1
    code, out, _ = runner.run()
    assert (code, out.strip()) == (0, "the comment says so already: nothing was written")


def test_a_broken_policy_is_commented_annotated_and_fails(runner: Runner, world: World) -> None:
    runner.repo.write("pyproject.toml", "[tool.promptops]\n" + LIMIT)
    runner.repo.commit()
    code, out, _ = runner.run()
    assert code == 1
    assert "::error " in out
    assert "over the $1.00 limit" in world.shown[0].body


def test_a_fork_gets_a_summary_and_no_failure(runner: Runner, world: World) -> None:
    runner.known["github.event.pull_request.head.repo.full_name"] = "ada/parcels"
    world.readers.add("secret-token")
    code, out, _ = runner.run()
    assert (code, out.strip(), world.asked) == (0, "", [])
    assert "| `letters/reply` |" in runner.summary.read_text("utf-8")


def test_a_base_that_is_not_there_fails_and_says_so(runner: Runner, world: World) -> None:
    runner.known["inputs.base"] = "origin/nowhere"
    code, _, err = runner.run()
    assert code == 2
    assert "origin/nowhere" in err
    assert world.asked == []


def test_a_push_needs_a_base_and_gets_a_summary(runner: Runner, world: World) -> None:
    runner.environment |= {"GITHUB_BASE_REF": "", "GITHUB_REF": "refs/heads/main"}
    del runner.known["github.event.pull_request.head.repo.full_name"]
    assert runner.run()[:2] == (
        2, "::error::This is no pull request: say which base to compare with.\n",
    )  # fmt: skip
    runner.known["inputs.base"] = "HEAD~1"
    code, out, _ = runner.run()
    assert (code, out.strip(), world.asked) == (0, "", [])
    assert "| `letters/reply` |" in runner.summary.read_text("utf-8")


def test_hostile_inputs_are_words_to_the_shell(runner: Runner, world: World) -> None:
    runner.known["inputs.tag"] = "x$(touch pwned);touch pwned"
    code, _, err = runner.run()
    assert code == 2
    assert "a tag is up to 50 letters" in err
    assert not (runner.repo.path / "pwned").exists()
    assert world.asked == []


KEY = "sk-ant-only-for-the-vendor"
RULES = """
def kind(inputs, messages):
    return "yes"


def blunt(inputs, messages):
    return "no"
"""
EVAL = """prompt: letters/reply
models: ["{first}", "{second}"]
dataset: {{path: letters.jsonl, expected: kind}}
scorers: [equals]
gate: {{metric: equals, margin: 0.05}}
"""


def with_evals(runner: Runner, *models: str) -> None:
    """Put an eval into the pull request, and have the action run it."""
    rows = (json.dumps({"letter": f"Letter {at}", "kind": "yes"}) for at in range(60))
    runner.repo.write(".gitignore", ".promptops/\n")
    runner.repo.write("evals/rules.py", RULES)
    runner.repo.write("evals/letters.jsonl", "".join(f"{one}\n" for one in rows))
    runner.repo.write("evals/letters.yaml", EVAL.format(first=models[0], second=models[1]))
    runner.repo.commit()
    runner.known |= {"inputs.evals": "true", "inputs.eval-budget": "2.00"}


BLUNT = "baseline:rules.py:blunt"
KIND = "baseline:rules.py:kind"


def test_the_action_runs_the_evals_of_what_changed_and_comments(
    runner: Runner, world: World
) -> None:
    with_evals(runner, KIND, BLUNT)
    code, out, _ = runner.run()
    assert (code, out.strip().splitlines()) == (1, ["wrote a comment"] * 2)
    cost, evals = (one.body for one in world.shown)
    assert "#### Prompt cost" in cost
    assert "### Prompt evals: 1 failed; spent $0 of $2.00" in evals
    summary = runner.summary.read_text("utf-8")
    assert summary.index("#### Prompt cost") < summary.index("### Prompt evals")
    report = json.loads(Path(runner.known["steps.evals.outputs.report"]).read_text("utf-8"))
    assert [one["file"] for one in report["evals"]] == ["evals/letters.yaml"]


def test_evals_are_not_run_for_a_fork(runner: Runner, world: World) -> None:
    with_evals(runner, KIND, BLUNT)
    runner.known["github.event.pull_request.head.repo.full_name"] = "ada/parcels"
    code, out, _ = runner.run()
    assert (code, out.strip(), world.asked) == (0, "", [])
    assert "Prompt evals" not in runner.summary.read_text("utf-8")


def test_a_key_is_in_no_report_and_no_log_of_the_action(runner: Runner, world: World) -> None:
    with_evals(runner, "anthropic:claude-sonnet-5-5", KIND)
    runner.environment |= {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": world.url}
    code, out, err = runner.run()
    assert code == 3  # the vendor's server knows nothing of this
    assert "Prompt evals: 1 not settled" in world.shown[1].body
    written = [path.read_bytes() for folder in (runner.folder, runner.repo.path)
               for path in folder.rglob("*") if path.is_file()]  # fmt: skip
    seen = [out.encode(), err.encode(), *written, *(one.body.encode() for one in world.shown)]
    assert not any(KEY.encode() in one for one in seen)
    assert any(b"Letter 7" in one for one in written)  # so what was written was looked through


# The other files


def test_the_first_workflow_of_forks_reports_without_a_token(runner: Runner, world: World) -> None:
    runner.repo.write("pyproject.toml", "[tool.promptops]\n" + LIMIT)
    runner.repo.commit()
    steps = load(EXAMPLES / "github-forks-compute.yml")["jobs"]["compute"]["steps"]
    done = runner.shell(steps[3]["run"])
    assert (done.returncode, world.asked) == (1, [])
    assert "::error " in done.stdout
    assert runner.summary.read_text("utf-8").count("#### Prompt cost") == 1
    upload = steps[4]["with"]["path"].replace("${{ runner.temp }}", str(runner.folder))
    assert json.loads(Path(upload).read_text("utf-8"))["policy"]["verdict"] == "fail"


def test_the_second_workflow_of_forks_posts_what_the_first_one_found(
    runner: Runner, world: World
) -> None:
    sha = runner.repo.git("rev-parse", "HEAD")
    source = {"full_name": "ada/parcels"}
    runner.shell(load(EXAMPLES / "github-forks-compute.yml")["jobs"]["compute"]["steps"][3]["run"])
    (runner.folder / "report").mkdir()
    (runner.folder / "cost.json").rename(runner.folder / "report" / "cost.json")
    head = {"sha": sha, "ref": "longer", "repo": source}
    world.pulls.append({"number": NUMBER, "state": "open", "head": head})
    event = runner.folder / "event.json"
    run = {"event": "pull_request", "head_sha": sha, "head_branch": "longer",
           "head_repository": source, "pull_requests": []}  # fmt: skip
    event.write_text(json.dumps({"workflow_run": run, "repository": {"full_name": REPO}}))
    step = load(EXAMPLES / "github-forks-post.yml")["jobs"]["post"]["steps"][-1]
    empty = runner.folder / "empty"
    empty.mkdir()
    runner.repo.path = empty  # nothing is checked out
    variables = {"GITHUB_REF": "refs/heads/main", "GITHUB_TOKEN": "secret-token"}
    done = runner.shell(step["run"], **variables, GITHUB_EVENT_PATH=str(event))
    assert (done.returncode, done.stdout, done.stderr) == (0, "wrote a comment\n", "")
    assert f"Updated for `{sha[:7]}`." in world.shown[0].body


@pytest.mark.parametrize("token", ["secret-token", ""])
def test_gitlabs_job_comments_if_it_has_a_token(runner: Runner, world: World, token: str) -> None:
    (job,) = load(EXAMPLES / "gitlab-ci.yml").values()
    script = "\n".join(line for line in job["script"] if "pip install" not in line)
    del runner.environment["GITHUB_ACTIONS"], runner.environment["GITHUB_STEP_SUMMARY"]
    done = runner.shell(
        script,
        GITLAB_CI="true", CI_API_V4_URL=f"{world.url}/api/v4", GITLAB_TOKEN=token,
        CI_MERGE_REQUEST_DIFF_BASE_SHA=runner.repo.git("rev-parse", "HEAD~1"),
        CI_MERGE_REQUEST_PROJECT_PATH=REPO, CI_MERGE_REQUEST_IID=str(NUMBER),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("wrote a comment\n" if token else "")
    assert len(world.shown) == bool(token)
    assert (runner.repo.path / "cost.json").is_file()


def test_gitlabs_job_of_evals_comments_and_ends_with_their_code(
    runner: Runner, world: World
) -> None:
    with_evals(runner, KIND, BLUNT)
    (job,) = load(EXAMPLES / "gitlab-evals.yml").values()
    script = "\n".join(line for line in job["script"] if "pip install" not in line)
    del runner.environment["GITHUB_ACTIONS"], runner.environment["GITHUB_STEP_SUMMARY"]
    done = runner.shell(
        script,
        GITLAB_CI="true", CI_API_V4_URL=f"{world.url}/api/v4", GITLAB_TOKEN="secret-token",
        CI_MERGE_REQUEST_DIFF_BASE_SHA=runner.repo.git("rev-parse", "origin/main"),
        CI_MERGE_REQUEST_PROJECT_PATH=REPO, CI_MERGE_REQUEST_IID=str(NUMBER),
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "wrote a comment\n")
    (posted,) = world.shown
    assert "### Prompt evals: 1 failed; spent $0 of $2.00" in posted.body


@pytest.mark.parametrize("token", ["secret-token", ""])
def test_bitbuckets_step_comments_if_it_has_a_token(
    runner: Runner, world: World, token: str
) -> None:
    (step,) = load(EXAMPLES / "bitbucket-pipelines.yml")["pipelines"]["pull-requests"]["**"]
    script = "\n".join(line for line in step["step"]["script"] if "pip install" not in line)
    start = runner.repo.git("rev-parse", "HEAD~1")
    runner.repo.git("update-ref", "-d", "refs/remotes/origin/main")
    runner.repo.git("branch", "target", start)
    runner.repo.git("remote", "add", "origin", str(runner.repo.path))
    del runner.environment["GITHUB_ACTIONS"], runner.environment["GITHUB_STEP_SUMMARY"]
    done = runner.shell(
        script,
        BITBUCKET_BUILD_NUMBER="4", BITBUCKET_API_URL=f"{world.url}/2.0", BITBUCKET_TOKEN=token,
        BITBUCKET_PR_DESTINATION_BRANCH="target", BITBUCKET_REPO_FULL_NAME=REPO,
        BITBUCKET_PR_ID=str(NUMBER),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("wrote a comment\n" if token else "")
    assert len(world.shown) == bool(token)
