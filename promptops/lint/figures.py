"""What a finding is worth: tokens of a call, and dollars a month where they are known."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from promptops.errors import PromptopsError, UnknownModel
from promptops.lint.facts.money import find_method
from promptops.lint.facts.usage import find_cost
from promptops.lint.view import ENCODING
from promptops.model.finding import Saving
from promptops.model.money import PER_MONTH, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.lint.view import View
    from promptops.templates.files import Files
    from promptops.tokens.counter import TokenCounter


def worth(view: View, tokens: int) -> Saving:
    """Return what not sending some tokens of o200k_base saves a prompt's owner."""
    from promptops.pricing.book import bundled

    by = view.of(find_method)
    saved = by.scale(tokens)
    calls = view.of(find_cost).calls_per_month
    if calls is None or view.model is None:
        return Saving(saved, by)
    book = bundled()
    try:
        price = book.price(view.model, book.as_of)
    except UnknownModel:
        return Saving(saved, by)
    per_call = price.rates.cost(Usage(saved))
    return Saving(saved, by, (per_call * calls.expected).quantize(PER_MONTH))


def count(text: str) -> int:
    """Return a text's tokens of o200k_base, from the cache or the tokenizer."""
    return _counter().encoded([text], ENCODING)[0]


def expect(files: Files, paths: Sequence[str]) -> None:
    """Let one tokenizer serve the prompts in some files."""

    def contents() -> Iterator[bytes]:
        for path in paths:
            with suppress(PromptopsError):  # the rules tell
                content = files.read(path) or b""
                yield content
                yield _joined(content)

    _counter().expect(contents, ENCODING)


def _joined(content: bytes) -> bytes:
    """Return a template without its tags, the words around them joined as ``{%-`` may join them."""
    first, *rest = content.split(b"{%")
    return first.rstrip() + b"".join(part.partition(b"%}")[2].strip() for part in rest)


@cache
def _counter() -> TokenCounter:
    from promptops.tokens.counter import default_counter

    return default_counter()
