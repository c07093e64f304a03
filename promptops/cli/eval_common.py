"""What the commands of ``promptops eval`` share: plans, where they run, reports and exit codes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from promptops.cli import one_line
from promptops.cli.common import as_json, deliver, registry
from promptops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from decimal import Decimal

    from promptops.config import Project
    from promptops.evals.plan import EvalPlan
    from promptops.evals.prepared import Setting
    from promptops.evals.report import Report
    from promptops.evals.runner import Answering, Driver
    from promptops.ledger import Ledger
    from promptops.providers.settings import Settings

FORMATS: Final = ("text", "json", "markdown", "junit", "html", "jsonl", "csv")
CLEAR: Final = "\r\x1b[K"  # to the line's start, and delete what stands there
_EXITS: Final = {"pass": 0, None: 0, "fail": 1, "inconclusive": 3}


def plan_of(here: Project, file: str, budget: str | None = None) -> EvalPlan:
    """Return the plan of an eval file, with another budget where one is given.

    Raises:
        UsageError: The file is not in the project, or the budget is none.
        ConfigError: Something in the file is wrong.
    """
    from dataclasses import replace

    from promptops.evals.plan_file import read_plan
    from promptops.templates.files import Folder

    try:
        below = Path(file).resolve().relative_to(here.root.resolve()).as_posix()
    except ValueError:
        raise UsageError(f"{file}: is not below the project's root {here.root}") from None
    plan = read_plan(Folder(here.root), below)
    if budget is None:
        return plan
    return replace(plan, budget=replace(plan.budget, usd=dollars_of(budget)))


def dollars_of(text: str) -> Decimal:
    """Return the dollars that ``--budget`` names.

    Raises:
        UsageError: It names none.
    """
    from decimal import Decimal, InvalidOperation

    try:
        usd = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        usd = Decimal(-1)
    if not usd.is_finite() or not 0 <= usd < 10**12:  # no report shows sums of any size
        raise UsageError(f"--budget {text!r}: write dollars, such as 2.50")
    return usd


def part_of(shard: str | None) -> tuple[int, int]:
    """Return the part that ``--shard`` names, from 1, and of how many.

    Raises:
        UsageError: It names none.
    """
    if shard is None:
        return 1, 1
    number, _, of = shard.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise UsageError(f"--shard {shard!r}: write a part and how many there are, such as 1/4")
    return int(number), int(of)


def opened(here: Project, ledger: Path | None, plan: EvalPlan | None = None) -> Ledger:
    """Open the project's ledger, or another, to keep what a plan has it keep."""
    from promptops.ledger import Ledger
    from promptops.ledger.keeping import Keeping
    from promptops.ledger.place import DEFAULT
    from promptops.ledger.redaction import redaction

    keeping = Keeping(plan.run.store if plan else "answers", redaction(here))
    return Ledger.open(ledger or here.root / DEFAULT, keeping=keeping)


def stored(here: Project, ledger: Path | None) -> Ledger:
    """Open the ledger for reading, or an empty one where there is none: no file is made."""
    from promptops.ledger import Ledger
    from promptops.ledger.place import DEFAULT

    path = ledger or here.root / DEFAULT
    return Ledger.open(path) if path.exists() else Ledger.memory()


def setting_of(
    here: Project, ledger: Ledger, *, fresh: bool = False, part: tuple[int, int] = (1, 1)
) -> Setting:
    """Return where the project's evals run."""
    from datetime import UTC, datetime

    from promptops.cli.cache_rules import rule_book
    from promptops.config.code import version
    from promptops.evals.prepared import Setting
    from promptops.evals.tuning import Tuning
    from promptops.git.state import commit_of
    from promptops.pricing.prices import project_prices
    from promptops.templates.files import Folder

    prices = project_prices(Folder(here.root).read, here.config, (), None, datetime.now(UTC).date())
    return Setting(
        here.root, Tuning(registry().get, here.config), prices, ledger,
        version(), rule_book(), here.config.providers, commit_of(here.root),
        fresh, part,
    )  # fmt: skip


def answering_of(
    executor: str | None,
) -> Callable[[Settings], AbstractAsyncContextManager[Answering]]:
    """Return what opens those who answer: this process, or the executor that is named.

    Raises:
        ConfigError: It is no executor.
    """
    if executor is None:
        from promptops.providers.opening import open_providers

        return open_providers
    from promptops.evals.dask_opening import cluster

    return cluster(executor)


class Interruption:
    """Ctrl-C and SIGTERM: the first sends no more, the second ends at once."""

    def __init__(self) -> None:
        self.number = 0  # of the signal; 0: none came

    def watch(self, driver: Driver) -> None:
        """Stop what drives a run when a signal comes."""
        import asyncio
        import signal

        loop = asyncio.get_running_loop()

        def stop(number: int) -> None:
            if self.number:
                raise SystemExit(128 + number)
            self.number = number
            told = "promptops: no more is sent; waiting for calls under way"
            click.echo(f"{CLEAR}{told}" if sys.stderr.isatty() else told, err=True)
            driver.stop("the run was interrupted")

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop, number)


def written(found: Report, form: str) -> str:
    """Return a report in one of the formats."""
    from importlib import import_module

    if form == "json":
        from promptops.reporters import eval_json

        return as_json(eval_json.report(found))
    if form in {"jsonl", "csv"}:
        from promptops.reporters import eval_rows

        rows = eval_rows.jsonl(found) if form == "jsonl" else eval_rows.table(found)
        return "".join(rows)
    text: str = import_module(f"promptops.reporters.eval_{form}").report(found)
    return text


def put(found: Report, form: str, output: Path | None) -> None:
    """Print a report, or write it to a file."""
    for note in found.reasons:
        click.echo(f"promptops: {one_line(note)}", err=True)
    deliver(written(found, form), output)


def exit_of(plan: EvalPlan, found: Report) -> int:
    """Return the exit code of a verdict, as the plan has it; 2 if no model may be asked."""
    if found.refused:
        return 2
    if found.verdict == "inconclusive" and plan.gate is not None:
        return {"exit": 3, "pass": 0, "fail": 1}[plan.gate.inconclusive]
    return _EXITS[found.verdict]
