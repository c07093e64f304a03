"""A plan made ready: its prompts, cases, scorers and prices, all read and checked, nothing sent."""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError, UnknownModel
from promptops.evals.cases import CaseSet
from promptops.evals.judges import Graders, graders
from promptops.evals.misfits import check
from promptops.evals.order import shard
from promptops.evals.placed import costs
from promptops.evals.requests import asked, streaming
from promptops.evals.variants import BASELINE, variants
from promptops.model.money import Price, Rates
from promptops.model.values import dataclass
from promptops.scorers.extras import missing
from promptops.scorers.parse import parse_scorers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from promptops.caching.book import RuleBook
    from promptops.config import Server
    from promptops.evals.cases import Survey
    from promptops.evals.costing import Costing
    from promptops.evals.dataset.source import Source
    from promptops.evals.plan import EvalPlan
    from promptops.evals.variants import Variant
    from promptops.ledger.ledger import Ledger
    from promptops.model.evaluation import Case, Completion
    from promptops.pricing.prices import Prices
    from promptops.registry.handle import PromptHandle
    from promptops.scorers.scorer import Scorer
    from promptops.shape import Wrong

NOTHING: Final = Decimal(0)
FREE: Final = Price("baseline", Rates(NOTHING, NOTHING))


@dataclass(frozen=True)
class Setting:
    """Where an eval runs, and by what.

    ``handle`` gives a prompt's text by its reference; ``part`` is a share of the cases, from 1,
    and of how many. With ``fresh`` no answer of an earlier run is used again. ``sources`` stand
    for paths of the plan, and ``functions`` answer for providers, where Python gave them.
    """

    root: Path
    handle: Callable[[str], PromptHandle]
    prices: Prices
    ledger: Ledger
    version: str
    rules: RuleBook
    servers: Mapping[str, Server] = field(default_factory=dict)
    commit: str | None = None
    fresh: bool = False
    part: tuple[int, int] = (1, 1)
    sources: Mapping[str, Source] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """A plan with all that it names; ``cases`` are those of the setting's part.

    A model's price is None where nobody knows it. ``costing`` says what answers cost in
    production, and is None where nobody is paid for any. ``graders`` are the scorers that ask
    models.
    """

    plan: EvalPlan
    setting: Setting
    variants: Sequence[Variant]
    scorers: Sequence[Scorer]
    dataset: CaseSet
    survey: Survey
    cases: Sequence[Case]
    prices: Mapping[str, Price | None]
    costing: Costing | None
    graders: Graders = field(default_factory=Graders)

    @property
    def decided_by(self) -> frozenset[str]:
        """The metrics that decide; without a gate the first, as it is what reports show first."""
        if self.plan.gate is not None:
            return frozenset(self.plan.gate.margins)
        return frozenset([one.name for one in self.scorers if one.kind.scope != "run"][:1])

    def dollars(self, variant: Variant, case: Case, completion: Completion) -> Decimal | None:
        """Return what an answer costs in production; one that nobody is paid for costs nothing."""
        if self.costing is None or variant.model.startswith(BASELINE):
            return NOTHING
        return self.costing.dollars(variant, case, completion)


def prepare(plan: EvalPlan, setting: Setting) -> Prepared:
    """Return a plan with its prompts, cases, scorers and prices.

    Raises:
        ConfigError: A scorer or a model is not what it should be, or the plan asks for what no run
            does.
        DatasetError: The cases cannot be used.
        UnknownModel: There is a budget, and a model has no known price.
    """
    found = variants(plan, setting.handle)
    for one in found if plan.run.stream else ():
        if not one.free:
            streaming(one.model)  # a vendor whose streams are not read is refused here
    check(plan, found)
    scorers = scorers_of(plan, setting.root)
    declared = {one.id: one.handle.prompt.metadata.inputs for one in found}
    dataset = CaseSet(setting.root, plan, declared, setting.sources)
    survey = dataset.survey()
    cases = shard(list(dataset.cases(survey)), *setting.part)
    prices = prices_of(plan, found, setting.prices)
    judges = graders_of(plan, scorers, setting)
    rules = (setting.rules, setting.prices.day)
    costing = costs(plan, found, cases, prices, rules)
    return Prepared(plan, setting, found, scorers, dataset, survey, cases, prices, costing, judges)


def scorers_of(plan: EvalPlan, root: Path) -> tuple[Scorer, ...]:
    """Return the scorers of a plan.

    Raises:
        ConfigError: One is not what it should be.
    """
    problems: list[Wrong] = []
    written = [{one.kind: dict(one.options)} for one in plan.scorers]
    found = parse_scorers(written, ("scorers",), problems, folder=root / plan.folder)
    if problems:
        raise ConfigError(f"{plan.name}: {'; '.join(map(str, problems))}")
    if lacks := list(missing(found)):
        raise ConfigError(f"{plan.name}: {'; '.join(lacks)}")
    whole = {one.name: one for one in found if one.kind.scope == "run"}
    for metric in plan.gate.margins if plan.gate is not None else ():
        if metric in whole:
            told = "is a figure of the whole run, which no test of single cases can gate"
            raise ConfigError(f"{plan.name}: {metric} {told}")
    for one in whole.values():
        if one.prepared["of"] in whole:
            told = f"{one.prepared['of']!r} is a figure of the whole run, too"
            raise ConfigError(f"{plan.name}: {one.name}: {told}")
    return found


def graders_of(plan: EvalPlan, scorers: Sequence[Scorer], setting: Setting) -> Graders:
    """Return the scorers of a plan that ask models; raises what ``prepare`` does."""

    def price(model: str) -> Price | None:
        return FREE if model.startswith(BASELINE) else setting.prices.find(asked(model))

    return graders(plan, scorers, setting.handle, setting.root / plan.folder, price)


def prices_of(plan: EvalPlan, found: Sequence[Variant], prices: Prices) -> dict[str, Price | None]:
    """Return what models cost, None where nobody knows.

    Raises:
        UnknownModel: There is a budget, and a model has no known price.
    """
    known = {
        one.model: FREE if one.model.startswith(BASELINE) else prices.find(asked(one.model))
        for one in found
    }
    unknown = [model for model, price in known.items() if price is None]
    if unknown and plan.budget.usd is not None:
        told = prices.why_unknown(asked(unknown[0]))
        raise UnknownModel(f"{plan.name}: a budget needs prices: {told}")
    return known
