"""Two versions of a prompt that sorts parcels, cases, and a server whose answers tests choose."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner

from promptops.cli import group, one_line
from promptops.errors import PromptopsError
from tests.cli.commands import Done, promptops
from tests.vendor_server.answers import Answer, Asked
from tests.vendor_server.serving import Serving, serving

HAIKU = "anthropic:claude-haiku-5-5"
HEAD = """---
version: %d
model: anthropic:claude-haiku-5-5
params: {max_tokens: 12}
inputs: {parcel: string}
cost: {calls_per_month: 30_000}
---
{%% system %%}
Say to which yard a parcel goes: harbour or station.%s
{%% endsystem %%}
{%% user %%}
{{ parcel }}
{%% enduser %%}
"""
EVAL: dict[str, Any] = {
    "prompt": "sort",
    "versions": ["v1", "v2"],
    "dataset": {"path": "cases.jsonl", "id": "id", "expected": "yard"},
    "scorers": [{"label": {"values": ["harbour", "station"]}}],
    "gate": {"metric": "label", "margin": 0.05},
}
Wrong = Callable[[int, int], bool]  # whether a version is wrong on a case


def project(folder: Path, cases: int = 40, **more: Callable[[int], Any]) -> Path:
    """Write the prompt in two versions and its cases; ``more`` are columns by the case's number."""
    shutil.copytree(locked().name, folder, dirs_exist_ok=True)
    dataset(folder, cases, **more)
    return folder


@cache
def locked() -> TemporaryDirectory[str]:
    """Return a folder with the prompt, its first version locked; it is gone when tests end."""
    made = TemporaryDirectory()
    folder = Path(made.name)
    (folder / "prompts").mkdir()
    (folder / "evals").mkdir()
    prompt = folder / "prompts/sort.prompt.j2"
    prompt.write_text(HEAD % (1, ""))
    assert promptops("lock", cwd=folder).code == 0
    prompt.write_text(HEAD % (2, "\nBe brief."))
    return made


def dataset(folder: Path, cases: int, **more: Callable[[int], Any]) -> None:
    """Write the cases."""
    rows = [
        {"id": f"c{n}", "parcel": f"{'crate' if n % 2 else 'box'} number {n}.",
         "yard": "harbour" if n % 2 else "station", **{name: of(n) for name, of in more.items()}}
        for n in range(cases)
    ]  # fmt: skip
    (folder / "evals/cases.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def run(folder: Path, server: Serving, *options: str, form: str = "json", **keys: Any) -> Done:
    """Run the eval with some of its keys changed; None leaves one out."""
    plan = {key: value for key, value in {**EVAL, **keys}.items() if value is not None}
    (folder / "evals/sort.yaml").write_text(json.dumps(plan))
    return command(folder, server, "evals/sort.yaml", "--format", form, *options)


def command(folder: Path, server: Serving, *arguments: str) -> Done:
    """Run ``promptops eval`` with some arguments."""
    with chdir(folder):  # in this process: to start another takes longer than the run
        done = CliRunner().invoke(
            group, ["eval", *arguments], env={**server.environment, "NO_COLOR": "1"}
        )
    if isinstance(done.exception, PromptopsError):  # as main says it
        told = f"{done.stderr}promptops: {one_line(str(done.exception))}\n"
        return Done(done.exception.exit_code, done.stdout, told)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


@contextmanager
def sorting(wrong: Wrong = lambda *_: False) -> Iterator[Serving]:
    """Serve answers that are right but where ``wrong`` says otherwise."""
    yards = ("harbour", "station")

    def answer(asked: Asked) -> Answer:
        version = 2 if "Be brief" in asked.instructions else 1
        case = int(asked.last.rstrip(".\n").rsplit(" ", 1)[-1])
        right = yards.index("harbour" if "crate" in asked.last else "station")
        return Answer(yards[right ^ wrong(version, case)])

    with serving() as made:
        made.world.answer = answer
        yield made


def worse(server: Serving, share: int) -> None:
    """Have the second version be wrong on one of so many cases."""
    with sorting(lambda version, case: version == 2 and case % share == 0) as other:
        server.world.answer = other.world.answer


def variant(found: Mapping[str, Any], version: str) -> Any:
    """Return what a report says of a version."""
    return next(one for one in found["variants"] if one["id"] == version)
