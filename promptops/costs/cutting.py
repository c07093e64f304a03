"""Prompts -> the stretches that their vendor's cache tells apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from promptops.costs.stretches import USUAL, Stretch, Stretches
from promptops.errors import NotEstimable
from promptops.model.values import dataclass
from promptops.placement.declared import Changes
from promptops.placement.draft import draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from promptops.caching.hits import Prefix
    from promptops.placement.draft import Cut, Draft
    from promptops.templates.prompt import Prompt


class _Run(NamedTuple):
    cut: Cut
    line: int | None
    restless: tuple[str, ...]
    changes: Prefix
    ttl: str | None
    mark_line: int | None


@dataclass(frozen=True)
class Cutting:
    """A prompt's runs of stretches, before their texts are counted."""

    draft: Draft
    runs: tuple[_Run, ...]
    assumed: tuple[str, ...]

    @property
    def texts(self) -> Iterable[str]:
        """All texts whose tokens are needed."""
        return (*self.draft.attached, *(text for run in self.runs for text in run.cut.texts))

    def counted(self, tokens: Mapping[str, int]) -> Stretches:
        """Return the stretches with the tokens of their texts."""
        attached = sum(tokens[text] for text in self.draft.attached)
        parts = tuple(
            Stretch(
                attached + sum(tokens[text] for text in run.cut.texts),
                run.changes,
                run.line,
                run.restless,
                run.ttl,
                run.mark_line,
            )
            for run in self.runs
        )
        return Stretches(parts, self.draft.bare.prompt.metadata.cache, attached, self.assumed)


def cut(
    prompt: Prompt, read: Callable[[str], bytes | None], values: Mapping[str, Any]
) -> Cutting | None:
    """Return a prompt's runs; None where it cannot be cut."""
    try:
        found = draft(prompt, read, values)
    except NotEstimable:
        return None
    changes = Changes(prompt.metadata.inputs)
    marks = {mark.place: mark.cache.ttl or USUAL for mark in found.bare.marks}
    runs: list[_Run] = []
    line: int | None = found.bare.line(0)
    for one in found.cuts:
        place = one.place
        restless = tuple(changes.restless(one.names))
        ttl = marks.get(place) if place else None
        here = found.bare.line(place.offset) if place and not place.inline else None
        run = _Run(one, line, restless, changes.add(one.names), ttl, here if ttl else None)
        before = runs[-1] if runs else None
        if before and before.ttl is None and bool(before.restless) == bool(restless):
            runs[-1] = run._replace(line=before.line, restless=(*before.restless, *restless))
        elif not before or one.texts != before.cut.texts or ttl:
            runs.append(run)
        line = here + 1 if here and ttl else here
    return Cutting(found, tuple(runs), tuple(changes.why))
