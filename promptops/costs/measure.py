"""Pairs of prompts -> what costs are worked out from: tokens, stretches, declared use.

This is the part that reads, renders and counts; all that follows is arithmetic on plain values.
A ``Measured`` depends on the texts of both sides, on the models that they are counted for, and on
``Asked``, and on nothing else: with the same it is the same, so that it can be kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from promptops.costs.counting import Batch, counted, method_of
from promptops.costs.facts import Asked, Edit, Facts, Measured
from promptops.costs.sent import sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from promptops.costs.counting import Count
    from promptops.costs.cutting import Cutting
    from promptops.costs.edits import Drafted
    from promptops.costs.sent import Sent
    from promptops.costs.side import Pair, Side
    from promptops.costs.stretches import Stretches
    from promptops.model.tokens import CountMethod
    from promptops.tokens.counter import TokenCounter
    from promptops.tokens.remote import RequestCounter


@dataclass
class _Work:
    """A pair's texts, and how they are counted."""

    pair: Pair
    old: Sent | None
    new: Sent | None
    methods: dict[str, CountMethod] = field(default_factory=dict)  # of old, again and new
    given: dict[str, int] = field(default_factory=dict)  # the vendor's counts of the same
    cuts: dict[str, Cutting] = field(default_factory=dict)  # of old and new
    drafts: Sequence[Drafted] = ()

    def sent(self, asked: Asked) -> Iterator[tuple[str, Sent, str | None]]:
        """Yield what is counted: the old text, it again for the new model, and the new one."""
        before = asked.model_of(self.pair.old) if self.pair.old else None
        after = asked.model_of(self.pair.new) if self.pair.new else None
        if self.old is not None:
            yield "old", self.old, before
            yield "again", self.old, after or before
        if self.new is not None:
            yield "new", self.new, after

    def marks(self, key: str) -> list[tuple[tuple[str, ...], str]]:
        """Return the texts in front of a side's cache marks, and the lifetimes of these."""
        runs = self.cuts[key].runs if key in self.cuts else ()
        return [(run.cut.texts, run.ttl) for run in runs if run.ttl is not None]

    def prefix(self, key: str) -> tuple[str, ...]:
        """Return the texts in front of a side's last mark, or of what differs on every call."""
        runs = self.cuts[key].runs if key in self.cuts else ()
        ends = [run.cut.texts for run in runs if run.ttl is not None]
        ends = ends or [run.cut.texts for run in runs if not run.changes.per_call]
        return ends[-1] if ends else ()


def measure(
    pairs: Sequence[Pair],
    asked: Asked,
    counter: TokenCounter,
    requests: RequestCounter | None = None,
) -> list[Measured]:
    """Return what is known of each pair; the texts of all are counted together.

    ``requests`` counts whole requests, where the vendors' own counts are to be taken.

    Raises:
        CountingError: A vendor was asked to count and did not answer.
    """
    batch = Batch()
    work = [_work(pair, asked) for pair in pairs]
    for one in work:
        _ask(one, asked, batch)
    batch.count(counter)
    later = [one for one in work if _long(one, asked, batch)]
    for one in later:
        _cut(one, asked)
        _ask(one, asked, batch)
    if later:
        batch.count(counter)
    if requests is not None:
        _ask_vendors(work, asked, requests)
    return [_measured(one, asked, batch) for one in work]


def _ask_vendors(work: Sequence[_Work], asked: Asked, requests: RequestCounter) -> None:
    from promptops.costs.vendor_counts import ask

    sides = [
        {key: (one, model) for key, one, model in work_one.sent(asked) if model is not None}
        for work_one in work
    ]
    given = ask(sides, [one.pair.name for one in work], requests)
    for one, counts in zip(work, given, strict=True):
        one.given = counts


def _work(pair: Pair, asked: Asked) -> _Work:
    old, new = sent(pair, asked.folder, asked.variables(pair.name))
    found = _Work(pair, old, new)

    def is_text(start: str) -> bool:
        return any(side.closure.startswith(start) for side in (pair.old, pair.new) if side)

    for key, one, model in found.sent(asked):
        known = partial(asked.calibrations, pair.name, is_text)
        found.methods[key] = method_of(one, model, known)
    if not pair.broken and any(one and one.marked for one in (pair.old, pair.new)):
        _cut(found, asked)
    return found


