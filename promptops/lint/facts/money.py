"""The price of a prompt's model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.lint.facts.usage import find_calibrations

if TYPE_CHECKING:
    from promptops.lint.view import View
    from promptops.model.money import Price
    from promptops.model.tokens import CountMethod


def find_price(view: View) -> Price | None:
    """Return what the model costs by the prices that came with this version, if it is known."""
    from promptops.errors import UnknownModel
    from promptops.pricing.book import bundled

    if view.model is None:
        return None
    book = bundled()
    try:
        return book.price(view.model, book.as_of)
    except UnknownModel:
        return None


def find_method(view: View) -> CountMethod:
    """Return how tokens are counted for the model and the language of the prompt."""
    from promptops.tokens.methods import method_for

    return method_for(view.model, view.variant.static, view.of(find_calibrations))


def by_calls(method: CountMethod) -> str:
    """Return in brackets by how many calls a count is calibrated; nothing where it is not."""
    return "" if method.n is None else f" (calibrated by {method.n:,} calls{method.note})"


def lowest(method: CountMethod, encoded: int) -> int:
    """Return the fewest tokens that a text may have for the model."""
    expected = method.scale(encoded)
    return expected if method.band is None else int(expected * method.band[0])
