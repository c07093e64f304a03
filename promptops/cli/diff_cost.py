"""``promptops diff-cost``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from promptops.cli import one_line
from promptops.cli.common import as_json, deliver, project, wants_colour
from promptops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from promptops.cli.diff_cost_terms import Given
    from promptops.config import Project
    from promptops.costs.comparison import Comparison
    from promptops.tokens.remote import Choice

FORMATS = ("text", "json", "markdown", "github", "html")


def cost_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say on what terms costs are worked out."""
    for option in reversed(_TERMS):
        command = option(command)
    return command


_TERMS = (
    click.option("--usage", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
                 help="How prompts are used.  [default: usage.yml]"),
    click.option("--calls", metavar="N", help="Calls a month, such as 5000, 120k/mo or 1.2M."),
    click.option("--price", "given", multiple=True, metavar="MODEL=RATES",
                 help="$ per million tokens: 'openai:gpt-x=input:3.4,output:17'."),
    click.option("--at", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]),
                 help="Prices of this day.  [default: that of the price list]"),
    click.option("--count", "counting", type=click.Choice(["auto", "offline", "api"]),
                 default="auto", show_default=True,
                 help="Who counts tokens: offline, the vendor (api), or what it said before."),
    click.option("--allow-unpriced", is_flag=True, help="An unknown price is no failure."),
    click.option("--allow-source", is_flag=True,
                 help="Price the stored text where no sample fills the inputs."),
)  # fmt: skip


@click.command("diff-cost")
@click.argument("ends", nargs=-1, required=True, metavar="OLD [NEW] [PROMPT]...")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to print it.")  # fmt: skip
@click.option("--model", metavar="MODEL", help="Cost both sides for this provider:model.")
@cost_options
@click.option("--all", "everything", is_flag=True, help="List unchanged prompts, too.")
@click.option("--label", "labels", multiple=True, metavar="NAME",
              help="A label of the pull request, which may waive the policy.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the report to a file.")  # fmt: skip
def command(  # noqa: PLR0913 - one for each option
    *,
    ends: tuple[str, ...],
    form: str,
    model: str | None,
    usage: Path | None,
    calls: str | None,
    given: tuple[str, ...],
    at: datetime | None,
    counting: Choice,
    allow_unpriced: bool,
    allow_source: bool,
    everything: bool,
    labels: tuple[str, ...],
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

    Exit codes: 0 fine, 1 a limit of the policy is exceeded, 2 the call, git or a file is wrong,
    3 something could not be estimated.
    """  # noqa: D301 - \b is click's
    from datetime import UTC, datetime

    from promptops.cli.diff_cost_terms import Given

    if output is not None:
        _check_folder(output)
    here, now = project(), datetime.now(UTC)
    day = at.date() if at else None
    asked = Given(model, calls, given, day, usage, allow_source, counting)
    found = _compare(here, ends, asked, now, (everything, allow_unpriced), labels)
    _report(found, form, output, now)
    for told in (*found.unknowns, *(one.told for one in found.verdict.unjudged)):
        click.echo(f"promptops: not estimated: {one_line(told)}", err=True)
    raise SystemExit(found.verdict.exit_code(unknown=bool(found.unknowns)))


def _check_folder(output: Path) -> None:
    if not os.path.isdir(output.parent):  # noqa: PTH112 - pathlib's raises where it may not look
        raise UsageError(f"--output {str(output)!r}: there is no folder {str(output.parent)!r}")


def _compare(
    here: Project,
    words: tuple[str, ...],
    given: Given,
    now: datetime,
    flags: tuple[bool, bool],
    labels: tuple[str, ...],
) -> Comparison:
    from contextlib import closing
    from dataclasses import replace

    from promptops.cli.diff_cost_ends import Finder
    from promptops.cli.diff_cost_known import known, measuring
    from promptops.cli.diff_cost_terms import age, idle, price_change, terms, waived
    from promptops.costs.comparison import Comparison
    from promptops.costs.diff import rows
    from promptops.costs.known import compare
    from promptops.costs.policy import judge

    everything, allow_unpriced = flags
    asked = terms(here, given, now.date())
    with closing(Finder(here)) as finder:
        ends = finder.find(words)
        measured, statuses = compare(
            ends.pairs, measuring(asked, given.counting), known(here, asked, given.counting),
            everything=everything,
        )  # fmt: skip
        found = Comparison(
            ends.base, ends.head, asked.prices, statuses, tuple(rows(measured, asked)), everything,
            allow_unpriced, ends.not_compared, (*ends.notes, *idle(finder.sides)),
        )  # fmt: skip
        if ends.base.sha is not None:
            base = finder.sides.at(ends.base.sha).files
            found = replace(found, price_change=price_change(found, here, base, given, asked))
        waivers = waived(finder.sides, found, here.config.cost.policy, labels)
    days = age(asked.prices, found.models)
    return replace(found, verdict=judge(found, here.config.cost.policy, waivers, days))


def _report(found: Comparison, form: str, output: Path | None, now: datetime) -> None:
    if form == "text":
        from promptops.reporters import cost_text
        from promptops.reporters.cost_block import plain

        colour = wants_colour() and output is None
        text = cost_text.report(found, _paint if colour else plain)
    else:
        text = _made(found, form, now)
    deliver(text, output)


def _made(found: Comparison, form: str, now: datetime) -> str:
    """Return a report that is made of the JSON report."""
    from promptops.reporters import cost_json

    data = cost_json.report(found, now.isoformat("T", "seconds"))
    if form == "json":
        return as_json(data)
    from promptops.reporters.contracts.cost import CostDiffReport

    # A file's name need not be UTF-8, nor what is said of it.
    checked = CostDiffReport.model_validate_json(as_json(data).encode("utf-8", "backslashreplace"))
    if form == "html":
        from promptops.reporters import cost_html

        return cost_html.report(checked)
    if form == "markdown":
        from promptops.reporters import cost_markdown

        return cost_markdown.report(checked)
    from promptops.cli.comment_body import write_summary
    from promptops.reporters import cost_github

    write_summary(checked, None)
    return cost_github.report(checked)


def _paint(text: str, kind: str) -> str:
    if kind == "strong":
        return click.style(text, bold=True)
    return click.style(text, fg="red" if kind == "bad" else "green")
