"""Days that depart from the days before them, version by version.

A day of a version on a model is held against its own former days, weekdays against weekdays and
weekends against weekends, as ``audit.departing`` says. All chances of an answer are adjusted for
one another (Holm), so that of twenty answers to which nothing happened at most one lists a day.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ibis import _

from promptops.audit.departing import FORMER, LEAST, WINDOW, Seen, departs, share_departs
from promptops.audit.question import Answer, Column, Question
from promptops.audit.series import FIGURES, Day
from promptops.audit.spending import folded, rates
from promptops.model.days import day_of
from promptops.statistics.families import holm
from promptops.warehouse.tables import PAID, SUMMED, summed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse

_TOLD: Final = "What days depart from the days before them: cost, length, caching, retries, calls."
_LEVEL: Final = 0.05
_BY: Final = ("prompt", "version", "model", "day")
_SHARES: Final = ("cache_hits", "retries")
_MORE: Final = {
    "reading": (_.cache_read_tokens > 0).ifelse(1, 0).sum(),
    "later": (_.attempt > 1).ifelse(1, 0).sum(),
    "input_squares": (_.input_tokens.cast("float64") * _.input_tokens).sum(),
    "output_squares": (_.output_tokens.cast("float64") * _.output_tokens).sum(),
}

Line = tuple[Any, ...]  # prompt, version, model
Lines = dict[Line, dict[int, Day]]


class Departure(NamedTuple):
    """A figure of a day, the middle of the days before, and the chance of what lies between."""

    line: Line
    day: int
    figure: str
    value: float
    usual: float
    chance: float


def looked(lines: Lines) -> Iterator[Departure]:
    """Yield every figure of every day that has enough former days.

    Days without a call count between the first and the last day that have some; how many calls the
    newest day of all has is not asked, since it may not have ended.
    """
    last = max((day for days in lines.values() for day in days), default=0)
    for line, days in sorted(lines.items(), key=str):
        for figure in FIGURES:
            seen = {day: one for day in days if (one := days[day].seen(figure)) is not None}
            if figure == "calls":
                seen = {day: seen.get(day, Seen(0)) for day in range(min(days), max(days) + 1)}
                seen.pop(last, None)
            for day, one in sorted(seen.items()):
                former = _former(seen, day)
                usual = median(other.value for other in former) if former else 0
                if not former or (figure == "calls" and max(one.value, usual) < LEAST):
                    continue
                chance = (share_departs if figure in _SHARES else departs)(one, former)
                yield Departure(line, day, figure, one.value, usual, chance)


def _former(seen: Mapping[int, Seen], day: int) -> Sequence[Seen]:
    """Return the days of its kind before a day; none where they are too few."""
    alike = [one for one in sorted(seen) if one < day and _weekend(one) == _weekend(day)]
    return [seen[one] for one in alike[-WINDOW:]] if len(alike) >= FORMER else []


def _weekend(day: int) -> bool:
    return day_of(day).isoweekday() > 5  # noqa: PLR2004 - Saturday and Sunday, in UTC


def _lines(house: Warehouse, window: Window) -> Lines:
    """Return what the calls of each version on a model were, on each of their days."""
    rows = [tuple(row) for row in house.rows(summed(_BY, window.calls(), _MORE))]
    plain = len(_BY) + len(PAID) + len(SUMMED)
    more: dict[Line, list[float]] = {}
    for row in rows:
        of = more.setdefault(row[: len(_BY)], [0.0] * len(_MORE))
        of[:] = [old + float(new or 0) for old, new in zip(of, row[plain:], strict=True)]
    found: Lines = {}
    spent = folded([row[:plain] for row in rows], len(_BY), rates(house))
    for key, one in spent.items():
        reading, later, *squares = more[key]
        found.setdefault(key[:-1], {})[int(key[-1])] = Day(one, int(reading), int(later), *squares)
    return found


def _began(lines: Lines) -> dict[tuple[Any, int], str]:
    """Return the versions of a prompt that began on a day, after others had."""
    first: dict[Any, dict[str, int]] = {}
    for (prompt, version, _model), days in lines.items():
        of = first.setdefault(prompt, {})
        of[str(version)] = min(*days, of.get(str(version), min(days)))
    found: dict[tuple[Any, int], list[str]] = {}
    for prompt, versions in first.items():
        for version, day in sorted(versions.items()):
            if prompt is not None and day > min(versions.values()):
                found.setdefault((prompt, day), []).append(version)
    return {key: ", ".join(versions) for key, versions in found.items()}


def listed(every: Sequence[Departure]) -> list[tuple[Departure, float]]:
    """Return those of all figures that depart, each with its chance adjusted for all."""
    adjusted = holm([one.chance for one in every])
    return [pair for pair in zip(every, adjusted, strict=True) if pair[1] <= _LEVEL]


def _ask(house: Warehouse, window: Window) -> Answer:
    lines = _lines(house, window)
    every, began = list(looked(lines)), _began(lines)
    rows = [
        (day_of(one.day), *one.line, one.figure, one.value, one.usual,
         one.value / one.usual - 1 if one.usual else None, float(f"{chance:.3g}"),
         began.get((one.line[0], one.day)))
        for one, chance in listed(every)
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row[0].toordinal(), row[-2], str(row)))
    columns = (
        Column("day", "day", "day"), Column("prompt", "text", "prompt"),
        Column("version", "text", "version"), Column("model", "text", "model"),
        Column("figure", "text", "figure"), Column("value", "number", "value"),
        Column("usual", "number", "usual"), Column("change", "share", "change"),
        Column("chance", "number", "chance"), Column("began", "text", "began"),
    )  # fmt: skip
    return Answer("anomalies", _TOLD, columns, tuple(rows), (_note(len(every)),) if lines else ())


def _note(number: int) -> str:
    if not number:
        return (
            f"no version has {FORMER} former weekdays or weekend days to hold a day against, each "
            f"with {LEAST} calls"
        )
    return (
        f"{number:,} figures of days were held against the median of up to {WINDOW} former days; "
        "where nothing happened, the chance that any of them is listed is at most 5 %"
    )


QUESTIONS: Final = (Question("anomalies", _TOLD, _ask),)
