"""What a usage file may say: plain data -> uses, calibrations, and every problem with its path."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, get_args

from promptops import shape
from promptops.model.cost import Amount
from promptops.model.usage import PLAUSIBLE, Agent, CacheUse, Calibration, Checked, Retries, Use
from promptops.shape import Path, Wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

VERSION: Final = 1
LEAST_CALLS: Final = 30  # of a calibration; fewer say too little
GAPS: Final = {"5m": 300, "30m": 1_800, "1h": 3_600, "12h": 43_200}  # seconds of lifetimes
_HASH: Final = re.compile(r"sha256:[0-9a-f]{8,64}\Z")
_TOO_MUCH: Final = Decimal(10) ** 15


def _number(
    fits: Callable[[Decimal], bool] = lambda found: found >= 0, says: str = "must not be negative"
) -> shape.Shape:
    """Accept a number that fits; a text such as 120k or 99% is told how to be written."""

    def check(value: Any, path: Path, problems: list[Wrong]) -> Decimal | None:
        if isinstance(value, str):
            hint = _instead(value)
            problems.append(Wrong(path, f"expected a number, got {value[:40]!r}{hint}"))
            return None
        found = shape.decimal(value, path, problems)
        if found is not None and found >= _TOO_MUCH:
            problems.append(Wrong(path, f"too large a number, got {found}"))
        elif found is not None and not fits(found):
            problems.append(Wrong(path, f"{says}, got {found}"))
        return found

    return check


def _instead(text: str) -> str:
    if text.endswith("%"):
        return ": write a share from 0 to 1, such as 0.99"
    if text[-1:] in {"k", "M"} or text.endswith("/mo"):
        return ": write it in full, such as 120_000"
    return ""


_SHARE: Final = _number(lambda found: 0 <= found <= 1, "must be a share from 0 to 1")
_CHANCE: Final = _number(lambda found: 0 <= found < 1, "must be a chance from 0 to below 1")
_POSITIVE: Final = _number(lambda found: found > 0, "must be above 0")
_RANGE: Final = shape.record(dict, dict.fromkeys(("low", "expected", "high"), _number()))
_QUANTILES: Final = shape.record(dict, dict.fromkeys(("p50", "p95", "p99"), _number()))


def _amount(value: Any, path: Path, problems: list[Wrong]) -> Amount | None:
    if not isinstance(value, dict):
        found = _number()(value, path, problems)
        return None if found is None else Amount(found)
    quantiles = not value.keys().isdisjoint({"p50", "p95"})
    known = (_QUANTILES if quantiles else _RANGE)(value, path, problems)
    if known is None:
        return None
    middle, top = ("p50", "p95") if quantiles else ("expected", "high")
    if middle not in known:
        problems.append(Wrong(path, f"{middle} is missing"))
        return None
    amount = Amount(known[middle], known.get("low"), known.get(top), known.get("p99"))
    _ordered((amount.low, amount.expected, amount.high, amount.most), path, problems)
    return amount


def _ordered(figures: Iterable[Decimal | None], path: Path, problems: list[Wrong]) -> None:
    told = [one for one in figures if one is not None]
    if told != sorted(told):
        problems.append(Wrong(path, f"must rise: {', '.join(map(str, told))} does not"))


def _day(value: Any, path: Path, problems: list[Wrong]) -> date | None:
    try:
        if type(value) is date or isinstance(value, str):
            return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        pass
    problems.append(Wrong(path, "expected a day, such as 2026-11-20"))
    return None


_CALIBRATION: Final = shape.record(
    Calibration,
    {
        "factor": _number(
            lambda found: PLAUSIBLE[0] <= found <= PLAUSIBLE[1],
            f"must be {PLAUSIBLE[0]} to {PLAUSIBLE[1]}, else something else was sent than counted",
        ),
        "low": _POSITIVE,
        "high": _POSITIVE,
        "calls": shape.integer(LEAST_CALLS),
        "encoded": shape.integer(1),
        "until": _day,
    },
)


def _calibration(value: Any, path: Path, problems: list[Wrong]) -> Calibration | None:
    keys = ("factor", "low", "high", "calls")
    missing = [key for key in keys if key not in value] if isinstance(value, dict) else []
    if missing:
        problems.append(Wrong(path, f"{', '.join(missing)} is missing"))
        return None
    found: Calibration | None = _CALIBRATION(value, path, problems)
    if found is not None:
        _ordered((found.low, found.factor, found.high), path, problems)
    return found


def calibrations(value: Any, path: Path, problems: list[Wrong]) -> Mapping[str, Calibration]:
    """Accept calibrations by model, each of at least 30 calls."""
    found: Mapping[str, Calibration] = shape.mapping_of(_calibration)(value, path, problems)
    for model in found:
        provider, colon, name = model.partition(":")
        if not (provider and colon and name):
            problems.append(Wrong((*path, model), "expected provider:model"))
    return found


def _text(value: Any, path: Path, problems: list[Wrong]) -> str | None:
    found: str | None = shape.string(value, path, problems)
    if found is not None and not _HASH.match(found):
        problems.append(Wrong(path, "expected sha256: and the first digits of a text's hash"))
    return found


def _gap(value: Any, path: Path, problems: list[Wrong]) -> Decimal | None:
    if path[-1] not in GAPS:
        problems.append(Wrong(path, f"expected one of {', '.join(GAPS)}"))
    found: Decimal | None = _SHARE(value, path, problems)
    return found


def version(value: Any, path: Path, problems: list[Wrong]) -> int:
    """Accept the version of the format that is read here."""
    if type(value) is not int or value != VERSION:
        problems.append(
            Wrong(path, f"expected {VERSION}, got {value!r}: a newer promptops reads it")
        )
    return VERSION


USE: Final = shape.record(
    Use,
    {
        "calls_per_month": _amount,
        "output_tokens": _amount,
        "reasoning_tokens": _amount,
        "variables": shape.mapping_of(_amount),
        "cache": shape.record(
            CacheUse,
            {
                "hit_rate": _SHARE,
                "partitions": _number(lambda found: found >= 1, "must be at least 1"),
            },
        ),
        "retries": shape.record(
            Retries,
            {
                "billed_failure": _CHANCE,
                "max": shape.integer(0),
                "repair": shape.boolean,
                "extra": _number(),
                "checked": shape.choice(*get_args(Checked)),
            },
            max="most",
        ),
        "agent": shape.record(Agent, {"steps": shape.integer(1), "growth": _number()}),
        "batch_share": _SHARE,
        "gaps": shape.mapping_of(_gap),
        "calibration": calibrations,
        "text": _text,
        "from": shape.string,
    },
    **{"from": "origin"},
)
