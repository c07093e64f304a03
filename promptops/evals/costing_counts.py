"""The tokens of every case's prefixes, with one call of the tokenizer for each encoding."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from promptops.costs.counting import Batch
from promptops.errors import NotEstimable
from promptops.evals.costing_cuts import cut
from promptops.evals.requests import asked
from promptops.model.values import dataclass
from promptops.tokens.methods import method_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from promptops.evals.costing_cuts import Cut, Cuts, Texts
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Case
    from promptops.registry.handle import PromptHandle
    from promptops.tokens.counter import TokenCounter

Ends = tuple[int, ...]  # our own tokens up to each stop; the last is all of them


@dataclass
class Counted:
    """A version's cuts, and each case's prefixes by encoding; ``wrong`` says what cannot be cut."""

    cuts: Cuts | None = None
    ends: dict[str, dict[str, Ends]] = field(default_factory=dict)  # by encoding, then by case
    contents: dict[str, Mapping[int, str]] = field(default_factory=dict)  # by case
    wrong: dict[str, str] = field(default_factory=dict)  # by case

    def told(self, version: str) -> Iterator[str]:
        """Yield what cannot be cut, each reason once, with a case that has it."""
        by_told: dict[str, list[str]] = {}
        for case, told in self.wrong.items():
            by_told.setdefault(told, []).append(case)
        for told, cases in by_told.items():
            more = f" and {len(cases) - 1:,} more" if len(cases) > 1 else ""
            yield f"{version}, case {cases[0]}{more}: {told}"


def encoding_for(model: str) -> str:
    """Return the encoding that a model's shares are counted in; factors do not change a share."""
    return method_for(asked(model)).encoding


def count(
    variants: Iterable[Variant], cases: Sequence[Case], counter: TokenCounter
) -> dict[str, Counted]:
    """Return what is known of each version that a vendor is asked about."""
    handles: dict[str, PromptHandle] = {}
    encodings: dict[str, set[str]] = {}
    for one in variants:
        if not one.baseline:
            handles[one.version] = one.handle
            encodings.setdefault(one.version, set()).add(encoding_for(one.model))
    batch, found = Batch(), dict[str, Counted]()
    texts: dict[str, dict[str, Cut]] = {}
    for version, handle in handles.items():
        found[version], texts[version] = _cut(handle, cases)
        wanted = {text: None for one in texts[version].values() for text in _needed(one)}
        cuts = found[version].cuts
        attached = cuts.draft.attached if cuts else ()
        for encoding in encodings[version]:
            batch.add(encoding, (*attached, *wanted))
    batch.count(counter)
    for version, known in found.items():
        for encoding in encodings[version]:
            _sum(known, texts[version], encoding, batch.tokens(encoding))
    return found


def _cut(handle: PromptHandle, cases: Sequence[Case]) -> tuple[Counted, dict[str, Cut]]:
    known = Counted()
    texts: dict[str, Cut] = {}
    for case in cases:
        try:
            if known.cuts is None:
                known.cuts = cut(handle, case.inputs)
            texts[case.id] = one = known.cuts.of(case.inputs)
            known.contents[case.id] = one.contents
        except NotEstimable as error:
            known.wrong[case.id] = str(error)
    return known, texts


def _needed(one: Cut) -> Iterable[str]:
    return (text for texts in one.texts for text in texts)


def _sum(
    known: Counted, texts: Mapping[str, Cut], encoding: str, tokens: Mapping[str, int]
) -> None:
    if known.cuts is None:
        return
    attached = sum(tokens[text] for text in known.cuts.draft.attached)

    def prefix(one: Texts) -> int:
        return attached + sum(map(tokens.__getitem__, one))

    alike: dict[Ends, Ends] = {}  # texts of one template are often as long as others
    known.ends[encoding] = ends = {}
    for case, one in texts.items():
        found = tuple(map(prefix, one.texts))
        ends[case] = alike.setdefault(found, found)