def _cut(work: _Work, asked: Asked) -> None:
    """Cut both sides, as a cache may be at work on one of them."""
    # It takes Jinja, which most prompts do without.
    from promptops.costs.cutting import cut
    from promptops.costs.edits import edits

    sides = {"old": (work.pair.old, work.old), "new": (work.pair.new, work.new)}
    known = {
        key: (side, one.values)
        for key, (side, one) in sides.items()
        if side is not None and one is not None and one.values is not None
    }
    for key, (side, values) in known.items():
        found = cut(side.prompt, _reader(side, asked.folder), values)
        if found is not None:
            work.cuts[key] = found
    if asked.fixes and "new" in work.cuts and _rearranged(work):
        side, values = known["new"]
        work.drafts = edits(work.cuts["new"], _reader(side, asked.folder), values)


def _rearranged(work: _Work) -> bool:
    """Return whether what may be cached is laid out in another way than before.

    Else another order would be no answer to what the change brought.
    """
    layouts = [
        [(run.restless, run.ttl) for run in work.cuts[key].runs]
        for key in ("old", "new")
        if key in work.cuts
    ]
    return len(layouts) == 1 or layouts[0] != layouts[1]


def _long(work: _Work, asked: Asked, batch: Batch) -> bool:
    """Return whether a vendor may cache one of the sides that nobody cut, without any mark."""
    if work.pair.broken or work.cuts:
        return False
    for key, one, model in work.sent(asked):
        if model is not None and one.values is not None:
            method = work.methods[key]
            tokens = batch.tokens(method.encoding)
            found = method.scale(sum(tokens[text] for text in (*one.messages, *one.attached)))
            most = found if method.band is None else int(found * method.band[1]) + 1
            if asked.cached(work.pair.name, model, most):
                return True
    return False


def _reader(side: Side, folder: str) -> Callable[[str], bytes | None]:
    return lambda name: side.files.read(f"{folder}/{name}" if folder else name)


def _ask(work: _Work, asked: Asked, batch: Batch) -> None:
    for key, one, _ in work.sent(asked):
        batch.add(work.methods[key].encoding, (*one.messages, *one.attached))
    for key, found in work.cuts.items():
        batch.add(work.methods[key].encoding, found.texts)
    for draft in work.drafts:
        batch.add(work.methods["new"].encoding, draft.cutting.texts)


def _measured(work: _Work, asked: Asked, batch: Batch) -> Measured:
    pair = work.pair
    counts = {}
    for key, one, model in work.sent(asked):
        counts[key] = counted(one, work.methods[key], batch)
        if key in work.given and model is not None:
            from promptops.costs.vendor_counts import corrected

            counts[key] = corrected(counts[key], work.given[key], model)
    stretches = {
        key: found.counted(batch.tokens(work.methods[key].encoding))
        for key, found in work.cuts.items()
    }
    return Measured(
        pair.name,
        pair.status,
        pair.origin,
        pair.moved,
        pair.via,
        pair.broken,
        _facts(pair.old, asked, counts.get("old"), stretches.get("old")),
        _facts(pair.new, asked, counts.get("new"), stretches.get("new")),
        counts.get("again"),
        _silent(work, asked),
        work.prefix("old") != work.prefix("new"),
        tuple(
            Edit(one.move, one.cutting.counted(batch.tokens(work.methods["new"].encoding)))
            for one in work.drafts
        ),
    )


def _facts(
    side: Side | None, asked: Asked, count: Count | None, found: Stretches | None
) -> Facts | None:
    if side is None:
        return None
    declared = side.prompt.metadata
    return Facts(
        side.prompt.path,
        asked.model_of(side),
        declared.cost,
        declared.traffic,
        count,
        found,
        side.broken("head") is None,
        side.marked,
    )


def _silent(work: _Work, asked: Asked) -> bool:
    """Return whether both sides send the same, as where only a comment changed."""
    pair, old, new = work.pair, work.old, work.new
    if pair.old is None or pair.new is None or old is None or new is None or pair.broken:
        return False
    same = (old.messages, old.attached) == (new.messages, new.attached)
    same = same and new.counted == "rendered" and not pair.origin
    declared = [one.prompt.metadata.cache for one in (pair.old, pair.new)]
    same = same and work.marks("old") == work.marks("new") and declared[0] == declared[1]
    return same and asked.model_of(pair.old) == asked.model_of(pair.new)
