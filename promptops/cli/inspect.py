"""``promptops inspect``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from promptops.cli.common import emit, emit_json, plain, project, read_values, wants_colour

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.lint.inspection import Inspection
    from promptops.lint.targets import Target
    from promptops.lint.view import View
    from promptops.model.prompt import Message
    from promptops.templates.prompt import Prompt


@click.command("inspect")
@click.argument("wanted", metavar="PATH|NAME")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How to print it.")  # fmt: skip
@click.option("--model", metavar="PROVIDER:MODEL", help="Count and price for this model.")
def command(wanted: str, form: str, model: str | None) -> None:
    """Show what promptops sees in a prompt: messages, inputs, tokens, instructions, cost.

    Exit codes: 0 fine, 1 the file cannot be parsed, 2 there is no such prompt.
    """
    from promptops.lint.figures import count
    from promptops.lint.inspection import inspect
    from promptops.lint.view import View
    from promptops.templates.files import Folder

    target = _target(wanted)
    prompt = target.load()
    shown = target.shown + prompt.path
    if prompt.broken:
        _broken(prompt, shown, form)
    files = Folder(target.project.root)
    config, today = target.project.config, datetime.now(UTC).date()
    view = View(prompt, count, model or config.model, files=files, today=today, config=config)
    view.model = model or view.model
    found = inspect(view, _sample(view, target.project.root))
    cost = _cost(found)
    if form == "json":
        from promptops.reporters import inspect_json

        emit_json({**inspect_json.report(found, cost), "path": shown})
    else:
        from promptops.reporters import inspect_text

        emit(inspect_text.report(found, cost, click.style if wants_colour() else plain))


def _target(wanted: str) -> Target:
    from promptops.errors import UsageError
    from promptops.lint.targets import Target, find
    from promptops.registry.catalog import Catalog
    from promptops.templates.files import Folder

    here = project()
    path, mark, key = Path(wanted), "", ""
    if not path.is_file() and "#" in wanted:  # a prompt in a YAML or TOML file
        name, mark, key = wanted.partition("#")
        path = Path(name)
    if path.is_file():
        from promptops.config import find_project

        root = find_project(path.parent)
        real = path.resolve().relative_to(root.root).as_posix()
        if mark:
            return Target(root, f"{real}#{key}")
        named = find([path], here).files
        return next((one for one in named if one.path == real), Target(root, real))
    catalog = Catalog(Folder(here.root), here.config)
    if wanted in catalog.paths:
        return Target(here, catalog.paths[wanted])
    from promptops.errors import nearest

    hint = nearest(wanted, catalog.names)
    raise UsageError(f"there is no file and no prompt {wanted!r}{hint}")


def _broken(prompt: Prompt, shown: str, form: str) -> None:
    first = next(one for one in prompt.problems if one.kind != "front-matter")
    source = prompt.parts_by_path.get(first.path, prompt.source)
    line, column = source.position(first.problem.span.start)
    if form == "json":
        error = {
            "message": first.problem.message,
            "path": first.path,
            "line": line,
            "column": column,
        }
        emit_json({"schema": "promptops.inspect/1", "path": shown, "error": error})
    else:
        emit(f"{shown}:{line}:{column}: {first.problem.message}")
    raise SystemExit(1)


def _sample(view: View, root: Path) -> Callable[[], tuple[Message, ...]] | None:
    """Return what renders the declared sample, which the view has done where it could."""
    from promptops.errors import UsageError
    from promptops.lint.facts.sample import sample

    declared, found = view.prompt.metadata.cost.sample, view.of(sample)
    if declared is None:
        return None

    def render() -> tuple[Message, ...]:
        if found is None:
            return view.prompt.render(read_values((), root / declared))
        if found.error is not None:
            raise UsageError(found.error)
        return tuple(one.message for one in found.messages)

    return render


def _cost(found: Inspection) -> dict[str, Any] | None:
    from promptops.costs.quote import quote
    from promptops.lint.facts.usage import find_cost

    cost = quote(found.view.model, found.sample, found.view.of(find_cost))
    if cost is None:
        return None
    return {
        "per_call": f"{cost.per_call:f}",
        "per_month": None if cost.per_month is None else f"{cost.per_month:f}",
        "calls": None if cost.calls is None else int(cost.calls),
        "prices": {"source": cost.source, "as_of": cost.as_of.isoformat()},
    }
