"""An eval over the values of one setting: its versions are made, and the first is as it is now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.errors import ConfigError, UsageError
from promptops.evals.plan import Gate
from promptops.evals.requests import asked
from promptops.evals.tuning import knob
from promptops.statistics.rates import quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promptops.evals.plan import EvalPlan
    from promptops.model.money import Usage

_LEAST: Final = 20  # answers below which no quantile is told
_MOST: Final = 20  # values of a sweep
_PERCENT: Final = 100


def swept(
    plan: EvalPlan,
    setting: str,
    version: str | None,
    own: Callable[[str], str | None],
    used: Callable[[str, str], Sequence[Usage]],
) -> EvalPlan:
    """Return the plan of a sweep, which asks whether each value is no worse than what is now.

    Args:
        plan: Of the eval file. Its gate is asked, or without one whether the first metric is no
            worse; one value that passes is enough.
        setting: ``KEY=VALUE,VALUE…``; of max_tokens a value may be p95 and the like, of the lengths
            that answers had.
        version: What is swept; without, the plan's first.
        own: The model that a version names itself.
        used: What answers of a version of a model used, in earlier runs.

    Raises:
        UsageError: The setting is none.
        ConfigError: Too few answers are known, or the version names no model.
    """
    key, values = _values(setting)
    base = version or plan.versions[0]
    model = (plan.models or (own(base),))[0]
    if model is None:
        raise ConfigError(f"{plan.name}: {base} names no model: give `models`")
    versions: tuple[str, ...] = (base,)
    models: tuple[str, ...] = (model,)
    if key == "model":
        models = (model, *(one for one in values if one != model))
    else:
        if key == "max_tokens":
            values = _numbers(values, base, model, used)
        versions = (base, *dict.fromkeys(f"{base} {key}={value}" for value in values))
    gate = plan.gate or Gate(_metric(plan))
    return replace(
        plan,
        name=f"{plan.name} {key}",
        versions=versions,
        models=models,
        baselines=(),
        gate=replace(gate, any=True),
    )


def _values(setting: str) -> tuple[str, tuple[str, ...]]:
    key, listed = knob(setting)
    values = tuple(dict.fromkeys(one.strip() for one in listed.split(",") if one.strip()))
    if not values or any(" " in one for one in values):
        raise UsageError(f"{setting!r}: write KEY=VALUE,VALUE…, such as max_tokens=64,128")
    if len(values) > _MOST:
        raise UsageError(f"{key}: {len(values)} values; at most {_MOST} at once")
    return key, values


def _metric(plan: EvalPlan) -> str:
    for one in plan.scorers:
        if one.options.get("weight", 1):
            return one.name
    raise ConfigError(f"{plan.name}: no scorer has a weight: a sweep needs a metric to hold")


def _numbers(
    values: tuple[str, ...], version: str, model: str,
    used: Callable[[str, str], Sequence[Usage]],
) -> tuple[str, ...]:  # fmt: skip
    """Return limits as numbers; those that name quantiles are of the lengths of answers."""
    if not any(one.startswith("p") for one in values):
        return values
    lengths = sorted(one.output_tokens for one in used(asked(model), version))
    if len(lengths) < _LEAST:
        told = f"{len(lengths)} answers of {version} on {model} are in the ledger"
        raise ConfigError(f"{told}: run the eval first, or write numbers in place of p95")
    return tuple(_number(one, lengths) for one in values)


def _number(value: str, lengths: Sequence[int]) -> str:
    share = value.removeprefix("p")
    if share == value:
        return value
    if not share.isdecimal() or not 0 < int(share) <= _PERCENT:
        raise UsageError(f"max_tokens={value}: write a number, or p50, p95, p99")
    return str(int(quantile(lengths, int(share) / _PERCENT)))
