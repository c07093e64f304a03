"""What a kind of scorer is: a pure function of a case and an answer, with a name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, Literal

from promptops.scorers.options import Option, options_of

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from promptops.shape import Path as Place
    from promptops.shape import Wrong

Scope = Literal["case", "judge", "embedding", "run"]
Reads = Literal["text", "json", "tool_calls"]
Function = Callable[..., Any]
Prepare = Callable[
    [dict[str, Any], "Path", "Place", "list[Wrong]"],
    tuple[dict[str, Any], Callable[[], str] | None],
]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a runner knows of an answer beside its text; scorers ask for facts by name.

    ``dollars`` is what the call costs live; ``stored`` says that the answer is an earlier run's.
    """

    output_schema: Mapping[str, Any] | None = None  # the prompt's own
    tools: tuple[Mapping[str, Any], ...] = ()
    dollars: Decimal | None = None
    stored: bool = False


FACTS: Final = frozenset(entry.name for entry in fields(Facts))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of scorer; its function's keyword-only parameters are its options.

    ``scope`` says what the function looks at: one answer; one or two answers, through a model's
    calls or embeddings; or all scores of a run. ``reads`` lists what ``input`` may be, first what
    it is if nothing is said. ``main`` is the option that a bare value in an eval file gives.
    ``prepare`` checks options together and returns them ready for use, with a function that
    returns the hash of what the options only name.
    """

    name: str
    function: Function
    scope: Scope = "case"
    reads: tuple[Reads, ...] = ("text",)
    main: str | None = None
    prepare: Prepare | None = None
    free: bool = False  # takes any options: what checks them is another package
    stamp: Callable[[], str] | None = None  # the code's hash, where it is not this package's
    options: Mapping[str, Option] = field(init=False)
    facts: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        parameters = inspect.signature(self.function).parameters.values()
        named = frozenset(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
        object.__setattr__(self, "facts", named & FACTS)
        object.__setattr__(self, "options", options_of(self.function, named & FACTS))

    def __reduce__(self) -> tuple[Callable[[str], Kind | None], tuple[str]]:
        # Other processes look a kind up by its name: its function goes by the name of the kind.
        from promptops.scorers.catalogue import find

        return find, (self.name,)

    @property
    def summary(self) -> str:
        """The first sentence of the function's description."""
        return (inspect.getdoc(self.function) or "").split("\n", 1)[0]


def scorer(
    name: str,
    *,
    scope: Scope = "case",
    reads: tuple[Reads, ...] = ("text", "json", "tool_calls"),
    main: str | None = None,
    prepare: Prepare | None = None,
) -> Callable[[Function], Kind]:
    """Make a kind of a function; its docstring explains it."""

    def wrap(function: Function) -> Kind:
        return Kind(name, function, scope, reads, main, prepare)

    return wrap
