"""``labels.yaml``: names that move, each to one version or split between several.

    support/triage: {production: v3, staging: v4, canary: {v3: 90, v4: 10}}

A split is sticky and needs no server. A key's point is SHA-256 of ``LABEL NUL NAME NUL KEY`` in
UTF-8, read as one big-endian number, mod 10,000. The versions, lowest first, share the points
0 ... 9,999 by weight, so that a change from 90/10 to 80/20 moves keys in one direction only.
A split label without a key is an error: which version is meant cannot be known.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from hashlib import sha256
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.errors import LabelError, nearest
from promptops.model.values import dataclass
from promptops.registry.label_data import POINTS, checked, plain
from promptops.registry.layout import below

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promptops.config import Config
    from promptops.registry.label_data import Arms
    from promptops.shape import Path, Wrong
    from promptops.templates.files import Files

FILE: Final = "labels.yaml"


class LabelProblem(NamedTuple):
    """Something that is wrong with a labels file."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.message}"


@dataclass(frozen=True)
class Labels:
    """Labels by prompt, and what is wrong with them; nothing is read off a file with a problem."""

    named: Mapping[str, Mapping[str, Arms]] = field(default_factory=dict)
    where: str = FILE
    problems: tuple[LabelProblem, ...] = ()
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)  # of a prompt's labels

    @classmethod
    def read(cls, files: Files, config: Config) -> Labels:
        """Return a project's labels; without a labels file there are none."""
        where = path(config)
        data = files.read(where)
        return cls(where=where) if data is None else cls.parse(data, where)

    @classmethod
    def parse(cls, data: bytes, where: str) -> Labels:
        """Return the labels that a file's bytes hold; YAML is imported here."""
        from promptops.templates import frontmatter
        from promptops.templates.decoding import decode

        source, unreadable = decode(data, where)
        if unreadable is not None:
            line = source.position(unreadable.span.start)[0]
            return cls(where=where, problems=(LabelProblem(where, line, unreadable.message),))
        bom = source.text.startswith("\ufeff")
        parsed = frontmatter.parse(source.text[bom:])
        wrong = list(parsed.problems)
        named = {} if parsed.data is None else checked(parsed.data, wrong)

        def line_of(at: Path) -> int:
            return source.position(min(parsed.offset(at) + bom, len(source.text)))[0]

        found = [LabelProblem(where, line_of(one.path), _said(one, source.text)) for one in wrong]
        keys = ((name, label) for name, given in named.items() for label in given)
        lines = {key: line_of(key) for key in keys}
        return cls(named, where, tuple(sorted(found, key=lambda one: one.line)), lines)

    @classmethod
    def of(cls, data: Any, where: str) -> Labels:
        """Return the labels of plain data, such as a bundle's JSON."""
        wrong: list[Wrong] = []
        named = checked(data, wrong)
        return cls(named, where, tuple(LabelProblem(where, 1, str(one)) for one in wrong))

    def plain(self) -> dict[str, dict[str, str | dict[str, int]]]:
        """Return the labels as the file writes them, sorted; ``of`` reads them back."""
        return {
            name: {label: plain(arms) for label, arms in sorted(given.items())}
            for name, given in sorted(self.named.items())
        }

    def arms(self, name: str, label: str) -> Arms:
        """Return the weights by version, lowest version first.

        Raises:
            LabelError: The file has a problem, or the prompt has no such label.
        """
        if self.problems:
            raise LabelError("; ".join(map(str, self.problems)))
        given = self.named.get(name, {})
        if label in given:
            return given[label]
        there = ", ".join(given) or "none"
        hint = nearest(label, given)
        told = f"{name!r} has no label {label!r} in {self.where}; it has {there}{hint}"
        raise LabelError(f"{told}: `promptops promote {name} vN {label}` sets it")

    def pick(self, name: str, label: str, key: str | int | None = None) -> int:
        """Return the version that a label means for a key; the same one in every process.

        Raises:
            LabelError: What ``arms`` raises, or the label is split and there is no key.
        """
        return picker(self.arms(name, label), label, name)(key)

    def missing(self, versions: Mapping[str, list[int]]) -> list[LabelProblem]:
        """Return the labels that name a version which is not among those known by name."""
        found = []
        for name, given in self.named.items():
            known = versions.get(name, [])
            has = f"it has {', '.join(f'v{one}' for one in known)}" if known else "it has none"
            for label, arms in given.items():
                line = self.lines.get((name, label), 1)
                for number in arms:
                    if number not in known:
                        told = f"{name}@{label} names v{number}, which is not there; {has}"
                        found.append(LabelProblem(self.where, line, told))
        return found


def path(config: Config) -> str:
    """Return the path of the labels file below the project's root."""
    return below(config, FILE)


def picker(arms: Arms, label: str, name: str) -> Callable[[str | int | None], int]:
    """Return what gives the version of a label's arms that a key belongs to.

    It raises as ``Labels.pick``. What does not depend on the key is worked out once.
    """
    numbers, ends, salt = tuple(arms), _ends(arms), _salt(label, name)

    def pick(key: str | int | None) -> int:
        if type(key) is not str or not key:
            if len(numbers) == 1:
                return numbers[0]
            key = str(key) if type(key) is int else _text(key, arms, f"{name}@{label}")
        return numbers[bisect_right(ends, _point(salt, key))]

    return pick


def _text(key: Any, arms: Arms, ref: str) -> str:
    if key is None or key == "":
        shares = ", ".join(f"v{number}: {weight}" for number, weight in arms.items())
        told = f"{ref} is split ({shares})"
        raise LabelError(f"{told}: give key=..., such as a user's id, to stay on one version")
    if not isinstance(key, str | int):
        # Another object's text may hold its address, and then differ in each process.
        raise TypeError(f"a key is a str or an int, not {type(key).__name__}: try str(key)")
    return f"{key}"


def point(label: str, name: str, key: str | int) -> int:
    """Return where a key stands among a label's 10,000 points."""
    return _point(_salt(label, name), f"{key}")


def _salt(label: str, name: str) -> bytes:
    return f"{label}\0{name}\0".encode()


def _point(salt: bytes, key: str) -> int:
    data = salt + key.encode("utf-8", "surrogatepass")
    return int.from_bytes(sha256(data).digest(), "big") % POINTS


def chosen(arms: Arms, at: int) -> int:
    """Return the version to which a point belongs."""
    return tuple(arms)[bisect_right(_ends(arms), at)]


def _ends(arms: Arms) -> tuple[int, ...]:
    """Return the point at which each version's share ends, itself not in it."""
    total = sum(arms.values())
    return tuple(-(-above * POINTS // total) for above in accumulate(arms.values()))


def _said(one: Wrong, text: str) -> str:
    if one.path == ("",):
        conflict = any(line.startswith("<<<<<<< ") for line in text.splitlines())
        return "a merge conflict: keep one side's lines" if conflict else one.message
    return one.message if one.path[-1:] == ("again",) else str(one)
