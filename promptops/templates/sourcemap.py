"""A render that says of each stretch of its messages where it was written."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

from promptops.model.values import dataclass
from promptops.templates.markers import Closing, Marker, Opening
from promptops.templates.render import Renderer
from promptops.templates.traced import Run, Traced, TracedSplice, Tracer
from promptops.templates.tracing import TracingEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import jinja2

    from promptops.config import TemplateSettings
    from promptops.model.prompt import Input, Message
    from promptops.templates.origins import Origin
    from promptops.templates.template import Template


class Piece(NamedTuple):
    """A stretch of a message's text and where it was written.

    ``via`` are the tags that printed it on from there, such as a macro's call, the innermost first.
    """

    start: int
    end: int
    origin: Origin | None  # None: no single place is known
    via: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class MappedMessage:
    """A message and its text in pieces."""

    message: Message
    pieces: tuple[Piece, ...]

    def at(self, offset: int) -> Piece | None:
        """Return the piece that holds an offset of the text; the end belongs to the last one."""
        found = bisect_right(self.pieces, offset, key=lambda piece: piece.start) - 1
        return self.pieces[found] if found >= 0 else None


class TracingRenderer(Renderer):
    """A prompt compiled to be rendered with a source map."""

    def __init__(
        self,
        name: str,
        template: Template,
        parts: Mapping[str, Template],
        inputs: Mapping[str, Input] | None,
        first_line: int = 1,
    ) -> None:
        """Compile a template; raises what ``Renderer`` raises."""
        self._files = template, parts
        self.chunks: list[str] = []
        texts = {part: one.body.text for part, one in parts.items()}
        super().__init__(name, template.body.text, texts, inputs, template.settings, first_line)

    def _environment(
        self, settings: TemplateSettings, loader: jinja2.BaseLoader
    ) -> TracingEnvironment:
        self.traced = TracingEnvironment(settings, loader, *self._files)
        return self.traced

    def _collect(self, chunks: Iterable[str]) -> tuple[Message, ...]:
        self.chunks = []
        return super()._collect(self._noted(chunks))

    def _noted(self, chunks: Iterable[str]) -> Iterable[str]:
        for chunk in chunks:
            self.chunks.append(chunk)
            yield chunk

    def mapped(self, values: dict[str, Any]) -> tuple[MappedMessage, ...]:
        """Return the messages for some values with their source map.

        Raises what ``render`` raises.
        """
        self.traced.tracer = Tracer()
        messages = self.render(values)
        runs = _by_message(self.chunks, len(messages))
        return tuple(
            MappedMessage(message, tuple(self._pieces(found)))
            for message, found in zip(messages, runs, strict=True)
        )

    def _pieces(self, runs: list[Run]) -> Iterable[Piece]:
        known = self.traced.origins
        at = 0
        for run in runs:
            if not run.length:
                continue
            chain = [known[one] if one >= 0 else None for one in run.chain]
            via = tuple(one for one in chain[1:] if one is not None)
            yield Piece(at, at + run.length, chain[0] if chain else None, via)
            at += run.length


def _by_message(chunks: list[str], count: int) -> list[list[Run]]:
    """Return the runs of each message; what stands between messages is not sent."""
    found: list[list[Run]] = []
    here: list[Run] = []
    structured = any(isinstance(chunk, Marker) for chunk in chunks)
    for chunk in chunks:
        if isinstance(chunk, Opening):
            here = []
        elif isinstance(chunk, Closing):
            found.append(here)
        elif isinstance(chunk, TracedSplice):
            found += [[Run(len(one.text), (chunk.origin,))] for one in chunk.payload]
        elif not isinstance(chunk, Marker):
            here += chunk.runs if type(chunk) is Traced else [Run(len(chunk), ())]
    return found if structured or count != 1 else [here]
