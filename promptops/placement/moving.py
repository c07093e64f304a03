"""A head file with its cache tags at the best placement, and nothing else changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.errors import NotEstimable, UsageError
from promptops.model.prompt import CacheMark
from promptops.model.text import Source
from promptops.placement.layout import TOOLS
from promptops.templates.markers import Boundary
from promptops.templates.marking import written
from promptops.templates.prompt import FrontMatter, Prompt
from promptops.templates.template import Template

if TYPE_CHECKING:
    from promptops.placement.table import Table
    from promptops.templates.marking import Place


def moved(found: Table) -> str:
    """Return the text of the head file with the marks of the best placement.

    It is rendered before it is returned: every message says what it said, every variant is the
    same, and the marks are those that were planned.

    Raises:
        NotEstimable: The placement needs a mark that is no tag of the template.
        UsageError: The file would not be what was planned; it is left alone.
    """
    draft = found.layout.draft
    bare, prompt = draft.bare, draft.bare.prompt
    declared = dict(prompt.metadata.cache)
    wanted: dict[Place, CacheMark] = {}
    for at, ttl in found.arm("best").plan:
        stop = found.layout.stops[at]
        if stop.place is None and declared.pop("tools", None) == ttl:
            continue
        if stop.place is None:
            key = "tools" if stop.label == TOOLS else "automatic"
            raise NotEstimable(
                f"{prompt.path}: the best placement is no tag: cache: {{{key}: {ttl}}}"
            )
        named = stop.shipped.name if stop.shipped else None
        wanted[stop.place] = CacheMark(ttl if ttl in ("5m", "1h") else None, named)
    if declared:
        told = f"cache: {', '.join(declared)} of its front matter is not in the best placement"
        raise NotEstimable(f"{prompt.path}: {told}: take it out by hand")
    text = _edited(found, wanted)
    made = _read(prompt, text)
    marks = [one.payload for one, _ in made.template.markers() if isinstance(one, Boundary)]
    same = not made.broken and marks == [wanted[place] for place in sorted(wanted)]
    same = same and _variants(made) == _variants(prompt)
    values = dict(draft.sample)
    if not same or [m.text for m in made.render(values)] != [m.text for m in prompt.render(values)]:
        raise UsageError(f"{prompt.path}: its text would change with the marks; it is left alone")
    assert bare.prompt is prompt  # noqa: S101 - one prompt is moved
    return text


def _edited(found: Table, wanted: dict[Place, CacheMark]) -> str:
    bare = found.layout.draft.bare
    text, body = bare.prompt.source.text, bare.prompt.template.body
    end = "\r\n" if "\r\n" in text else "\n"
    edits = [(*body.span(*mark.taken), "") for mark in bare.marks]
    for place, mark in wanted.items():
        at = bare.stored(place.offset)
        edits.append((at, at, written(mark) + ("" if place.inline else end)))
    for start, stop, new in sorted(edits, key=lambda edit: (edit[0], edit[1]), reverse=True):
        text = text[:start] + new + text[stop:]
    return text


def _read(prompt: Prompt, text: str) -> Prompt:
    old = prompt.template
    start = old.body.start
    template = Template(Source(prompt.path, text), start, old.settings, old.kind, old.dialect)
    matter = FrontMatter(prompt.metadata, prompt.ours, {}, ())
    return Prompt(prompt.name, template, matter, prompt.parts)


def _variants(prompt: Prompt) -> list[str]:
    return ["".join(leaf.text for leaf in one.leaves) for one in prompt.variants]
