"""What costs are worked out from, in plain values that can be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promptops.costs.counting import Count
    from promptops.costs.side import Broken, Side, Status
    from promptops.costs.stretches import Stretches
    from promptops.model.cost import CostMetadata
    from promptops.model.usage import Calibration

    Calibrations = Callable[[str, Callable[[str], bool], int | None], Mapping[str, Calibration]]


class Move(NamedTuple):
    """Lines of a file, the first and the last, and the line that they come to stand below."""

    first: int
    last: int
    below: int


class Edit(NamedTuple):
    """A move and the prompt as it would be."""

    move: Move
    stretches: Stretches


@dataclass(frozen=True, slots=True)
class Facts:
    """A side as costs see it."""

    path: str
    model: str | None
    cost: CostMetadata
    traffic: Mapping[str, str]
    count: Count | None  # None: it cannot be opened, beside one that can
    stretches: Stretches | None = None  # None: not asked for, or it cannot be cut
    readable: bool = True  # whether it parses
    marked: bool = False  # whether it asks its vendor to cache a part of it


@dataclass(frozen=True)
class Measured:
    """A prompt before and after, in plain values."""

    name: str
    status: Status
    origin: str | None  # the name it had before, where that was another
    moved: bool  # whether the name differs and nothing else does
    via: tuple[str, ...]
    broken: Broken | None
    old: Facts | None
    new: Facts | None
    again: Count | None = None  # the old text in the new model's tokens
    silent: bool = False  # what is sent is what was sent, to the same model
    rewritten: bool = False  # whether the prefix that may be cached is another text
    edits: tuple[Edit, ...] = ()  # other orders of the new side's lines


@dataclass(frozen=True)
class Asked:
    """What of the settings decides how a pair is measured.

    ``calibrations`` gives a prompt's by model, for a text of so many characters, where these are
    known; it may ask whether a side has a text whose hash begins in some way. ``cached`` says
    whether a vendor may cache so many tokens of a prompt of a name, without marks.
    """

    model: str | None = None  # instead of what the prompts name
    default_model: str | None = None  # where a prompt names none
    folder: str = "prompts"
    calibrations: Calibrations = lambda *_: {}
    variables: Callable[[str], Sequence[str]] = lambda _: ()  # inputs of known tokens, by prompt
    cached: Callable[[str, str, int], bool] = lambda *_: False  # of prompt, model, tokens
    fixes: bool = True  # whether other orders of the new side's lines are tried

    def model_of(self, side: Side) -> str | None:
        """Return the model that a side is sent to, if one is named."""
        return self.model or side.prompt.metadata.model or self.default_model
