"""``promptops eval probe``."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli import one_line
from promptops.cli.common import as_json, emit, project

if TYPE_CHECKING:
    from promptops.config import Project
    from promptops.evals.probing_runs import Desk
    from promptops.evals.probing_values import Probed, Task
    from promptops.ledger import Ledger


@click.command("probe")
@click.argument("model", metavar="MODEL")
@click.option("--lifetime", is_flag=True,
              help="Wait for the end of the lifetime, too: twice as long as it is.")  # fmt: skip
@click.option("--budget", metavar="USD", default="0.25", show_default=True,
              help="Spend at most so many dollars.")  # fmt: skip
@click.option("--rules", "file", type=click.Path(path_type=Path), metavar="FILE",
              help="A project's own rules over those to be tried, as TOML or JSON.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How to print it.")  # fmt: skip
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are written down.  [default: .promptops/ledger.db]")  # fmt: skip
def command(
    *, model: str, lifetime: bool, budget: str, file: Path | None, form: str, ledger: Path | None
) -> None:
    """Ask a vendor whether it caches a model's prompts as the rules say.

    \b
    eval probe anthropic:claude-sonnet-5-5

    Sends a text just below the minimum and one just above, each twice: four calls, six where the
    minimum turns out to be another, or with --lifetime. What they cost is said first.

    Exit codes: 0 the rules hold, 1 one does not, 2 the call is wrong, 3 it cannot be decided or a
    model, a price or a minimum is not known, 130 interrupted.
    """  # noqa: D301 - \b is click's
    import asyncio
    from datetime import UTC, datetime

    from promptops.cli.cache_rules import rule_book
    from promptops.cli.eval_common import dollars_of, opened
    from promptops.evals.probing_runs import probed, task_of
    from promptops.pricing.prices import project_prices
    from promptops.templates.files import Folder

    here = project()
    prices = project_prices(Folder(here.root).read, here.config, (), None, datetime.now(UTC).date())
    task = task_of(model, rule_book(file), prices, dollars_of(budget), lifetime=lifetime)
    _say_beforehand(task)
    with opened(here, ledger) as rows:
        try:
            found = asyncio.run(probed(task, _desk(here, rows)))
        except KeyboardInterrupt:
            click.echo("promptops: interrupted; the ledger has the calls so far", err=True)
            raise SystemExit(128 + signal.SIGINT) from None
    _put(found, form)
    raise SystemExit(found.exit_code)


def _desk(here: Project, rows: Ledger) -> Desk:
    import asyncio
    import time

    from promptops.evals.probing import Times
    from promptops.evals.probing_runs import Desk
    from promptops.providers.opening import open_providers
    from promptops.providers.settings import Settings

    settings = Settings(servers=here.config.providers)
    times = Times(time.time, time.monotonic, asyncio.sleep)
    return Desk(lambda: open_providers(settings), rows, times)


def _say_beforehand(task: Task) -> None:
    from promptops.evals.probing_runs import expected, sizes
    from promptops.evals.words import dollars

    short, long = sizes(task)
    told = f"4 to 6 calls of about {short:,} and {long:,} tokens; {dollars(expected(task))} is "
    told += f"expected, {dollars(task.budget)} the most that is spent"
    click.echo(f"promptops: {one_line(task.model)}: {told}", err=True)
    if task.waits is not None:
        before, after = task.waits
        whole = f"{(before + after) / 60:,.0f} minutes"
        told = f"waits {before:,.0f} s and then {after:,.0f} s: {whole}"
        click.echo(f"promptops: {one_line(task.model)}: {told}", err=True)


def _put(found: Probed, form: str) -> None:
    if form == "json":
        from promptops.reporters import probe_json

        emit(as_json(probe_json.report(found)))
    else:
        from promptops.reporters import probe_text

        emit(probe_text.report(found))
