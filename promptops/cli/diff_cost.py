"""``promptops diff-cost``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli import one_line
from promptops.cli.common import as_json, emit, project, wants_colour
from promptops.errors import UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from promptops.config import Project
    from promptops.costs.comparison import Comparison
    from promptops.costs.terms import Terms


@click.command("diff-cost")
@click.argument("ends", nargs=-1, required=True, metavar="OLD [NEW] [PROMPT]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print it.",
)
@click.option("--model", metavar="MODEL", help="Cost both sides for this provider:model.")
@click.option("--calls", metavar="N", help="Calls a month, such as 5000, 120k/mo or 1.2M.")
@click.option(
    "--price",
    "given",
    multiple=True,
    metavar="MODEL=RATES",
    help="$ per million tokens: 'openai:gpt-x=input:3.4,output:17'.",
)
@click.option(
    "--at",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Prices of this day.  [default: that of the price list]",
)
@click.option("--allow-unpriced", is_flag=True, help="An unknown price is no failure.")
@click.option(
    "--allow-source", is_flag=True, help="Price the stored text where no sample fills the inputs."
)
@click.option("--all", "everything", is_flag=True, help="List unchanged prompts, too.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the report to a file.")  # fmt: skip
def command(  # noqa: PLR0913 - one for each option
    *,
    ends: tuple[str, ...],
    form: str,
    model: str | None,
    calls: str | None,
    given: tuple[str, ...],
    at: datetime | None,
    allow_unpriced: bool,
    allow_source: bool,
    everything: bool,
    output: Path | None,
) -> None:
    """Say what a change of prompts costs a call and a month.

    \b
    diff-cost v3 v4            every prompt that has both versions
    diff-cost v3               version 3 of each and the files as they stand
    diff-cost main HEAD        two git revisions
    diff-cost main...HEAD      from where they parted
    diff-cost main             a revision and the working tree
    diff-cost NAME@v3 NAME@v4  two references

    v3 is a version where a prompt has it, else a git revision; git:v3 is the revision.

    Exit codes: 0 fine, 2 the call or git is wrong, 3 something could not be estimated.
    """  # noqa: D301 - \b is click's
    if output is not None:
        _check_folder(output)
    here = project()
    terms = _terms(here, (model, calls), given, at, allow_source=allow_source)
    comparison = _compare(here, ends, terms, everything, allow_unpriced)
    _report(comparison, form, output)
    for told in comparison.unknowns:
        click.echo(f"promptops: not estimated: {one_line(told)}", err=True)
    raise SystemExit(3 if comparison.unknowns else 0)


def _check_folder(output: Path) -> None:
    if not os.path.isdir(output.parent):  # noqa: PTH112 - pathlib's raises where it may not look
        raise UsageError(f"--output {str(output)!r}: there is no folder {str(output.parent)!r}")


def _terms(
    here: Project,
    asked: tuple[str | None, str | None],
    given: tuple[str, ...],
    at: datetime | None,
    *,
    allow_source: bool,
) -> Terms:
    from promptops.costs.terms import Prices, Terms, parse_calls, parse_model, parse_price
    from promptops.pricing.book import bundled

    book = bundled()
    overrides = {price.model: price for price in map(parse_price, given)}
    model, calls = asked
    return Terms(
        Prices(book, at.date() if at else book.as_of, overrides),
        parse_model(model) if model else None,
        here.config.model,
        parse_calls(calls) if calls else None,
        allow_source,
        here.config.folder,
    )


def _compare(
    here: Project,
    words: tuple[str, ...],
    terms: Terms,
    everything: bool,
    allow_unpriced: bool,
) -> Comparison:
    from contextlib import closing

    from promptops.cli.diff_cost_ends import Finder
    from promptops.costs.comparison import Comparison
    from promptops.costs.diff import diff, tally
    from promptops.tokens.counter import default_counter

    with closing(Finder(here)) as finder:
        ends = finder.find(words)
        wanted = [pair for pair in ends.pairs if everything or pair.moved or not pair.moved_only]
        rows = diff(wanted, terms, default_counter())
    return Comparison(
        ends.base,
        ends.head,
        terms.prices,
        tally(ends.pairs),
        tuple(rows),
        everything,
        allow_unpriced,
        ends.not_compared,
        ends.notes,
    )


def _report(comparison: Comparison, form: str, output: Path | None) -> None:
    from datetime import UTC, datetime

    if form == "json":
        from promptops.reporters import cost_json

        text = as_json(cost_json.report(comparison, datetime.now(UTC).isoformat("T", "seconds")))
    else:
        from promptops.reporters import cost_text
        from promptops.reporters.cost_block import plain

        colour = wants_colour() and output is None
        text = cost_text.report(comparison, _paint if colour else plain)
    if output is None:
        emit(text)
        return
    from promptops.templates.files import write_file

    write_file(output, text.encode("utf-8", "backslashreplace"))


def _paint(text: str, kind: str) -> str:
    if kind == "strong":
        return click.style(text, bold=True)
    return click.style(text, fg="red" if kind == "bad" else "green")
