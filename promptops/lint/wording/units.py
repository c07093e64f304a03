"""The bullets and paragraphs of a prompt that may hold instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.lint.wording.zones import spots

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.lint.wording.headings import Section
    from promptops.lint.wording.zones import Spot

_LONGEST = 250_000  # characters of a paragraph that are read; no prompt has such a one


class Unit(NamedTuple):
    """A bullet or a paragraph outside the zones.

    ``rule`` marks a bullet of a list of rules, ``tagged`` text in a tag of unknown kind, ``intro``
    a text that ends in a colon and has bullets below it.
    """

    start: int
    end: int
    bullet: bool
    section: Section
    rule: bool
    tagged: bool
    intro: bool


def units(text: str) -> Iterator[Unit]:
    """Yield the bullets and paragraphs of a text outside the zones of data, and between values."""
    group: list[Spot] = []
    above: int | None = None  # the indent of the list item above, while its list goes on
    for spot in spots(text):
        value = spot.kind == "prose" and _value(text, spot)
        if group and (spot.kind != "prose" or spot.line.mark or value):
            yield _unit(text, group, above, spot)
            above = _level(group, above)
            group = []
        if spot.kind == "prose" and not value:
            group.append(spot)
        elif spot.kind == "heading":
            above = None
    if group:
        yield _unit(text, group, above, None)


def _value(text: str, spot: Spot) -> bool:
    """Return whether a line holds values only: what they say is not known, and ends a sentence."""
    start, end = spot.line.start, spot.line.end
    return text[start] == "\ufffc" and not text[start:end].replace("\ufffc", "").strip()


def _level(group: Sequence[Spot], above: int | None) -> int | None:
    line = group[0].line
    if not line.mark:
        return None
    return line.indent if above is None else min(above, line.indent)


def _unit(text: str, group: Sequence[Spot], above: int | None, below: Spot | None) -> Unit:
    first, last = group[0], group[-1].line
    bullet = bool(first.line.mark)
    nested = bullet and above is not None and first.line.indent > above
    return Unit(
        start=first.line.start,
        end=min(last.end, first.line.start + _LONGEST),
        bullet=bullet,
        section=first.section,
        rule=bullet and first.section == "rules" and not nested,
        tagged=first.tagged,
        intro=text[last.end - 1] in ":：" and below is not None and bool(below.line.mark),
    )
