"""``promptops stubs``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli.common import emit, project
from promptops.errors import RegistryError, UsageError

if TYPE_CHECKING:
    from promptops.adoption.stubs import Typed
    from promptops.registry.versions import Versions


@click.command("stubs")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="A module of the application (.py), or a stub beside one (.pyi).")  # fmt: skip
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when FILE is out of date.")
def command(output: Path | None, check: bool) -> None:
    """Write the types of prompts' inputs, so that editors and type checkers know them.

    The application imports Registry from FILE instead of promptops: at run time it is the same.

    Exit codes: 0 fine, 1 with --check: FILE is out of date, 2 the call or a file is wrong.
    """
    from promptops.adoption.stubs import stub
    from promptops.registry.versions import Versions
    from promptops.templates.files import Folder, read_file, write_file

    if check and output is None:
        raise UsageError("--check needs the file to look at: -o FILE")
    if output is not None and output.suffix not in {".py", ".pyi"}:
        raise UsageError(f"{output}: a Python module ends in .py, a stub in .pyi")
    here = project()
    versions = Versions(Folder(here.root), here.config)
    left_out: dict[str, str] = {}
    references = _references(versions, left_out)
    if not references:
        raise UsageError(f"there are no prompts to type in {here.root}")
    text = stub(references, left_out, pyi=output is not None and output.suffix == ".pyi")
    if output is None:
        emit(text)
        return
    if check:
        _compare(output, read_file(output), text.encode())
        return
    write_file(output, text.encode())
    emit(f"{output}: {len({one.prompt for one in references})} prompts")
    module = output.with_suffix(".py")
    if output.suffix == ".pyi" and not module.exists():
        click.echo(f"beside it, {module} has to say: from promptops import Registry", err=True)


def _compare(output: Path, found: bytes | None, wanted: bytes) -> None:
    # Git may have given the file the line ends of its platform.
    if found is not None and found.replace(b"\r\n", b"\n") == wanted:
        return
    what = "is not there" if found is None else "is out of date"
    emit(f"{output} {what}: run `promptops stubs -o {output}`")
    raise SystemExit(1)


def _references(versions: Versions, left_out: dict[str, str]) -> list[Typed]:
    """Return what an application may write: heads, locked versions and labels."""
    from promptops.adoption.stubs import Typed, signature

    found = []
    for name in sorted({*versions.catalog.names, *versions.names()}):
        if name in versions.catalog.paths:
            head = versions.catalog.head(name)
            if head.misdeclared:
                raise UsageError(f"{head.path}: its front matter is wrong: run `promptops lint`")
            found += [Typed(name, ref, head.metadata.inputs) for ref in (name, f"{name}@work")]
        numbers = {}
        for number in versions.numbers(name):
            try:
                numbers[number] = versions.prompt(name, number).metadata.inputs
            except RegistryError as error:
                left_out[f"{name}@v{number}"] = str(error)
        found += [Typed(name, f"{name}@v{at}", inputs) for at, inputs in numbers.items()]
        for label in sorted(versions.labels.named.get(name, {})):
            arms = versions.labels.arms(name, label)
            if not numbers.keys() >= arms.keys():
                left_out[f"{name}@{label}"] = "it names a version that is not there"
            elif len({signature(numbers[at]) for at in arms}) > 1:
                left_out[f"{name}@{label}"] = "its versions take different inputs"
            else:
                found.append(Typed(name, f"{name}@{label}", numbers[min(arms)]))
    return found
