"""The messages of a request, checked for what vendors refuse."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NoReturn

from promptops.errors import RenderError

if TYPE_CHECKING:
    from promptops.model.prompt import Message, Part
    from promptops.registry.rendered import Rendered

_INSTRUCTIONS: Final = frozenset({"system", "developer"})


def refuse(rendered: Rendered, why: str) -> NoReturn:
    """Say why a request is not made.

    Raises:
        RenderError: Always.
    """
    raise RenderError(f"{rendered.ref.name}: {why}")


def check_texts(rendered: Rendered) -> None:
    """Check that every message says something that can be written as UTF-8.

    An empty message is never left out: else a value could decide how many messages there are.

    Raises:
        RenderError: A message is empty, or holds half of a surrogate pair.
    """
    for at, message in enumerate(rendered.messages, 1):
        text = message.text
        if not text:
            refuse(rendered, f"message {at} ({message.role}) is empty")
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                half = "half of a surrogate pair, which cannot be sent"
                refuse(rendered, f"message {at} ({message.role}) holds {half}")


def split(rendered: Rendered, vendor: str) -> tuple[list[Message], list[Message]]:
    """Return the instructions and the turns, for a vendor that takes them apart.

    Raises:
        RenderError: There is no turn, or a system or developer message follows one.
    """
    check_texts(rendered)
    messages = rendered.messages
    first = next((n for n, one in enumerate(messages) if one.role not in _INSTRUCTIONS), None)
    if first is None:
        refuse(rendered, f"there is no user message, which {vendor} does not take")
    for message in messages[first:]:
        if message.role in _INSTRUCTIONS:
            told = f"a {message.role} message follows a turn"
            refuse(rendered, f"{told}, which {vendor} does not take")
    return list(messages[:first]), list(messages[first:])


def check_first_turn(rendered: Rendered, turns: list[Message], vendor: str) -> None:
    """Check that the user speaks first.

    Raises:
        RenderError: The first turn is the assistant's.
    """
    if turns[0].role != "user":
        refuse(rendered, f"the first turn is the assistant's, which {vendor} does not take")


def check_alternation(rendered: Rendered, turns: list[Message], vendor: str) -> None:
    """Check that user and assistant take turns.

    Raises:
        RenderError: Two turns in a row have the same role.
    """
    for before, after in pairwise(turns):
        if before.role == after.role:
            told = f"two {after.role} messages follow each other"
            refuse(rendered, f"{told}, which {vendor} does not take")


def parts(rendered: Rendered, message: Message, vendor: str) -> list[Part]:
    """Return a message's parts, for a vendor that refuses blank blocks.

    Raises:
        RenderError: A part is white space alone, or a cache mark stands behind no text.
    """
    found = marked_parts(rendered, message, vendor)
    for part in found:
        if part.text.isspace():
            told = f"the {message.role} message has a block of white space alone"
            refuse(rendered, f"{told}, which {vendor} does not take")
    return found


def marked_parts(rendered: Rendered, message: Message, vendor: str) -> list[Part]:
    """Return a message's parts, without the empty ones that bear no mark.

    Raises:
        RenderError: A cache mark stands behind no text.
    """
    for part in message.parts:
        if part.cache is not None and not part.text:
            told = f"a cache mark in the {message.role} message has no text of its own above it"
            refuse(rendered, f"{told}, which {vendor} does not take")
    return [part for part in message.parts if part.text]
