"""``promptops eval collect``, and what ``eval --batch`` says of batches."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli import one_line
from promptops.cli.common import project
from promptops.cli.eval_common import CLEAR, FORMATS
from promptops.errors import PromptopsError, UsageError

if TYPE_CHECKING:
    from promptops.config import Project
    from promptops.evals.batch import Manner
    from promptops.evals.plan import EvalPlan
    from promptops.evals.prepared import Prepared
    from promptops.ledger import Ledger
    from promptops.ledger.rows import Run


@click.command("collect")
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--no-wait", "leaves", is_flag=True,
              help="Take home what is done, and do not wait for the rest.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to print the report.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the report to a file.")  # fmt: skip
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are written down.  [default: .promptops/ledger.db]")  # fmt: skip
def command(
    *, run: str | None, leaves: bool, form: str, output: Path | None, ledger: Path | None
) -> None:
    """Take home the batches of a run, from this machine or another, and report.

    \b
    eval collect
    eval collect 01a2035c7245

    RUN is as for `eval resume`; without it, it is the newest run with batches under way. It takes
    the project as it was, a copy of the ledger, and a key of the same account. What was sent is not
    sent again; what expired in a batch is asked live. Where the eval has changed since, answers
    are kept for later runs, and there is no report.

    Exit codes: as of eval; 3 also where batches are still under way, or there is no report.
    """  # noqa: D301 - \b is click's
    import asyncio

    from promptops.cli.eval_attended import Attended
    from promptops.cli.eval_common import exit_of, opened, part_of, put, setting_of
    from promptops.cli.eval_runs import plan_again
    from promptops.evals.batch_home import taken_home
    from promptops.evals.running import carried_out

    here = project()
    known = _away(here, ledger, run)
    plan = plan_again(here, known, None)
    attended = Attended(sure=True)
    with opened(here, ledger, plan) as rows, attended.shown():
        setting = setting_of(here, rows, part=part_of(known.shard))
        manner, same = manner_of(plan, wait=not leaves), _Same(known)
        way = replace(attended.way(run=known, batches=manner), prepared=same.prepared,
                      said=same.said)  # fmt: skip
        try:
            found = asyncio.run(carried_out(plan, setting, way))
        except _Changed as error:
            begun = attended.interruption.watch
            asyncio.run(taken_home(setting, known.run_id, manner, begun))
            _say(f"{error}: answers are in the ledger, for runs that they fit, and not scored")
        away = said_of(rows, known.run_id)
    if same.told or (away and leaves):
        raise SystemExit(3)
    put(found, form, output)
    number = attended.interruption.number
    raise SystemExit(128 + number if number else exit_of(plan, found))


def manner_of(plan: EvalPlan, *, wait: bool) -> Manner:
    """Return how a command's batches are used: what happens is told on stderr.

    Raises:
        ConfigError: The plan asks for what no batch can do.
    """
    from promptops.evals import batch

    shows = _say if sys.stderr.isatty() else lambda _: None
    return batch.manner_of(plan, wait=wait, told=_say, shows=shows)


def said_of(rows: Ledger, run_id: str) -> bool:
    """Say which batches of a run are still under way, and how they are taken home, if any are."""
    from decimal import Decimal

    from promptops.evals.batch_rows import outstanding
    from promptops.evals.resuming import SHORT
    from promptops.evals.words import dollars

    away = outstanding(rows, run_id).values()
    if not away:
        return False
    intents = [intent for one in away for intent in one.intents]
    usd = sum((one.reserved_usd or Decimal(0) for one in intents), Decimal(0))
    batches = "a batch" if len(away) == 1 else f"{len(away)} batches"
    line = f"{len(intents):,} calls, at most {dollars(usd)}, are under way in {batches}"
    click.echo(f"promptops: {line}: promptops eval collect {run_id[:SHORT]}", err=True)
    return True


def _away(here: Project, ledger: Path | None, word: str | None) -> Run:
    """Return the run that is meant.

    Raises:
        UsageError: There is none, or it has no batches under way.
    """
    from promptops.cli.eval_common import stored
    from promptops.cli.eval_runs import run_of
    from promptops.evals.batch_rows import outstanding

    with stored(here, ledger) as rows:
        runs = rows.runs() if word is None else [run_of(here, ledger, word)]
        away = [one for one in runs if outstanding(rows, one.run_id)]
    if not away:
        which = "no run has" if word is None else f"run {word} has no"
        raise UsageError(f"eval collect: {which} batches under way")
    return max(away, key=lambda one: one.started)


class _Changed(PromptopsError):
    """What a run asked has changed since."""


class _Same:
    """Whether a project asks what a run did; ``told`` is why not."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._waiting: list[str] | None = []
        self.told: list[str] = []

    def said(self, text: str) -> None:
        """Tell what is said of the run, once it is known that it goes on."""
        if self._waiting is None:
            _say(text)
        else:
            self._waiting.append(text)

    def prepared(self, made: Prepared) -> None:
        """Look at what was made ready.

        Raises:
            _Changed: It is something else.
        """
        from promptops.evals.resumable import differences
        from promptops.evals.resuming import SHORT

        self.told = list(differences(made, self._run))
        if self.told:
            raise _Changed(f"run {self._run.run_id[:SHORT]}: {'; '.join(self.told)}")
        lines, self._waiting = self._waiting or [], None
        for line in lines:
            _say(line)


def _say(line: str) -> None:
    clear = CLEAR if sys.stderr.isatty() else ""
    click.echo(f"{clear}promptops: {one_line(line)}", err=True)
