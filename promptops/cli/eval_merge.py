"""``promptops eval merge``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli.common import project
from promptops.cli.eval_common import FORMATS
from promptops.errors import UsageError

if TYPE_CHECKING:
    from promptops.ledger.rows import Run


@click.command("merge")
@click.argument("ledgers", nargs=-1, required=True, metavar="LEDGER...",
                type=click.Path(path_type=Path, dir_okay=False))  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to print the report.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the report to a file.")  # fmt: skip
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where rows are put together.  [default: .promptops/ledger.db]")  # fmt: skip
def command(
    *, ledgers: tuple[Path, ...], form: str, output: Path | None, ledger: Path | None
) -> None:
    r"""Put the parts of a run together that several machines carried out, and show it whole.

    \b
    eval evals/support/triage.yaml --shard 1/2 --ledger one.db
    eval evals/support/triage.yaml --shard 2/2 --ledger two.db
    eval merge one.db two.db

    The report is that of a run in one part, with its verdict and its exit code. Merging again
    changes nothing. Parts fit that are of one plan, dataset and texts; where one is missing, that
    is said, and nothing passes.
    """
    from promptops.cli.eval_common import exit_of, opened, put, setting_of
    from promptops.evals.runs import newest_part, whole
    from promptops.evals.shown import shown
    from promptops.ledger import Ledger

    if missing := [one for one in ledgers if not one.is_file()]:
        raise UsageError(f"eval merge: {missing[0]}: there is no such ledger")
    here, new = project(), 0
    runs: list[Run] = []
    with opened(here, ledger) as rows:
        for path in ledgers:
            with Ledger.open(path) as other:
                runs += other.runs()
                new += rows.merge(other, of_one=False)
        click.echo(f"promptops: {new:,} new rows of {len(ledgers)} ledgers", err=True)
        if not runs:
            raise UsageError("eval merge: no eval has been run in these ledgers")
        found = shown(whole(rows.runs(), newest_part(runs)), setting_of(here, rows))
        told = found.report
    put(told, form, output)
    raise SystemExit(exit_of(found.made.plan, told))
