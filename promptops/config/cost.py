"""``[tool.promptops.cost]``: the usage file, and what a change may cost."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from promptops import shape
from promptops.model.values import dataclass
from promptops.shape import Wrong

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

MODES: Final = ("fail", "warn")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a prompt's cost may come to or grow by; None is no limit. Dollars, percent, tokens."""

    max_monthly_increase: Decimal | None = None
    max_monthly_increase_pct: Decimal | None = None
    max_per_call: Decimal | None = None
    max_monthly: Decimal | None = None
    max_input_tokens: int | None = None
    forbid_cache_break: bool | None = None


@dataclass(frozen=True, slots=True)
class Small:
    """What an increase must exceed before a limit on increases looks at it."""

    usd: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Policy(Limits):
    """The limits of a project; those in ``prompts``, by a glob of names, come first."""

    ignore_below: Small = field(default_factory=Small)
    max_price_age_days: int | None = None
    mode: str = "fail"
    waiver_label: str | None = None  # of a pull request
    waiver_trailer: bool = False  # whether ``Cost-Waiver: reason`` in a commit counts
    prompts: Mapping[str, Limits] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CostSettings:
    """How costs are worked out and judged."""

    usage: str = "usage.yml"  # a path below the root
    policy: Policy | None = None


def _amount(value: Any, path: shape.Path, problems: list[Wrong]) -> Any:
    found = shape.decimal(value, path, problems)
    if found is not None and found < 0:
        problems.append(Wrong(path, "must not be negative"))
    return found


def _label(value: Any, path: shape.Path, problems: list[Wrong]) -> Any:
    found = shape.string(value, path, problems)
    if found is not None and not found.strip():
        problems.append(Wrong(path, "needs a name, such as cost-approved"))
    return found and found.strip()


_LIMITS: Final[dict[str, shape.Shape]] = {
    "max_monthly_increase": _amount,
    "max_monthly_increase_pct": _amount,
    "max_per_call": _amount,
    "max_monthly": _amount,
    "max_input_tokens": shape.integer(0),
    "forbid_cache_break": shape.boolean,
}
_POLICY: Final = shape.record(
    Policy,
    {
        **_LIMITS,
        "ignore_below": shape.record(Small, {"usd": _amount, "percent": _amount}),
        "max_price_age_days": shape.integer(0),
        "mode": shape.choice(*MODES),
        "waiver_label": _label,
        "waiver_trailer": shape.boolean,
        "prompts": shape.mapping_of(shape.record(Limits, _LIMITS)),
    },
)
COST: Final = shape.record(CostSettings, {"usage": shape.string, "policy": _POLICY})
