"""An eval in Python, carried out in its project."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from promptops.config import find_project
from promptops.config.code import version
from promptops.evals.dataset.given import given
from promptops.evals.prepared import Setting
from promptops.evals.python_plan import ROWS, TRAINED, plan_of
from promptops.evals.running import carried_out
from promptops.evals.way import Way
from promptops.git.state import commit_of
from promptops.ledger import Ledger
from promptops.ledger.keeping import Keeping
from promptops.ledger.place import DEFAULT
from promptops.ledger.redaction import redaction
from promptops.pricing.prices import project_prices
from promptops.registry.runtime import Registry
from promptops.templates.files import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from promptops.config import Project
    from promptops.evals.dataset.source import Source
    from promptops.evals.python import Eval
    from promptops.evals.report import Report


async def reported(
    made: Eval, root: Path, ledger: Path | None, *, fresh: bool, part: tuple[int, int], batch: bool
) -> Report:
    """Return the report of an eval, as far as it was carried out.

    Raises:
        PromptopsError: It cannot be carried out.
    """
    here = find_project(root)
    plan = plan_of(made, here.root)
    keeping = Keeping(plan.run.store, redaction(here))
    with Ledger.open(ledger or here.root / DEFAULT, keeping=keeping) as rows:
        setting = _setting(here, rows, made, fresh=fresh, part=part)
        batches = None
        if batch:
            from promptops.evals.batch import manner_of

            batches = manner_of(plan)
        return await carried_out(plan, setting, Way(goes_on=True, batches=batches))


def _setting(
    here: Project, rows: Ledger, made: Eval, *, fresh: bool, part: tuple[int, int]
) -> Setting:
    from promptops.caching.own import rules_of

    today = datetime.now(UTC).date()
    prices = project_prices(Folder(here.root).read, here.config, (), None, today)
    return Setting(
        here.root, Registry.load(here.root).get, prices, rows, version(),
        rules_of(here), here.config.providers, commit_of(here.root), fresh, part,
        dict(_sources(made)), made.providers,
    )  # fmt: skip


def _sources(made: Eval) -> Iterator[tuple[str, Source]]:
    cases = made.cases()
    for path, rows, told in (
        (ROWS, cases.source, "dataset"),
        (TRAINED, cases.train, "dataset.train"),
    ):
        if rows is not None and not isinstance(rows, str):
            yield path, given(_again(rows), f"Eval {made.name or made.prompt!r}, {told}")


def _again(rows: Any) -> Callable[[], Any]:
    return rows if callable(rows) else lambda: rows
