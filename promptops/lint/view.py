"""One prompt as rules look at it: its variants, what they say, and how long they are.

``inspect`` shows the same view, so that neither can see what the other does not.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from promptops.lint.wording import answer as answers
from promptops.lint.wording import instructions, repeats

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from promptops.config import Config
    from promptops.model.text import Span
    from promptops.templates.files import Files
    from promptops.templates.prompt import Prompt
    from promptops.templates.variants import Variant

T = TypeVar("T")

ENCODING: Final = "o200k_base"
# Characters / 4 errs from -51 to +34 %: outside this range of a limit it decides safely.
_SURELY_BELOW: Final = 0.5
_SURELY_ABOVE: Final = 2.2


class View:
    """A prompt and what is found in it, each thing once."""

    def __init__(
        self,
        prompt: Prompt,
        count: Callable[[str], int],
        model: str | None = None,
        *,
        files: Files | None = None,
        today: date | None = None,
        config: Config | None = None,
    ) -> None:
        """Look at a prompt.

        ``count`` returns a text's tokens of o200k_base; ``files`` are the project's, None where
        nothing beside the prompt can be read; ``today`` decides what is out of date, None: nothing;
        ``config`` says where the usage file is, and is the default one where it is not given.
        """
        self.prompt = prompt
        self.model = prompt.metadata.model or model
        self.count = count
        self.files = files
        self.today = today
        self.config = config
        self.rules: frozenset[str] = frozenset()  # codes and names that a suppression may say
        self._found: dict[Callable[[View], Any], Any] = {}

    def of(self, find: Callable[[View], T]) -> T:
        """Return what a function finds in this view, worked out once however many rules ask."""
        if find not in self._found:
            self._found[find] = find(self)
        found: T = self._found[find]
        return found

    @cached_property
    def variant(self) -> Variant:
        """The path through the template's largest branches."""
        return self.prompt.variants[0]

    @cached_property
    def readings(self) -> list[tuple[Variant, instructions.Reading]]:
        """Each variant with the instructions counted in it."""
        return [(variant, instructions.read(variant.text)) for variant in self.prompt.variants]

    @cached_property
    def fullest(self) -> tuple[Variant, instructions.Reading]:
        """The variant with the most instructions, and its reading."""
        return max(self.readings, key=lambda pair: len(pair[1].items))

    @cached_property
    def answer(self) -> answers.Answer:
        """What the largest variant says of the answer."""
        return answers.answer(self.variant.text, self.readings[0][1])

    @cached_property
    def repeats(self) -> list[tuple[Variant, repeats.Repeat]]:
        """What stands twice in a variant, each place once."""
        found: dict[tuple[str, Span], tuple[Variant, repeats.Repeat]] = {}
        for variant, reading in self.readings:
            for repeat in repeats.repeats(variant.text, reading):
                if variant.values(*repeat.first) != variant.values(*repeat.again):
                    continue  # the same words around other values
                body, span = variant.locate(*repeat.again)
                found.setdefault((body.source.path, span), (variant, repeat))
        return list(found.values())

    @cached_property
    def _roles(self) -> list[tuple[int, int, str | None]]:
        body = self.prompt.template.body
        own = [leaf for leaf in self.variant.leaves if leaf.body is body]
        return sorted((*body.span(*leaf.span), leaf.role) for leaf in own)

    def role_at(self, offset: int) -> str | None:
        """Return the role of the message that holds an offset of the prompt's own file."""
        at = bisect_right(self._roles, offset, key=lambda entry: entry[0]) - 1
        if at < 0:
            return None
        start, end, role = self._roles[at]
        return role if start <= offset < max(end, start + 1) else None

    def where(self, variant: Variant, start: int, end: int) -> tuple[str | None, Span]:
        """Return the partial (None: the prompt's own file) and the span of a variant's range."""
        body, span = variant.locate(start, end)
        return (None if body is self.prompt.template.body else body.source.path), span

    def at_least(self, text: str, limit: int) -> bool:
        """Return whether a text has that many tokens, counted only where a guess could err."""
        guess = len(text) / 4
        if guess < limit * _SURELY_BELOW and text.isascii():
            return False
        if guess > limit * _SURELY_ABOVE:
            return True
        return self.count(text) >= limit
