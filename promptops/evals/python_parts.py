"""What an eval in Python says beside its scorers: its cases, and what a candidate must show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields
from decimal import Decimal
from os import PathLike
from pathlib import PurePath
from typing import Any, Literal

Place = str | PathLike[str]
Rows = Iterable[Mapping[str, Any]] | Callable[[], Iterable[Mapping[str, Any]]]
Number = float | str | Decimal


@dataclass(frozen=True, slots=True)
class Dataset:
    """Cases: a path as in an eval file, or mappings, or a function that yields mappings anew.

    The other fields name columns; ``inputs`` gives a prompt's input the column that it is read
    from. ``train`` are cases that baselines learn from.
    """

    source: Place | Rows
    _: KW_ONLY
    id: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    expected: str | None = None
    cluster: str | None = None
    slice: Sequence[str] = ()
    train: Place | Rows | None = None

    def __post_init__(self) -> None:
        # Cases are read twice, which an iterator would not survive.
        object.__setattr__(self, "source", _kept(self.source))
        object.__setattr__(self, "train", _kept(self.train))


@dataclass(frozen=True, slots=True)
class Gate:
    """What a candidate must show, by a metric: a scorer's name or ``total``.

    The margin is on the metric's scale: 0.02 of a rate is 2 points. ``max_cost_ratio`` is what it
    may cost of what the incumbent does; ``failure_cost`` the dollars that a wrong answer costs;
    ``also`` gives further metrics that must hold their margins.
    """

    metric: str
    _: KW_ONLY
    margin: Number = "0.02"
    confidence: Number = "0.95"
    test: Literal["non_inferiority", "superiority", "equivalence"] = "non_inferiority"
    looks: int = 1
    stop: Literal["e-process"] | None = None
    max_cost_ratio: Number | None = None
    max_errors: Number = "0.01"
    inconclusive: Literal["exit", "pass", "fail"] = "exit"
    any: bool = False
    failure_cost: Number | None = None
    also: Mapping[str, Number] = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """Return the keys of an eval file's gate."""
        keys = {one.name: getattr(self, one.name) for one in fields(self)}
        ratio = keys.pop("max_cost_ratio")
        if ratio is not None:
            keys["cost"] = {"max_ratio": number(ratio)}
        for name in ("margin", "confidence", "max_errors", "failure_cost"):
            keys[name] = number(keys[name])
        keys["also"] = {metric: number(margin) for metric, margin in self.also.items()}
        return {key: value for key, value in keys.items() if value is not None}


def number(value: Any) -> Any:
    """Return a number as it is written; what is none is left to who checks it."""
    try:
        exact = Decimal(value) if isinstance(value, str) else value
    except ArithmeticError:
        return value
    return Decimal(str(exact)) if isinstance(exact, float) else exact


def exact(value: Any) -> Any:
    """Return data as an eval file gives it: lists, mappings, and numbers as they are written."""
    if isinstance(value, Mapping):
        return {key: exact(one) for key, one in value.items()}
    if isinstance(value, str | bytes) or not isinstance(value, Sequence | set | frozenset):
        return Decimal(str(value)) if isinstance(value, float) else value
    return [exact(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]


def _kept(source: Any) -> Any:
    if isinstance(source, PathLike):
        return PurePath(source).as_posix()
    if source is None or isinstance(source, str | Sequence) or callable(source):
        return source
    return tuple(source)
