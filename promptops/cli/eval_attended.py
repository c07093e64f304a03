"""A run that somebody may be looking at: what it will do is said, dear ones are asked about."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import click

from promptops.cli import one_line
from promptops.cli.eval_common import CLEAR, Interruption
from promptops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.foretold_values import Foretold
    from promptops.evals.prepared import Prepared
    from promptops.evals.progress import Progress
    from promptops.evals.running import Way
    from promptops.evals.session import Session

DEAR: Final = Decimal(1)  # dollars at most, above which a terminal is asked
MANY: Final = 5_000  # answers, above which foretelling is a part of a run's time
PAUSE: Final = 0.2  # seconds between two looks at a run


class Attended:
    """Who looks at a run: a terminal sees it move and is asked, anybody else reads its beginning.

    With ``sure`` nobody is asked.
    """

    def __init__(self, *, sure: bool = False) -> None:
        self.sure = sure
        self.interruption = Interruption()
        self.moving = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def way(self, **more: Any) -> Way:
        """Return how a run goes about it where it is looked at; one that did not end goes on."""
        from promptops.evals.running import Way

        return Way(begun=self.interruption.watch, prepared=self.prepared, asking=self.asking,
                   goes_on=True, said=_said, **more)  # fmt: skip

    def prepared(self, made: Prepared) -> None:
        """Say on stderr what a run will do, and ask where it may cost more than a dollar.

        Raises:
            UsageError: The answer is no.
        """
        if all(one.free for one in made.variants) and not made.graders.each:
            return
        from promptops.evals.foretold import foretell
        from promptops.reporters.eval_plan_opening import opening

        items = len(made.cases) * len(made.variants) * made.plan.repeats
        if items > MANY and not sys.stderr.isatty():
            told = f"{items:,} answers; `promptops eval plan` says what they cost"
            click.echo(f"promptops: {one_line(made.plan.name)}: {told}", err=True)
            return
        found = foretell(made)
        for line in opening(found):
            click.echo(f"promptops: {line}", err=True)
        asks = not self.sure and _dear(found) and sys.stdin.isatty() and sys.stderr.isatty()
        if asks and not _yes("promptops: send it? [y/N] "):
            raise UsageError("eval: nothing was sent, as you did not say yes (or --yes)")

    def asking(self, session: Session) -> None:
        """Show on a terminal how far a session is, a few times a second."""
        if not self.moving:
            return
        import asyncio

        from promptops.evals.progress import Progress

        self._task = asyncio.ensure_future(_shown(Progress(session)))  # ended with the loop

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Leave no half line behind."""
        try:
            yield
        finally:
            if self.moving:
                click.echo(CLEAR, nl=False, err=True)


async def _shown(progress: Progress) -> None:
    import asyncio
    import time

    while True:
        told = progress.standing(time.monotonic()).told()
        width = shutil.get_terminal_size().columns - 1
        click.echo(f"{CLEAR}{told[:width]}", nl=False, err=True)
        await asyncio.sleep(PAUSE)


def _said(text: str) -> None:
    click.echo(f"promptops: {one_line(text)}", err=True)


def _dear(found: Foretold) -> bool:
    worst = found.live.worst.value
    return found.paid and (worst is None or worst > DEAR)


def _yes(question: str) -> bool:
    import signal

    # A loop's own handler would wait for it to go on, which it does when this has its answer. It is
    # out of the way before anybody can answer.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        click.echo(question, nl=False, err=True)
        return sys.stdin.readline().strip().casefold() in {"y", "yes"}
    except KeyboardInterrupt:
        click.echo(err=True)
        raise SystemExit(128 + signal.SIGINT) from None
    finally:
        signal.signal(signal.SIGINT, before)
