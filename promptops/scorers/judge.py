"""Judges: scorers that ask models; who is asked, and in what order, is decided here.

Calls are made by what a runner hands in, which has the budget and tries again; no vendor is known.
"""

from __future__ import annotations

from asyncio import gather
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from promptops.model.evaluation import Case, Completion, ProviderError, Request, Score
from promptops.model.values import dataclass
from promptops.scorers.failing import failed
from promptops.scorers.judge_prompt import JudgePrompt, judge_prompt, worth
from promptops.scorers.key import scorer_key
from promptops.scorers.kinds.judges import in_both_orders
from promptops.scorers.reading import NotJson, viewed
from promptops.scorers.unasked import compares, unasked
from promptops.scorers.verdicts import Verdict

if TYPE_CHECKING:
    from promptops.scorers.judge_prompt import Handle
    from promptops.scorers.scorer import Scorer

Ask = Callable[[Request], Awaitable[Completion]]


@dataclass(frozen=True, slots=True)
class Question:
    """What a judge is asked: its prompt by reference, and a case that holds the prompt's inputs."""

    reference: str
    case: Case
    model: str
    repeat: int


@dataclass(frozen=True, slots=True)
class Judge:
    """A scorer of scope ``judge`` with its prompt; ``request`` makes a call of a question.

    It renders the prompt with the question's inputs, for whichever vendor the model is of.
    """

    scorer: Scorer
    prompt: JudgePrompt
    values: Mapping[str, float]  # of a rubric's verdicts
    request: Callable[[Question], Request]

    @property
    def models(self) -> tuple[str, ...]:
        """The models that judge."""
        found: tuple[str, ...] = self.scorer.options["model"]
        return found

    @property
    def key(self) -> str:
        """The scorer's key: with another prompt or another model, both sides are judged anew."""
        return scorer_key(self.scorer, f"{self.prompt.closure} {' '.join(self.models)}")

    def related(self, model: str) -> tuple[str, ...]:
        """Return the judges that are of the vendor of a model that they judge."""
        vendor = model.partition(":")[0]
        return tuple(one for one in self.models if one.partition(":")[0] == vendor)

    async def judge(
        self, case: Case, completions: tuple[Completion, ...], ask: Ask, *, repeat: int = 0
    ) -> Score:
        """Return what the judges say of an answer, or of a candidate's and the incumbent's.

        A judge that fails, is cut or cannot be read is an error, never a grade.
        """
        known = unasked(self.scorer, case, completions)
        if known is not None:
            return known
        return self.score(case, await self.verdicts(case, completions, ask, repeat=repeat))

    def score(self, case: Case, verdicts: tuple[Verdict, ...]) -> Score:
        """Return what verdicts are worth."""
        options = dict(self.scorer.prepared)
        if "scores" in options:
            options["scores"] = self.values
        try:
            found: Score = self.scorer.kind.function(case, verdicts, **options)
        except Exception as error:  # noqa: BLE001 - a plugin's judge may raise anything
            return failed(error)
        return self.scorer.settled(found)

    async def verdicts(
        self, case: Case, completions: tuple[Completion, ...], ask: Ask, *, repeat: int = 0
    ) -> tuple[Verdict, ...]:
        """Return each model's verdict; two orders of each, where two answers are compared.

        All are asked at once. What ``ask`` raises, other than ``ProviderError`` and
        ``TimeoutError``, is the runner's own and goes on when all have ended.
        """
        orders = (False, True) if self.compares else (False,)
        asked = [(model, swapped) for model in self.models for swapped in orders]
        ended = await gather(
            *(
                self._verdict(case, completions[::-1] if swapped else completions, ask, model,
                              repeat)
                for model, swapped in asked
            ),
            return_exceptions=True,
        )  # fmt: skip
        found = []
        for (_, swapped), one in zip(asked, ended, strict=True):
            if isinstance(one, BaseException):
                raise one
            found.append(replace(one, swapped=swapped))
        return tuple(found)

    def settled(self, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
        """Return one verdict of each model: of a comparison, what it prefers in both orders."""
        if not self.compares:
            return verdicts
        return in_both_orders(verdicts, self.scorer.prepared["words"])

    @property
    def compares(self) -> bool:
        """Whether it looks at two answers."""
        return compares(self.scorer)

    @property
    def repeats(self) -> int:
        """How often each model is asked about an answer."""
        found: int = self.scorer.options.get("repeats", 1)
        return found

    def question(
        self, case: Case, completions: tuple[Completion, ...], model: str, repeat: int = 0
    ) -> Request:
        """Return the call that asks a model about an answer, or about two in this order."""
        shown = Case(case.id, self._inputs(case, completions), cluster=case.cluster)
        return self.request(Question(self.prompt.reference, shown, model, repeat))

    async def _verdict(
        self, case: Case, completions: tuple[Completion, ...], ask: Ask, model: str, repeat: int
    ) -> Verdict:
        try:
            request = self.question(case, completions, model, repeat)
        except Exception as error:  # noqa: BLE001 - a template may fail in any way
            return Verdict(model, None, error=failed(error).error)
        try:
            answer = await ask(request)
            word, why = self.prompt.read(answer)
        except (ProviderError, TimeoutError, NotJson) as error:
            return Verdict(model, None, error=failed(error).error)
        return Verdict(model, word, why)

    def _inputs(self, case: Case, completions: tuple[Completion, ...]) -> dict[str, Any]:
        """Return what the judge sees: the case's inputs and the answers, not whose they are."""
        renamed = self.scorer.options.get("inputs") or {}
        known = {"expected": case.expected, **case.inputs}
        found = {}
        for name in self.prompt.inputs:
            column = renamed.get(name, name)
            if known.get(column) is not None:
                found[name] = known[column]
        for name, completion in zip(answers_of(self.scorer), completions, strict=True):
            found[name] = viewed(completion, self.scorer.reads).text
        return found


def answers_of(scorer: Scorer) -> tuple[str, ...]:
    """Return the inputs of a judge's prompt that take answers."""
    if "answer" in scorer.kind.options:
        return (scorer.prepared["answer"],)
    found: tuple[str, ...] = scorer.prepared["answers"]
    return found


def judge_of(
    scorer: Scorer, opened: Callable[[str], Handle], request: Callable[[Question], Request]
) -> Judge:
    """Return a scorer's judge; ``opened`` gets a prompt of the registry.

    Raises:
        ConfigError: Its prompt is not fit for a judge.
        RegistryError: There is no such prompt or version.
    """
    reference = scorer.prepared["prompt"]
    prompt = judge_prompt(
        reference, opened(reference), answers_of(scorer), scorer.prepared["verdict"]
    )
    graded = "scores" in scorer.kind.options
    values = worth(prompt, scorer.prepared["scores"]) if graded else {}
    return Judge(scorer, prompt, values, request)
