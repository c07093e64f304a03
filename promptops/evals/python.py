"""An eval in Python: the plan that an eval file would write, and its run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from promptops.errors import UsageError
from promptops.evals.python_parts import Dataset, Gate, Number, Place, Rows, exact, number
from promptops.evals.python_scorer import Scorer

if TYPE_CHECKING:
    from promptops.evals.plan import EvalPlan
    from promptops.evals.report import Report

Entry = Scorer | str | Mapping[str, Any]
Answers = Callable[..., Any]
_RUN: Final = (
    "concurrency", "seed", "timeout", "max_age", "warm_up", "retry_invalid", "stream", "store",
    "provider_options", "assume_output", "cassette",
)  # fmt: skip
_LISTS: Final = ("versions", "models", "baselines", "placements")


@dataclass(frozen=True, slots=True)
class Eval:
    """What is compared, over which cases, and what has to be shown: the keys of an eval file.

    It is the same as a file at ``evals/NAME.yaml``, where ``name`` is the prompt's if none is
    given: paths are below that file's folder, and the hash of the plan is the file's. A scorer is
    a class of this package, or what a file would write. ``providers`` are functions of a
    ``Request`` that return a text or a ``Completion``, by the word before a model's colon.
    """

    prompt: str
    _: KW_ONLY
    dataset: Place | Rows | Dataset
    scorers: Sequence[Entry]
    versions: Sequence[str] = ("work",)
    models: Sequence[str] = ()
    baselines: Sequence[str] = ()
    placements: Sequence[str] = ("none", "as-shipped", "automatic", "best-5m", "best")
    repeats: int = 1
    gate: Gate | None = None
    budget_usd: Number | None = None
    judge_usd: Number | None = None
    traffic: Literal["prompt"] | Mapping[str, Any] = "prompt"
    concurrency: int = 20
    seed: int = 7
    timeout: float | str = 120
    max_age: float | str | None = "30d"
    warm_up: bool = True
    retry_invalid: int = 0
    stream: bool = False
    store: Literal["answers", "hashes"] = "answers"
    provider_options: Mapping[str, Any] = field(default_factory=dict)
    assume_output: int = 32_000
    cassette: str | None = None
    providers: Mapping[str, Answers] = field(default_factory=dict)
    name: str = ""

    def plan(self, root: Place | None = None) -> EvalPlan:
        """Return the plan; files that it names are looked up below a project's root.

        Raises:
            ConfigError: Something in it is wrong; all of it is listed.
        """
        from promptops.evals.python_plan import plan_of

        return plan_of(self, Path(root or "."))

    def run(
        self,
        *,
        root: Place | None = None,
        ledger: Place | None = None,
        fresh: bool = False,
        part: tuple[int, int] = (1, 1),
        batch: bool = False,
    ) -> Report:
        """Carry it out and return its report.

        ``root`` is a folder of the project, else the current one; ``ledger`` the file in which
        calls are written down, else the project's. With ``fresh`` no answer of an earlier run is
        used again; ``part`` is a share of the cases, from 1, and of how many. With ``batch`` calls
        go in their vendors' batches, and it waits for them, up to a day.

        Raises:
            UsageError: A loop is running already: await ``arun``.
            PromptopsError: It cannot be carried out.
        """
        import asyncio

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            asked = self.arun(root=root, ledger=ledger, fresh=fresh, part=part, batch=batch)
            return asyncio.run(asked)
        raise UsageError("a loop is running, as in a notebook: write `await eval.arun()`")

    async def arun(
        self,
        *,
        root: Place | None = None,
        ledger: Place | None = None,
        fresh: bool = False,
        part: tuple[int, int] = (1, 1),
        batch: bool = False,
    ) -> Report:
        """Carry it out as ``run`` does, in a loop that is running.

        Raises:
            PromptopsError: It cannot be carried out.
        """
        from promptops.evals.python_run import reported

        where = None if ledger is None else Path(ledger)
        return await reported(self, Path(root or "."), where, fresh=fresh, part=part, batch=batch)

    def cases(self) -> Dataset:
        """Return where the cases are, and what their columns mean."""
        given = self.dataset
        return given if isinstance(given, Dataset) else Dataset(given)

    def keys(self) -> Iterator[tuple[str, Any]]:
        """Yield the keys of an eval file with their values, but for its cases and scorers."""
        yield "prompt", self.prompt
        yield "repeats", self.repeats
        yield "traffic", exact(self.traffic)
        yield from ((key, exact(getattr(self, key))) for key in _LISTS)
        if self.gate is not None:
            yield "gate", self.gate.written()
        budget = {"usd": number(self.budget_usd), "judge_usd": number(self.judge_usd)}
        yield "budget", {key: value for key, value in budget.items() if value is not None}
        run = {key: exact(getattr(self, key)) for key in _RUN}
        if self.cassette is None:
            del run["cassette"]
        yield "run", run
