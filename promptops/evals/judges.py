"""The scorers of a plan that ask models: their prompts, models, prices and people's labels."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from promptops.errors import ConfigError, UnknownModel
from promptops.evals.plan import ASSUMED
from promptops.evals.requests import asked, request
from promptops.evals.variants import Variant, ask
from promptops.ledger.prices import stored
from promptops.model.values import dataclass
from promptops.scorers.key import scorer_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from promptops.evals.attempts import Ask
    from promptops.evals.plan import EvalPlan
    from promptops.ledger.rows import StoredPrice
    from promptops.model.evaluation import Request
    from promptops.model.money import Price
    from promptops.registry.handle import PromptHandle
    from promptops.scorers.calibration import Graded
    from promptops.scorers.judge import Judge, Question
    from promptops.scorers.scorer import Scorer

TOTAL: Final = "total"
ASKING: Final = frozenset({"judge", "embedding"})  # scopes of scorers that call models


@dataclass(frozen=True)
class Grader:
    """A scorer that calls models; ``judge`` is None of one that asks for embeddings.

    ``graded`` are answers with people's labels, which it is held against.
    """

    scorer: Scorer
    key: str
    models: tuple[str, ...]
    judge: Judge | None = None
    handle: PromptHandle | None = None
    graded: tuple[Graded, ...] = ()

    @property
    def name(self) -> str:
        """The scorer's name."""
        return self.scorer.name

    @property
    def compares(self) -> bool:
        """Whether it looks at a candidate's and the incumbent's answer."""
        return self.judge is not None and self.judge.compares

    def questions(self, answers: int, variants: int) -> int:
        """Return how many questions it asks at most about the answers of so many variants."""
        if self.judge is None:
            return 2 * answers
        times = len(self.models) * self.judge.repeats
        if not self.compares:
            return answers * times
        return 2 * times * (answers - answers // variants)

    @property
    def about_labels(self) -> int:
        """How many questions it asks about answers that people have graded."""
        return len(self.graded) * len(self.models) * (2 if self.compares else 1)

    def decides(self, metrics: frozenset[str]) -> bool:
        """Whether one of some metrics needs its scores."""
        return self.name in metrics or (TOTAL in metrics and self.scorer.weight > 0)


@dataclass(frozen=True)
class Graders:
    """All scorers of a plan that call models, and what those cost; None where nobody knows.

    ``assumed`` are tokens of an answer that nothing limits.
    """

    each: tuple[Grader, ...] = ()
    prices: Mapping[str, Price | None] = field(default_factory=dict)
    assumed: int = ASSUMED

    @cached_property
    def stored(self) -> Mapping[str, StoredPrice]:
        """The rows of the prices, by model."""
        known = ((model, price) for model, price in self.prices.items() if price is not None)
        return {model: stored(price) for model, price in known}

    def call(self, grader: Grader, sent: Request) -> Ask:
        """Return a grader's call with what it costs at most."""
        price, row = self.prices.get(sent.model), self.stored.get(sent.model)
        sha256 = row.price_sha256 if row else None
        if grader.handle is None:
            from promptops.evals.judging_vectors import vector_ask

            return vector_ask(sent, price, sha256)
        name = f"judge {grader.handle.ref.name} {sent.model}"
        judge = Variant(name, "", sent.model, grader.handle)
        return ask(judge, sent, price, sha256, self.assumed)


def graders(
    plan: EvalPlan,
    scorers: Sequence[Scorer],
    handle: Callable[[str], PromptHandle],
    folder: Path,
    price: Callable[[str], Price | None],
) -> Graders:
    """Return the scorers of a plan that call models, checked; nobody is asked yet.

    ``folder`` is the eval file's own, ``price`` says what a model costs, if anybody knows.

    Raises:
        ConfigError: A judge's prompt or its file of labels is not fit for it, or a budget cannot
            be held, as a price is not known.
        RegistryError: There is no such prompt or version.
    """
    each = tuple(_grader(one, handle, folder) for one in scorers if one.kind.scope in ASKING)
    prices = {model: price(model) for one in each for model in one.models}
    if len(plan.versions) * max(len(plan.models), 1) + len(plan.baselines) == 1:
        lonely = [one.name for one in each if one.compares]
        if lonely:
            told = "compares with the incumbent: name a second version or model"
            raise ConfigError(f"{plan.name}: {lonely[0]} {told}")
    unknown = [model for model, known in prices.items() if known is None]
    if unknown and (plan.budget.usd is not None or plan.budget.judge_usd is not None):
        raise UnknownModel(
            f"{plan.name}: a budget needs prices: {asked(unknown[0])} has none known"
        )
    return Graders(each, prices, plan.run.assume_output)


def _grader(scorer: Scorer, handle: Callable[[str], PromptHandle], folder: Path) -> Grader:
    if scorer.kind.scope == "embedding":
        from promptops.evals.judging_vectors import check_vectors

        check_vectors(scorer.name, scorer.options["model"])
        return Grader(scorer, scorer_key(scorer), (scorer.options["model"],))
    from promptops.scorers.judge import judge_of

    reference = scorer.prepared["prompt"]
    prompt = handle(reference)

    def asking(question: Question) -> Request:
        return request(prompt, question.model, question.case, question.repeat)

    judge = judge_of(scorer, lambda _: prompt, asking)
    graded = tuple(_graded(scorer, judge, folder))
    return Grader(scorer, judge.key, judge.models, judge, prompt, graded)


def _graded(scorer: Scorer, judge: Judge, folder: Path) -> Iterator[Graded]:
    named = scorer.options["calibrate"]
    if not named:
        return
    path = PurePosixPath(named)
    if path.is_absolute() or ".." in path.parts:
        raise ConfigError(f"{scorer.name}: calibrate: {named!r} is not below the eval file")
    from promptops.scorers.calibration import read_graded

    yield from read_graded(folder / path, judge)
