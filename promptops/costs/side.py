"""A prompt on each side of a comparison, and how the two differ."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from promptops.costs.reading import Ids, Reading
from promptops.errors import PromptopsError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from promptops.registry.catalog import Catalog
    from promptops.templates.files import Files
    from promptops.templates.prompt import Prompt, ReadProblem

Status = Literal["added", "removed", "changed", "renamed", "unchanged", "unparsable"]
STATUSES: tuple[Status, ...] = (
    "changed", "added", "removed", "renamed", "unparsable", "unchanged",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a side has no cost; a class of error and a line, since a message may quote the prompt."""

    side: Literal["base", "head"]
    path: str
    line: int
    reason: str

    @property
    def told(self) -> str:
        """What cannot be done with the file."""
        done = "read" if self.reason == "unreadable" else "rendered"
        return f"cannot be {done} ({self.reason})"


class Side:
    """A prompt as it stands on one side of a comparison."""

    def __init__(self, prompt: Prompt, closure: str, files: Files) -> None:
        """Take a prompt, its hash, and the files in which its sample, tools and schema are."""
        self.name = prompt.name
        self.path = prompt.path
        self.prompt = prompt
        self.closure = closure
        self.files = files

    @property
    def body(self) -> str:
        """The text below the front matter, as stored."""
        return self.prompt.source.text[self.prompt.template.body.start :]

    @property
    def marked(self) -> bool:
        """Whether it asks its vendor to cache a part of it."""
        from promptops.templates.markers import Boundary

        marks = (isinstance(marker, Boundary) for marker, _ in self.prompt.template.markers())
        return bool(self.prompt.metadata.cache) or any(marks)

    @property
    def unopened(self) -> bool:
        """Whether not even its text is known, so that it has no tokens."""
        if self.prompt.source.text:
            return False
        wrong = ((one.kind, one.path) for one in self.prompt.problems)
        return ("unreadable", self.path) in wrong

    def broken(self, side: Literal["base", "head"]) -> Broken | None:
        """Return what keeps the prompt from being rendered, if anything."""
        problem = next(filter(self._matters, self.prompt.problems), None)
        if problem is None:
            return None
        line = 1
        for source in (part.body.source for part in self.prompt.parts.values()):
            if source.path == problem.path:
                line = source.position(problem.problem.span.start)[0]
        if problem.path == self.path:
            line = self.prompt.source.position(problem.problem.span.start)[0]
        return Broken(side, problem.path, line, problem.kind)

    def _matters(self, problem: ReadProblem) -> bool:
        # Another application's loader may find what ours does not.
        return self.prompt.ours or problem.kind != "include"


class Head(Side):
    """A head file's prompt, which is read when it is first asked for."""

    def __init__(self, catalog: Catalog, name: str, ids: Ids | None = None) -> None:
        """Take the prompts of a side, the name of one, and the ids of the side's files."""
        self.name = name
        self.path = catalog.paths[name]
        self.ids = ids or Ids(catalog.files)
        self.files: Reading = Reading(catalog.files)
        self._config = catalog.config

    @cached_property
    def prompt(self) -> Prompt:  # type: ignore[override]
        """The prompt."""
        from promptops.templates.loader import load

        return load(self.files, self.path, self._config, self.name, self.ids.parts)

    def forget(self) -> None:
        """Let go of the prompt, which is read again when it is asked for again."""
        self.__dict__.pop("prompt", None)

    @cached_property
    def closure(self) -> str:  # type: ignore[override]
        """Its hash; what cannot be read is the same as nothing else."""
        from promptops.registry.closure import closure_hash, dependencies

        unreadable = f"unreadable: {self.path}"
        if self.unopened:
            return unreadable
        try:
            return closure_hash(self.prompt, dependencies(self.prompt, self.files, self._config))
        except PromptopsError:  # of its tools or its schema
            return unreadable


@dataclass(frozen=True, slots=True)
class Pair:
    """A prompt before and after; one side is None where it was added or removed."""

    old: Side | None
    new: Side | None
    untouched: bool = False  # it is known, without reading them, that the closures are the same

    @property
    def name(self) -> str:
        """The name it has now, or had last."""
        side = self.new or self.old
        assert side is not None  # noqa: S101 - a pair has a side
        return side.name

    @property
    def origin(self) -> str | None:
        """The name it had before, where that was another."""
        if self.old is None or self.new is None or self.old.name == self.new.name:
            return None
        return self.old.name

    @property
    def moved_only(self) -> bool:
        """Whether both sides send the same: nothing but the name may differ."""
        if self.old is None or self.new is None:
            return False
        return self.untouched or self.old.closure == self.new.closure

    @property
    def moved(self) -> bool:
        """Whether the name differs and nothing else does."""
        return self.moved_only and self.origin is not None

    @property
    def broken(self) -> Broken | None:
        """What is wrong with a side, the new one's first."""
        wrong = self.new.broken("head") if self.new else None
        return wrong or (self.old.broken("base") if self.old else None)

    @property
    def status(self) -> Status:
        """What happened to the prompt."""
        if self.moved_only:
            return "unchanged"
        if self.broken:
            return "unparsable"
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        return "renamed" if self.origin else "changed"

    @property
    def via(self) -> tuple[str, ...]:
        """The partials of both sides whose text changed."""
        if self.old is None or self.new is None:
            return ()
        before, after = self.old.prompt.parts, self.new.prompt.parts
        return tuple(
            name
            for name in sorted(before.keys() & after.keys())
            if before[name].body.text != after[name].body.text
        )
