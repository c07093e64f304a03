"""What the names in recorded calls mean: prompts and models of this project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.pricing.book import PriceBook
    from promptops.registry.versions import Versions

_HASH: Final = "sha256:"
_SHORTEST: Final = len(_HASH) + 8


def prompts_by(versions: Versions) -> Callable[[str], str | None]:
    """Return what gives the prompt that ``NAME``, ``NAME@v3`` or ``sha256:HASH`` is of, if any."""
    names = frozenset(versions.catalog.names)

    def named(reference: str) -> str | None:
        name = reference.partition("@")[0]
        if name in names:
            return name
        if not name.startswith(_HASH) or len(name) < _SHORTEST:
            return None
        found = {one.name for one in versions.locked.values() if one.closure.startswith(name)}
        return found.pop() if len(found) == 1 and found <= names else None

    return named


def texts_by(versions: Versions) -> Callable[[str], str | None]:
    """Return what gives the hash of the text that ``NAME@v3`` means, if it is locked."""
    closures = {
        f"{one.name}@{v}{one.number}": one.closure
        for one in versions.locked.values()
        for v in ("v", "")
    }

    def hashed(reference: str) -> str | None:
        if not reference.startswith(_HASH):
            return closures.get(reference)
        return reference if len(reference) >= _SHORTEST else None

    return hashed


def models_by(book: PriceBook) -> Callable[[str], str | None]:
    """Return what gives the provider:model of a name: dated names and aliases are the model's own.

    A name without a provider is one where a single provider has such a model.
    """
    providers = sorted({name.partition(":")[0] for name in book.models})

    def named(model: str) -> str | None:
        if ":" in model:
            return book.find(model) or model
        found = {book.find(f"{provider}:{model}") for provider in providers} - {None}
        return found.pop() if len(found) == 1 else None

    return named
