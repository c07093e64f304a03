"""The versions of a prompt, and when and by whom each was locked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.errors import PromptNotFound, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from promptops.registry.lockfile import Entry, Locked


class Introduction(NamedTuple):
    """The commit that added a line to the lock."""

    commit: str
    author: str
    at: datetime


class Release(NamedTuple):
    """A locked version, and how its line came about where git can tell."""

    locked: Locked
    labels: tuple[str, ...]
    introduction: Introduction | None


def history(
    name: str,
    entries: Iterable[Entry],
    introductions: Mapping[int, Introduction],
    labels: Mapping[str, Mapping[int, int]],
) -> list[Release]:
    """Return a prompt's versions, the highest first; ``introductions`` go by the lock's lines.

    Raises:
        PromptNotFound: No version of a prompt of that name is locked.
    """
    locked = [one for one in entries if one.locked is not None and not one.wrong]
    found = [
        Release(one.locked, _pointing(labels, one.locked.number), introductions.get(one.number))
        for one in locked
        if one.locked is not None and one.locked.name == name
    ]
    if not found:
        known = {one.locked.name for one in locked if one.locked is not None}
        told = f"no version of {name!r} is locked{nearest(name, known)}"
        raise PromptNotFound(f"{told}: `promptops lock` freezes versions")
    return sorted(found, key=lambda one: one.locked.number, reverse=True)


def _pointing(labels: Mapping[str, Mapping[int, int]], number: int) -> tuple[str, ...]:
    return tuple(sorted(label for label, arms in labels.items() if number in arms))
