"""Lists of ``{role, content}``, as several tools have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptops.exchange.exchanged import MESSAGES, NotExchangeable, Turn
from promptops.model.prompt import ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from promptops.exchange.exchanged import Piece


def turns(
    listed: Any, where: str, read: Callable[[str], tuple[Piece, ...]], lost: list[str]
) -> tuple[Turn, ...]:
    """Return the messages of a list of role and content.

    Raises:
        NotExchangeable: One has another role, or its content is no text.
    """
    if not isinstance(listed, list) or not listed:
        raise NotExchangeable(f"{where}: expected a list of messages")
    found = []
    for at, entry in enumerate(listed, 1):
        content = _content(entry.get("content")) if isinstance(entry, dict) else None
        if content is None:
            raise NotExchangeable(f"{where}: message {at} is no role with a text")
        if entry.get("role") not in ROLES:
            told = f"there is no role {entry.get('role')!r} here"
            raise NotExchangeable(f"{where}: message {at}: {told}")
        lost += [f"message {at}: {k}" for k in entry if k not in {"role", "content", "type"}]
        found.append(Turn(entry["role"], read(content)))
    return tuple(found)


def _content(content: Any) -> str | None:
    """Return a text, also one that is given as parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") if isinstance(part, dict) else None for part in content]
    if not all(isinstance(part, str) for part in parts):
        return None
    return "".join(str(part) for part in parts)


def written(
    found: Iterable[Turn], write: Callable[[tuple[Piece, ...]], str], lost: list[str]
) -> list[dict[str, str]]:
    """Return messages as a list of role and content; conversations are lost."""
    listed = []
    for turn in found:
        if turn.role == MESSAGES:
            lost.append(f"the conversation {turn.pieces[0].text}")
        else:
            listed.append({"role": turn.role or "user", "content": write(turn.pieces)})
    return listed
