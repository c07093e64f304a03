"""The cache marks of a request, in the order in which a vendor renders it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from promptops.registry.vendors.conversation import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promptops.model.prompt import CacheMark, Part
    from promptops.registry.rendered import Rendered

MAX_MARKS: Final = 4
DEFAULT: Final = "5m"
_SECONDS: Final = {"5m": 300, "1h": 3600}


def declared(rendered: Rendered) -> tuple[str | None, str | None]:
    """Return the lifetimes that the front matter marks: at the end of the tools, and automatic.

    Raises:
        RenderError: The front matter marks something else, or tools where there are none.
    """
    unknown = [repr(key) for key in rendered.cache if key not in {"tools", "automatic"}]
    if unknown:
        refuse(rendered, f"cache marks {', '.join(unknown)}; known: tools, automatic")
    for key, ttl in rendered.cache.items():
        if not isinstance(ttl, str):
            refuse(rendered, f"cache: {key} is a lifetime such as 5m, not {ttl!r}")
    if "tools" in rendered.cache and not rendered.tools:
        refuse(rendered, "cache: tools marks the end of the tools, and the prompt declares none")
    return rendered.cache.get("tools"), rendered.cache.get("automatic")


def of(parts: Iterable[Part]) -> list[CacheMark]:
    """Return the marks of some parts."""
    return [part.cache for part in parts if part.cache is not None]


def check(rendered: Rendered, lifetimes: list[str], vendor: str) -> None:
    """Check marks, given in the order tools, system, messages, automatic.

    Raises:
        RenderError: They are too many, or of an unknown or a growing lifetime.
    """
    unknown = sorted({ttl for ttl in lifetimes if ttl not in _SECONDS})
    if unknown:
        refuse(rendered, f"{vendor}'s cache lives 5m or 1h, not {', '.join(unknown)}")
    if len(lifetimes) > MAX_MARKS:
        told = f"{len(lifetimes)} cache marks, and {vendor} takes {MAX_MARKS}"
        refuse(rendered, f"{told}: those of the tools and the automatic one count, too")
    for before, after in pairwise(lifetimes):
        if _SECONDS[after] > _SECONDS[before]:
            told = f"a cache mark of {after} follows one of {before}"
            refuse(rendered, f"{told}; {vendor} wants the longer lifetime first")
