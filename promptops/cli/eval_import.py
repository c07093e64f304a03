"""``promptops eval import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli import one_line
from promptops.cli.common import emit, project
from promptops.errors import UsageError

if TYPE_CHECKING:
    from promptops.config import Project
    from promptops.evals.imports import Imported
    from promptops.templates.files import Files

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("import")
@click.argument("file", metavar="FILE", type=_FILE)
@click.option("--prompt", metavar="NAME", help="The prompt's name.  [default: by the file's]")
@click.option("--output", metavar="FILE", type=_FILE,
              help="The eval file.  [default: evals/PROMPT.yaml]")  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@click.option("--dry-run", is_flag=True, help="Print the eval file, and write nothing.")
def command(
    *, file: Path, prompt: str | None, output: Path | None, force: bool, dry_run: bool
) -> None:
    """Make an eval of a promptfoo configuration (YAML) or a CSV file of tests.

    The cases become a file of their own, data/NAME.jsonl beside the eval file. What cannot be
    carried over is listed on stderr with its line. The prompts themselves are imported by
    `promptops import promptfoo FILE`.

    Exit codes: 0 written; 2 a file cannot be read or carried over, or is there already.
    """
    from promptops.evals.imports import from_promptfoo, name_of
    from promptops.evals.plan_file import parse_plan

    here = project()
    data, path, files = _opened(file)
    name = _prompt_name(prompt or name_of(path))
    written, shown = _output(here, output, name)
    root = here.root.resolve()
    stem = written.name.removesuffix(written.suffix)
    found = from_promptfoo(data, path, files, name=stem, prompt=name)
    plan = parse_plan(found.plan.encode(), shown, here.root)
    cases = written.parent / plan.dataset.path
    there = [] if force or dry_run else [one for one in (written, cases) if one.exists()]
    if there:
        told = f"{there[0].relative_to(root).as_posix()} is there already"
        raise UsageError(f"{file}: {told}: --force overwrites it, --output names another")
    if dry_run:
        emit(found.plan)
    else:
        _write(found, written, cases)
        emit(f"{cases.relative_to(root).as_posix()}: {_counted(len(found.rows), 'case')}")
        emit(f"{shown}: {_counted(len(plan.scorers), 'scorer')}")
    for said in found.listed:
        click.echo(f"not carried over: {one_line(said)}", err=True)
    _look_for(here, name, file)


def _opened(file: Path) -> tuple[bytes, str, Files]:
    """Return a file's bytes, its path, and the files that it may name."""
    from promptops.templates.files import Folder, read_file

    data = read_file(file)
    if data is None:
        raise UsageError(f"{file}: no such file")
    try:
        below = file.resolve().relative_to(Path.cwd().resolve())
    except ValueError:
        return data, file.name, Folder(file.parent)
    return data, below.as_posix(), Folder(Path.cwd())


def _prompt_name(name: str) -> str:
    from promptops.registry.references import is_name

    if not is_name(name):
        raise UsageError(f"--prompt {name!r}: a prompt's name is such as support/triage")
    return name


def _output(here: Project, output: Path | None, name: str) -> tuple[Path, str]:
    """Return where the eval file goes, and the same below the project's root."""
    from promptops.evals.plan_file import FOLDER

    root = here.root.resolve()
    written = (output or root / FOLDER / f"{name}.yaml").resolve()
    if not written.is_relative_to(root):
        raise UsageError(f"--output {output}: is not below the project's root {here.root}")
    if written.suffix not in {".yaml", ".yml"}:
        raise UsageError(f"--output {output}: an eval file's name ends in .yaml")
    return written, written.relative_to(root).as_posix()


def _write(found: Imported, written: Path, cases: Path) -> None:
    """Write the cases, and then the eval file that names them."""
    import json

    from promptops.templates.files import write_file

    lines = (json.dumps(row, ensure_ascii=False) for row in found.rows)
    text = "".join(f"{line}\n" for line in lines)
    # Half a character becomes its escape, which is JSON.
    write_file(cases, text.encode("utf-8", "backslashreplace"))
    write_file(written, found.plan.encode())


def _look_for(here: Project, name: str, file: Path) -> None:
    from promptops.templates.files import Folder

    paths = (f"{here.config.folder}/{name}{suffix}" for suffix in here.config.suffixes)
    if not any(Folder(here.root).read(path.lstrip("/")) is not None for path in paths):
        told = f"there is no prompt {name!r} yet: `promptops import promptfoo {file}`, or --prompt"
        click.echo(f"promptops: {one_line(told)}", err=True)


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
