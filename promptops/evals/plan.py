"""What an eval is to do: one frozen value, made by an eval file or in Python."""

from __future__ import annotations

import json
from collections.abc import Mapping  # noqa: TC003 - readers of JSON look at the types
from dataclasses import field, fields, is_dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final, Literal

from promptops.model.values import dataclass

TestKind = Literal["non_inferiority", "superiority", "equivalence"]
Inconclusive = Literal["exit", "pass", "fail"]
ASSUMED: Final = 32_000  # tokens of an answer that nothing limits
PLACEMENTS: Final = ("none", "as-shipped", "automatic", "best-5m", "best")


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where cases are, and which columns mean what.

    ``path`` is below the eval file's folder, or ``hf:owner/name@revision#split``, or
    ``file.py:function``. ``inputs`` gives a prompt's input its column where that has another name.
    """

    path: str
    id: str | None = None  # without: a hash of the case
    inputs: Mapping[str, str] = field(default_factory=dict)
    expected: str | None = None
    cluster: str | None = None
    slice: tuple[str, ...] = ()
    train: str | None = None


@dataclass(frozen=True, slots=True)
class ScorerSpec:
    """A scorer by its name, with its options as they are written."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What reports call it."""
        return str(self.options.get("name", self.kind))


@dataclass(frozen=True, slots=True)
class CostGate:
    """How much a candidate may cost of what the incumbent does."""

    max_ratio: Decimal


@dataclass(frozen=True, slots=True)
class Gate:
    """What a candidate must show; the margin is on the metric's scale."""

    metric: str
    margin: Decimal = Decimal("0.02")
    confidence: Decimal = Decimal("0.95")
    test: TestKind = "non_inferiority"
    looks: int = 1
    stop: Literal["e-process"] | None = None
    cost: CostGate | None = None
    max_errors: Decimal = Decimal("0.01")
    inconclusive: Inconclusive = "exit"
    any: bool = False  # one candidate that passes is enough
    failure_cost: Decimal | None = None  # dollars that a wrong answer costs
    also: Mapping[str, Decimal] = field(default_factory=dict)  # metrics that must hold, too

    @property
    def margins(self) -> dict[str, Decimal]:
        """The margins of all metrics that must hold, by metric, the first first."""
        return {self.metric: self.margin, **self.also}


@dataclass(frozen=True, slots=True)
class BudgetSpec:
    """Dollars that a run may spend at most; what judges may is inside it."""

    usd: Decimal | None = None
    judge_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RunSpec:
    """How a run goes about it; seconds."""

    concurrency: int = 20
    seed: int = 7
    timeout: Decimal = Decimal(120)
    max_age: int | None = 30 * 86_400  # of a stored answer of a model whose name may move
    warm_up: bool = True
    retry_invalid: int = 0
    stream: bool = False
    store: Literal["answers", "hashes"] = "answers"
    provider_options: Mapping[str, Any] = field(default_factory=dict)
    cassette: str | None = None  # what `replay:` answers from, below the eval file's folder
    assume_output: int = ASSUMED  # tokens of an answer at most, where the prompt sets no limit


@dataclass(frozen=True, slots=True)
class EvalPlan:
    """An eval. The first version on the first model is the incumbent, all others candidates."""

    name: str
    prompt: str
    dataset: Dataset
    scorers: tuple[ScorerSpec, ...]
    versions: tuple[str, ...] = ("work",)
    models: tuple[str, ...] = ()  # none: the prompt's own
    baselines: tuple[str, ...] = ()
    placements: tuple[str, ...] = PLACEMENTS
    repeats: int = 1
    gate: Gate | None = None
    budget: BudgetSpec = field(default_factory=BudgetSpec)
    traffic: Mapping[str, Any] = field(default_factory=dict)  # empty: the prompt's own
    run: RunSpec = field(default_factory=RunSpec)
    folder: str = ""  # of the eval file, below the project's root

    @property
    def sha256(self) -> str:
        """A hash of all that decides which answers are asked for and how they are judged."""
        return sha256(self.canonical().encode()).hexdigest()

    def canonical(self) -> str:
        """Return the plan as the one JSON text of its kind."""
        return json.dumps(_plain(self), sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value
