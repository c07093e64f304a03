"""References to prompts: ``NAME``, ``NAME@v3``, ``NAME@work``, ``NAME@git:REV`` and so on."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from promptops.errors import UsageError

Kind = Literal["head", "version", "label", "hash", "work", "git"]

NAME: Final = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*\Z")
VERSION: Final = re.compile(r"v([1-9][0-9]{0,8})\Z")
RESERVED: Final = frozenset({"latest", "work", "git", "sha256"})
_LABEL: Final = re.compile(r"[a-z][a-z0-9_-]*\Z")
_LIKE_A_VERSION: Final = re.compile(r"v[0-9]+\Z")
_HASH: Final = re.compile(r"sha256:[0-9a-f]{8,64}\Z")


class Reference(NamedTuple):
    """A prompt, and which of its texts is meant."""

    name: str
    kind: Kind
    value: str | int | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Return the reference that a text writes.

        Raises:
            UsageError: It is none.
        """
        name, at, rest = text.partition("@")
        if not is_name(name):
            raise UsageError(f"{text!r}: a prompt's name is lower case, [a-z0-9_-], with / between")
        if not at:
            return cls(name, "head")
        if found := VERSION.match(rest):
            return cls(name, "version", int(found[1]))
        if rest == "work":
            return cls(name, "work")
        if rest.startswith("git:") and len(rest) > len("git:"):
            return cls(name, "git", rest[len("git:") :])
        if _HASH.match(rest):
            return cls(name, "hash", rest)
        if is_label(rest):
            return cls(name, "label", rest)
        raise UsageError(f"{text!r}: behind @ stands v3, a label, work, git:REV or sha256:HASH")

    def __str__(self) -> str:
        if self.kind == "head":
            return self.name
        prefix = {"version": "v", "git": "git:"}.get(self.kind, "")
        return f"{self.name}@{prefix}{'work' if self.kind == 'work' else self.value}"


def is_name(text: str) -> bool:
    """Return whether a text can be a prompt's name."""
    return NAME.match(text) is not None


def is_label(text: str) -> bool:
    """Return whether a text can be a label: no reserved word, and nothing like a version."""
    return (
        _LABEL.match(text) is not None and text not in RESERVED and not _LIKE_A_VERSION.match(text)
    )
