"""What a run is to ask, as its row says: how many cases and items, and which texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from promptops.ledger.rows import canonical
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from promptops.evals.prepared import Prepared
    from promptops.ledger.rows import Run


@dataclass(frozen=True, slots=True)
class Text:
    """A version on a model as a run asked it: its text's hash, and its number if it has one."""

    id: str
    version: str
    model: str
    baseline: bool
    sha256: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run was to ask."""

    cases: int = 0
    items: int = 0
    texts: tuple[Text, ...] = ()

    @classmethod
    def of(cls, run: Run) -> Scope:
        """Return what a run was to ask; nothing of one that did not write it down."""
        data = json.loads(run.scope or "{}")
        texts = tuple(Text(**one) for one in data.get("variants", ()))
        return cls(data.get("cases", 0), data.get("items", 0), texts)


def scope(made: Prepared) -> str:
    """Return what a run is to ask, as canonical JSON."""
    variants = [
        {"id": one.id, "version": one.version, "model": one.model, "baseline": one.baseline,
         "sha256": one.handle.ref.sha256, "number": one.handle.ref.version}
        for one in made.variants
    ]  # fmt: skip
    cases = len(made.cases)
    items = cases * len(variants) * made.plan.repeats
    return canonical({"cases": cases, "items": items, "variants": variants})
