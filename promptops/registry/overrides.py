"""Other versions for a while: what ``Registry.override`` sets for the code inside it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Wanted = dict[tuple[object, str], str]  # by registry and prompt: v4, a label, work, ...

# Tasks get a copy of their creator's context and threads start with an empty one, so that neither
# sees what another sets. It is None where nothing is set, which is quick to ask.
current: Final[ContextVar[Wanted | None]] = ContextVar("promptops_overrides", default=None)


@contextmanager
def overridden(registry: object, wanted: Mapping[str, str]) -> Iterator[None]:
    """Have a registry take other versions of prompts in this context; the innermost wins."""
    within = {**(current.get() or {}), **{(registry, name): to for name, to in wanted.items()}}
    token = current.set(within)
    try:
        yield
    finally:
        current.reset(token)


def applied(registry: object, reference: str, wanted: Wanted) -> str:
    """Return the reference that is meant instead of one, if an override says so."""
    name = reference.partition("@")[0]
    to = wanted.get((registry, name))
    return reference if to is None else f"{name}@{to}"
