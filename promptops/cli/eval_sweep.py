"""``promptops eval sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli.common import project, registry
from promptops.cli.eval_common import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promptops.ledger import Ledger
    from promptops.model.money import Usage


@click.command("sweep")
@click.argument("file", metavar="FILE")
@click.argument("setting", metavar="KEY=VALUE,VALUE…")
@click.option("--version", metavar="VERSION", help="What is swept.  [default: the file's first]")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to print the report.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the report to a file.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="Begin anew, and use no answer of an earlier run.")
@click.option("--budget", metavar="USD", help="Spend at most so many dollars.")
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are written down.  [default: .promptops/ledger.db]")  # fmt: skip
@click.option("--yes", "-y", "sure", is_flag=True,
              help="Send it without being asked, whatever it may cost.")  # fmt: skip
def command(  # noqa: PLR0913 - one for each option
    *, file: str, setting: str, version: str | None, form: str, output: Path | None, fresh: bool,
    budget: str | None, ledger: Path | None, sure: bool,
) -> None:  # fmt: skip
    """Find the cheapest value of a setting that is no worse.

    \b
    eval sweep evals/support/reply.yaml max_tokens=p95,p99
    eval sweep evals/support/reply.yaml chunks=2,4,8
    eval sweep evals/support/reply.yaml model=anthropic:claude-haiku-5-5

    KEY is max_tokens (numbers, or quantiles of the answers in the ledger), shots and chunks (how
    many entries of the input that holds examples, or retrieved texts), cot (on, off), model,
    params.NAME or inputs.NAME. Each value is a version that is made for it; the first version is
    as the prompt stands. The report recommends the cheapest that holds the gate.

    Exit codes: as of `eval`; 0 where one value holds the gate.
    """  # noqa: D301 - \b is click's
    import asyncio

    from promptops.cli.eval_attended import Attended
    from promptops.cli.eval_common import exit_of, opened, plan_of, put, setting_of
    from promptops.evals.running import carried_out
    from promptops.evals.sweeping import swept

    here = project()
    texts = registry()
    attended = Attended(sure=sure)
    plan = plan_of(here, file, budget)

    def own(base: str) -> str | None:
        return texts.get(f"{plan.prompt}@{base}").prompt.metadata.model

    with opened(here, ledger, plan) as rows, attended.shown():
        plan = swept(plan, setting, version, own, _used(rows, plan.prompt))
        where = setting_of(here, rows, fresh=fresh)
        found = asyncio.run(carried_out(plan, where, attended.way()))
    put(found, form, output)
    number = attended.interruption.number
    raise SystemExit(128 + number if number else exit_of(plan, found))


def _used(rows: Ledger, prompt: str) -> Callable[[str, str], Sequence[Usage]]:
    from promptops.evals.foretold_past import History

    return History(rows, prompt).used
