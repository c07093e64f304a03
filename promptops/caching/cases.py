"""Acceptance cases: published and worked examples, replayed against this package.

A file is a JSON object with ``cases``; each has an ``id``, a ``kind`` out of ``KINDS``, its
``input``, what is ``expected`` of it, and the tolerance ``tol``. A number is right within
``tol * max(1, |expected|)``, text and truth must be equal, maps of written tokens and of marks must
have the same keys, and what is not expected may be anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from promptops.caching import case_formulas, case_plans, case_traces
from promptops.errors import PromptopsError, UsageError, nearest
from promptops.model.values import dataclass

Kind = Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]

KINDS: Final[Mapping[str, Kind]] = {
    "breakeven": case_formulas.breakeven,
    "poisson_static": case_plans.poisson_static,
    "poisson_thresholds": case_formulas.poisson_thresholds,
    "trace": case_traces.trace,
    "trace_error": case_traces.trace_error,
    "agent_loop": case_traces.agent_loop,
    "agent_min_turns": case_traces.agent_min_turns,
    "multi_tenant": case_plans.multi_tenant,
    "keepalive": case_formulas.keepalive,
    "min_length": case_formulas.min_length,
    "usage_cost": case_formulas.usage_cost,
    "gemini_explicit": case_formulas.gemini_explicit,
    "length_tier": case_formulas.length_tier,
    "placement": case_plans.placement,
    "ttl_choice": case_plans.ttl_choice,
    "legacy_auto": case_traces.legacy_auto,
    "vllm": case_traces.vllm,
    "eval_bias": case_formulas.eval_bias,
}
_SAME_KEYS: Final = frozenset(("write", "plan"))


@dataclass(frozen=True, slots=True)
class Replayed:
    """A case, what it expects, and what was found of that; ``ok`` is whether they agree."""

    id: str
    kind: str
    expected: Any
    got: Any
    ok: bool


def replay(text: str) -> list[Replayed]:
    """Return the cases of a file's text, replayed in order.

    Raises:
        UsageError: It is no such file, or a case cannot be read.
    """
    try:
        document = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"no JSON: {error}") from error
    cases = document.get("cases") if isinstance(document, dict) else None
    if not isinstance(cases, list) or not cases:
        raise UsageError("there is no list of `cases` in it")
    return [_replayed(case, at) for at, case in enumerate(cases)]


def _replayed(case: Any, at: int) -> Replayed:
    name = str(case.get("id", f"case {at}")) if isinstance(case, dict) else f"case {at}"
    try:
        return _answered(case, name)
    except KeyError as error:
        raise UsageError(f"{name}: {error.args[0]!r} is missing") from error
    except PromptopsError as error:
        raise UsageError(f"{name}: {error}") from error
    except (ArithmeticError, AttributeError, IndexError, TypeError, ValueError) as error:
        raise UsageError(f"{name}: it cannot be read: {error}") from error


def _answered(case: Mapping[str, Any], name: str) -> Replayed:
    kind, expected, tol = str(case["kind"]), case["expected"], float(case.get("tol", 1e-6))
    if kind not in KINDS:
        raise UsageError(f"there is no kind {kind!r}{nearest(kind, KINDS)}")
    if not isinstance(expected, Mapping) or not expected:
        raise UsageError("nothing is expected of it")
    got = KINDS[kind](case["input"], expected)
    if kind == "placement":
        got = _as_asked(got, expected)
        expected = {key: case_plans.tied(got.get(key), one) for key, one in expected.items()}
    return Replayed(name, kind, expected, _asked(got, expected), agrees(got, expected, tol))


def agrees(got: Any, expected: Any, tol: float, *, same_keys: bool = False) -> bool:
    """Return whether what was found is what is expected, within a tolerance."""
    if isinstance(expected, Mapping):
        if not isinstance(got, Mapping) or (same_keys and set(got) != set(expected)):
            return False
        return all(
            key in got and agrees(got[key], one, tol, same_keys=key in _SAME_KEYS)
            for key, one in expected.items()
        )
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return False
        return all(agrees(*pair, tol) for pair in zip(got, expected, strict=True))
    if _is_number(expected) and _is_number(got):
        return abs(float(got) - float(expected)) <= tol * max(1.0, abs(float(expected)))
    return type(got) is type(expected) and bool(got == expected)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _as_asked(got: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return placements in the shape they are asked in: of one rate alone, or as bare costs."""
    found = dict(got)
    for key, one in expected.items():
        if isinstance(found.get(key), list) and not isinstance(one, list):
            found[key] = found[key][0]
        elif isinstance(one, list) and one and all(map(_is_number, one)):
            found[key] = [x["tokens_eq"] if isinstance(x, dict) else x for x in found[key]]
    return found


def _asked(got: Any, expected: Any) -> Any:
    """Return what was found of what is expected."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping) and expected:
        return {
            key: got[key] if key in _SAME_KEYS else _asked(got[key], one)
            for key, one in expected.items()
            if key in got
        }
    if isinstance(expected, list) and isinstance(got, list) and len(got) == len(expected):
        return [_asked(*pair) for pair in zip(got, expected, strict=True)]
    return got
