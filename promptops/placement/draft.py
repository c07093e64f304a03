"""A prompt cut at the places where a mark may stand, rendered once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from promptops.errors import NotEstimable, RenderError
from promptops.model.prompt import CacheMark
from promptops.model.values import dataclass
from promptops.templates import marking
from promptops.templates.stretches import stretches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promptops.model.prompt import Message
    from promptops.templates.marking import Bare, Place
    from promptops.templates.prompt import Prompt

MADE_UP = "values are made up, as no cost.sample fills the inputs"


class Cut(NamedTuple):
    """A place for a mark, the texts in front of it, and the names that the last stretch reads.

    ``texts`` is whole messages and then the part of one; a count of each gives the prefix.
    """

    place: Place | None  # None: the end of the prompt
    texts: tuple[str, ...]
    names: frozenset[str]


@dataclass(frozen=True)
class Draft:
    """A prompt's cuts in order, the last being its end; ``attached`` stands before all of them."""

    bare: Bare
    attached: tuple[str, ...]  # tools and the schema, as minified JSON
    cuts: tuple[Cut, ...]
    values: str  # where the values are from
    sample: Mapping[str, Any]

    @property
    def text(self) -> str:
        """All that is sent."""
        return "\n".join((*self.attached, *self.cuts[-1].texts))


def draft(
    prompt: Prompt, read: Callable[[str], bytes | None], sample: Mapping[str, Any] | None
) -> Draft:
    """Return a prompt's cuts.

    Args:
        prompt: As it stands.
        read: Returns the tools' and the schema's files.
        sample: Values of its inputs; without them values are made up.

    Raises:
        NotEstimable: It does not parse, or no values render it.
    """
    if prompt.broken or not prompt.template.parses or prompt.template.kind != "prompt":
        told = next((one.problem.message for one in prompt.problems), "it is no template")
        raise NotEstimable(f"{prompt.path}: {told}; run promptops lint")
    bare = marking.bare(prompt)
    places = marking.places(bare)
    marks = {place: CacheMark(name=f"p{at}") for at, place in enumerate(places)}
    marked = bare.marked(marks)
    values = _made_up(prompt) if sample is None else dict(sample)
    try:
        messages = marked.render(values)
        plain = prompt.render(values)
    except RenderError as error:
        raise NotEstimable(f"{error}; declare cost.sample") from error
    if [one.text for one in messages] != [one.text for one in plain]:
        raise NotEstimable(f"{prompt.path}: marks would change its text; run promptops lint")
    ends = _ends(messages)
    read_names = stretches(marked)
    whole = tuple(message.text for message in messages)
    cuts: list[Cut] = []
    texts: tuple[str, ...] = ()
    for at, place in enumerate(places):
        texts = ends.get(f"p{at}", texts)
        cuts.append(Cut(place, texts, read_names[at]))
    if not cuts or cuts[-1].texts != whole or read_names[-1]:
        cuts.append(Cut(None, whole, read_names[-1]))
    return Draft(
        bare,
        tuple(_attached(prompt, read)),
        tuple(cuts),
        MADE_UP if sample is None else f"values of {prompt.metadata.cost.sample}",
        values,
    )


def _made_up(prompt: Prompt) -> dict[str, Any]:
    from promptops.templates import synthetic

    return synthetic.values(prompt.metadata.inputs or {})


def _ends(messages: Sequence[Message]) -> dict[str, tuple[str, ...]]:
    """Return the texts in front of each mark by its name."""
    found: dict[str, tuple[str, ...]] = {}
    whole: tuple[str, ...] = ()
    for message in messages:
        text = ""
        for part in message.parts:
            text += part.text
            if part.cache is not None and part.cache.name:
                found[part.cache.name] = (*whole, text)
        whole = (*whole, message.text)
    return found


def _attached(prompt: Prompt, read: Callable[[str], bytes | None]) -> list[str]:
    declared = prompt.metadata
    schema = declared.output.schema if declared.output else None
    texts = []
    for name in (*declared.tools, *([schema] if schema else [])):
        data = read(name)
        if data is None:
            raise NotEstimable(f"{prompt.path}: there is no file {name}")
        try:
            texts.append(json.dumps(json.loads(data), ensure_ascii=False, separators=(",", ":")))
        except (ValueError, RecursionError) as error:
            raise NotEstimable(f"{name} is no JSON") from error
    return texts
