"""What all scorers of evals in Python have in common: they say what an eval file would write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Literal

Steps = Sequence[Literal["nfc", "strip", "casefold", "spaces", "punctuation", "articles", "fence"]]


@dataclass(frozen=True, slots=True)
class Scorer:
    """A scorer with its options.

    ``name`` is what reports call it; ``weight`` its part in the total; ``not_`` turns its value
    round; ``input`` is what is read of an answer, such as ``json``; ``where`` gives by slice the
    values at which it applies.
    """

    kind: ClassVar[str]
    name: str | None = field(default=None, kw_only=True)
    weight: float = field(default=1, kw_only=True)
    not_: bool = field(default=False, kw_only=True)
    input: Literal["text", "json", "tool_calls"] | None = field(default=None, kw_only=True)
    where: Mapping[str, str | Sequence[str]] | None = field(default=None, kw_only=True)

    def written(self) -> dict[str, Any]:
        """Return the entry of an eval file, without options that go without saying."""
        options = {
            one.name.rstrip("_"): getattr(self, one.name)
            for one in fields(self)
            if getattr(self, one.name) != one.default
        }
        return {self.kind: options}
