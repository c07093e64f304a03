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
    alike: dict[Ends, Ends] = field(default_factory=dict)  # texts are often as long as others

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


class Counts:
    """What is known of each version that a vendor is asked about, counted when it is asked for.

    ``some`` is for the cases that are asked next: their texts are counted between calls, and not
    before the first one. With texts that nobody counted before, all are: the tokenizer serves all.
    """

    def __init__(
        self, variants: Iterable[Variant], cases: Sequence[Case], counter: TokenCounter
    ) -> None:
        self._cases, self._counter = cases, counter
        self._left = {case.id: case for case in cases}
        self._whole = False  # whether all are counted, and their failures in order
        self._found: dict[str, Counted] = {}
        self._encodings: dict[str, set[str]] = {}
        for one in variants:
            if one.baseline:
                continue
            if one.version not in self._found:
                self._found[one.version] = _first(one.handle, cases)
            self._encodings.setdefault(one.version, set()).add(encoding_for(one.model))

    def cuts(self, version: str) -> Cuts | None:
        """Return a version's stops; None where no vendor is asked about it, or nothing cuts it."""
        return self._found[version].cuts if version in self._found else None

    def of(self, version: str, case: str) -> Counted:
        """Return what is known of a version, and of one of its cases at least."""
        return (self.all() if case in self._left else self._found)[version]

    def some(self, cases: Iterable[Case]) -> None:
        """Count what is not counted yet of some cases."""
        left = [self._left.pop(one.id) for one in cases if one.id in self._left]
        if left and not self._count(left, known=True):
            self._count([*left, *self._rest()])

    def all(self) -> Mapping[str, Counted]:
        """Return what is known of all cases, by version."""
        if not self._whole:
            self._whole = True
            self._count(self._rest())
            for found in self._found.values():
                wrong = found.wrong
                found.wrong = {one.id: wrong[one.id] for one in self._cases if one.id in wrong}
        return self._found

    def _rest(self) -> list[Case]:
        left = list(self._left.values())
        self._left.clear()
        return left

    def _count(self, cases: Sequence[Case], *, known: bool = False) -> bool:
        """Count cases; with ``known`` only if no text is new. Returns whether they are counted."""
        texts = {version: _cut(found, cases) for version, found in self._found.items()}
        batch = Batch()
        for version, cut_up in texts.items():
            wanted = {text: None for one in cut_up.values() for text in _needed(one)}
            cuts = self._found[version].cuts
            attached = cuts.draft.attached if cuts else ()
            for encoding in self._encodings[version]:
                batch.add(encoding, (*attached, *wanted))
        if not known:
            batch.count(self._counter)
        elif not batch.recall(self._counter):
            return False
        for version, found in self._found.items():
            for encoding in self._encodings[version]:
                _sum(found, texts[version], encoding, batch.tokens(encoding))
        return True


def _first(handle: PromptHandle, cases: Sequence[Case]) -> Counted:
    """Return a version cut by the first case that can be, and why those before it cannot."""
    found = Counted()
    for case in cases:
        try:
            found.cuts = cut(handle, case.inputs)
        except NotEstimable as error:
            found.wrong[case.id] = str(error)
        else:
            break
    return found


def _cut(known: Counted, cases: Sequence[Case]) -> dict[str, Cut]:
    texts: dict[str, Cut] = {}
    for case in cases:
        if known.cuts is None or case.id in known.wrong:
            continue
        try:
            texts[case.id] = one = known.cuts.of(case.inputs)
            known.contents[case.id] = one.contents
        except NotEstimable as error:
            known.wrong[case.id] = str(error)
    return texts


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

    ends = known.ends.setdefault(encoding, {})
    for case, one in texts.items():
        found = tuple(map(prefix, one.texts))
        ends[case] = known.alike.setdefault(found, found)
