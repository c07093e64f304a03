"""A version cut once where cache marks may stand, and each case's text at the same places."""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.errors import NotEstimable, RenderError
from promptops.model.prompt import CacheMark
from promptops.model.values import dataclass
from promptops.placement.declared import Changes
from promptops.placement.draft import draft
from promptops.placement.layout import END, TOOLS, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from promptops.model.prompt import Message
    from promptops.placement.draft import Draft
    from promptops.registry.handle import PromptHandle
    from promptops.templates.prompt import Prompt

Texts = tuple[str, ...]
DIFFERS: Final = "its text would not be the same with cache marks elsewhere"
_NO_SAMPLE: Final = "; declare cost.sample"  # a case has values of its own
_NO_CONTENTS: Final[Mapping[int, str]] = {}
_SIZE: Final = 12  # bytes of a digest


class Cut(NamedTuple):
    """A case's texts in front of each stop, and digests of those that are marked as shipped."""

    texts: tuple[Texts, ...]
    contents: Mapping[int, str]


@dataclass(frozen=True)
class Cuts:
    """A version's stops; their tokens are each case's own, so that here they are 0.

    Of inputs a stop names those that do not stay the same and are new right in front of it.
    The first is behind the tools where there are any, the last is the prompt's end.
    """

    draft: Draft
    stops: tuple[Stop, ...]
    marked: Prompt
    assumed: tuple[str, ...]

    @property
    def marks(self) -> bool:
        """Whether the version asks for any mark."""
        declared = self.draft.bare.prompt.metadata.cache
        return bool(declared) or any(one.shipped is not None for one in self.stops)

    def of(self, inputs: Mapping[str, Any]) -> Cut:
        """Return a case's texts.

        Raises:
            NotEstimable: Marks would change a byte of them, or they cannot be rendered.
        """
        try:
            plain = self.draft.bare.prompt.render(dict(inputs))
            messages = self.marked.render(dict(inputs))
        except RenderError as error:
            raise NotEstimable(str(error)) from error
        whole = tuple(message.text for message in messages)
        if whole != tuple(message.text for message in plain):
            raise NotEstimable(DIFFERS)
        ends = _ends(messages)
        texts = [ends.get(f"p{at}", whole) for at in range(len(self.stops))]
        if self.stops[0].label == TOOLS:
            texts[0] = ()
        contents = _NO_CONTENTS
        if self.marks:
            wanted = {at for at, one in enumerate(self.stops) if one.shipped or one.label == TOOLS}
            if "automatic" in self.draft.bare.prompt.metadata.cache:
                wanted.add(len(texts) - 1)
            contents = {at: self._content(texts[at]) for at in wanted}
        return Cut(tuple(texts), contents)

    def _content(self, texts: Texts) -> str:
        digest = blake2b(digest_size=_SIZE)
        for text in (*self.draft.attached, "", *texts):
            data = text.encode("utf-8", "surrogatepass")
            digest.update(b"%d:" % len(data))
            digest.update(data)
        return digest.hexdigest()


def cut(handle: PromptHandle, inputs: Mapping[str, Any]) -> Cuts:
    """Return a version's stops, found with the inputs of one case.

    Raises:
        NotEstimable: It does not parse, or these inputs do not render it.
    """
    try:
        found = draft(handle.prompt, handle.file, inputs)
    except NotEstimable as error:
        raise NotEstimable(str(error).removesuffix(_NO_SAMPLE)) from error
    changes = Changes(handle.prompt.metadata.inputs)
    shipped = {mark.place: mark.cache for mark in found.bare.marks}
    stops: list[Stop] = []
    if handle.prompt.metadata.tools:
        stops.append(Stop(TOOLS, 0, (), changes.add(())))
    names: frozenset[str] = frozenset()
    restless: tuple[str, ...] = ()
    texts: Texts = ()
    for one, following in pairwise((*found.cuts, None)):
        assert one is not None  # noqa: S101 - the last one follows, but is never first
        if one.texts != texts or changes.restless(one.names - names):
            restless = tuple(changes.restless(one.names - names))
        names, texts = names | one.names, one.texts
        mark = shipped.get(one.place) if one.place else None
        # A mark is never better before text that does not change than behind it.
        needed = following is None or changes.restless(following.names - names)
        if mark is None and not needed:
            continue
        line = found.bare.line(one.place.offset) if one.place else None
        label = END if following is None else mark.name if mark and mark.name else f"line {line}"
        stops.append(Stop(label, 0, restless, changes.add(names), one.place, line, mark))
        names = frozenset()
    marked = {stop.place: CacheMark(name=f"p{at}") for at, stop in enumerate(stops) if stop.place}
    return Cuts(found, tuple(stops), found.bare.marked(marked), tuple(changes.why))


def _ends(messages: Sequence[Message]) -> dict[str, Texts]:
    """Return the texts in front of each mark by its name."""
    found: dict[str, Texts] = {}
    whole: Texts = ()
    for message in messages:
        if any(part.cache is not None for part in message.parts):
            text = ""
            for part in message.parts:
                text += part.text
                if part.cache is not None and part.cache.name:
                    found[part.cache.name] = (*whole, text)
        whole = (*whole, message.text)
    return found
