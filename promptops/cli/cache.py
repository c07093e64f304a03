"""``promptops cache``."""

from __future__ import annotations

import codecs
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from promptops.cli.common import emit, emit_json, plain, project, registry, wants_colour
from promptops.cli.parts import Part, WithParts
from promptops.errors import UsageError

if TYPE_CHECKING:
    from promptops.caching.traces import Recorded
    from promptops.config import Project
    from promptops.model.prompt import Amount
    from promptops.placement.curve import Curve
    from promptops.placement.table import Table
    from promptops.registry.handle import PromptHandle

_PARTS: Final = {
    "replay": Part("cache_replay", "Work out acceptance cases, and compare."),
    "rules": Part("cache_rules", "Show the vendors' rules of prompt caches, and their sources."),
}


@click.command("cache", cls=WithParts, parts=_PARTS)
@click.argument("reference", metavar="REF", required=False)
@click.option("--model", "models", multiple=True, metavar="MODEL",
              help="Reckon for this provider:model; may be given several times.")  # fmt: skip
@click.option("--trace", metavar="FILE", type=click.Path(path_type=Path),
              help="Recorded calls, in place of the declared traffic.")  # fmt: skip
@click.option("--traffic", type=click.Choice(["ledger"]),
              help="Recorded calls, of which only the times are known.")  # fmt: skip
@click.option("--calls", metavar="N", help="Calls a month, such as 5000, 120k/mo or 1.2M.")
@click.option("--format", "form", type=click.Choice(["text", "json", "svg"]), default="text",
              show_default=True, help="How to print it; svg is the picture alone.")  # fmt: skip
@click.option("--apply", "moving", is_flag=True,
              help="Move the cache tags of the head file to the best placement.")  # fmt: skip
@click.option("--agent", metavar="LOOP",
              help="An agent loop in place of REF, such as turns=20,system=10000,step=1000 "
              "with blocks=2,ttl=5m if you like.")  # fmt: skip
def command(  # noqa: PLR0913 - one for each option
    *,
    reference: str | None,
    models: tuple[str, ...],
    trace: Path | None,
    traffic: str | None,
    calls: str | None,
    form: str,
    moving: bool,
    agent: str | None,
) -> None:
    """Say what prompt caching costs, and where the marks of a prompt should stand.

    \b
    cache support/reply                    as the prompt declares its traffic
    cache support/reply --model A --model B
    cache support/reply --trace calls.jsonl
    cache support/reply --traffic ledger   as calls were recorded
    cache --agent turns=20,system=10000,step=1000 --model MODEL
    cache replay FILE                      work out acceptance cases, and compare
    cache rules [MODEL]                    the vendors' rules and their sources

    No provider is called. Nothing is recommended of fewer than 200 recorded calls.

    Exit codes: 0 fine, 1 --apply found no placement that is clearly better, 2 the call is wrong,
    3 a model or a figure is not known.
    """  # noqa: D301 - \b is click's
    if agent is not None:
        from promptops.cli.cache_agent import show

        if reference is not None or trace is not None or traffic is not None or moving:
            raise UsageError("--agent stands alone: no REF, no --trace, no --traffic, no --apply")
        show(agent, models, form)
        return
    if reference is None:
        raise UsageError("cache: name a prompt, `replay FILE`, `rules` or --agent")
    here, handle = project(), registry().get(reference)
    asked = models or tuple(filter(None, [handle.prompt.metadata.model or here.config.model]))
    if not asked:
        raise UsageError(f"{handle.ref.name} names no model: give --model")
    if trace is not None and traffic is not None:
        raise UsageError("--trace and --traffic: give one of them")
    tables = _tables(here, handle, asked, calls, _Calls(trace, traffic is not None))
    if moving:
        _move(here, handle, tables)
        return
    _print(handle.ref.name, tables, form)


class _Calls(NamedTuple):
    """Where recorded calls are."""

    trace: Path | None  # a ledger or a trace
    ledger: bool  # the project's


def _tables(
    here: Project,
    handle: PromptHandle,
    models: tuple[str, ...],
    calls: str | None,
    given: _Calls,
) -> list[Table]:
    from promptops.cli.cache_rules import own_prices, rule_book
    from promptops.cli.usage_sync import usage_file
    from promptops.costs.terms import parse_calls
    from promptops.placement.draft import draft
    from promptops.placement.study import Study
    from promptops.usage.ledger_calls import is_ledger

    declared = handle.prompt.metadata
    cut = draft(handle.prompt, handle.file, _sample(here, declared.cost.sample))
    trace = given.trace
    if trace is None and not given.ledger and "trace" in declared.traffic:
        trace = here.root / str(declared.traffic["trace"])
    times = _times(here, None, handle.ref.name) if given.ledger else None
    if trace is not None and is_ledger(trace):
        trace, times = None, _times(here, trace, handle.ref.name)
    amount: Amount | None = parse_calls(calls) if calls else None
    study = Study(
        cut, handle.ref.name, amount, trace, times, usage_file(here), here.config.cost.usage,
        datetime.now(UTC).date(), handle.ref.sha256, rule_book(), own_prices(),
    )  # fmt: skip
    return [study.table(model) for model in models]


def _times(here: Project, path: Path | None, name: str) -> list[Recorded]:
    from promptops.cli.usage_sync import ledger
    from promptops.usage.ledger_calls import LedgerCalls

    return list(LedgerCalls(ledger(here) if path is None else path, name))


def _sample(here: Project, path: str | None) -> dict[str, Any] | None:
    from promptops.cli.common import read_values

    return None if path is None else read_values((), here.root / path)


def _print(name: str, tables: list[Table], form: str) -> None:
    from promptops.placement.curve import curve

    drawn: list[tuple[Table, Curve | None]] = [(one, curve(one)) for one in tables]
    if form == "json":
        from promptops.reporters import cache_json

        emit_json(cache_json.report(name, drawn))
    elif form == "svg":
        from promptops.reporters import cache_svg

        emit(cache_svg.report(name, drawn))
    else:
        from promptops.reporters import cache_text

        emit(cache_text.report(name, drawn, click.style if wants_colour() else plain))


def _move(here: Project, handle: PromptHandle, tables: list[Table]) -> None:
    from promptops.placement.moving import moved
    from promptops.templates.files import write_file

    if len(tables) != 1:
        raise UsageError("--apply: name one model, the one that the prompt is sent to")
    if handle.ref.source != "head":
        raise UsageError(f"--apply: {handle.ref.source} text is not changed, only a head file is")
    advice = tables[0].advice
    if advice.conclusion != "change":
        told = "; ".join((advice.reason, *(f"it hangs on {one}" for one in advice.hangs_on)))
        emit(f"{handle.prompt.path}: not changed: {told}")
        raise SystemExit(1)
    path = here.root / handle.prompt.path
    mark = codecs.BOM_UTF8 if path.read_bytes().startswith(codecs.BOM_UTF8) else b""
    write_file(path, mark + moved(tables[0]).encode("utf-8"))
    emit(f"{handle.prompt.path}: marks moved; what is rendered is the same")
