"""What answers cost in production, as if live and in a steady state, wherever cache marks stand.

Nothing is asked of a vendor: an answer's own tokens are shared out by the text of its case, and
the cache is as full as the traffic of production keeps it. What a run paid is another question.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

from promptops.evals.alike import Alike
from promptops.evals.costing_charge import Charge, Meter
from promptops.evals.costing_counts import Counts, encoding_for
from promptops.evals.costing_cuts import DIFFERS
from promptops.evals.costing_mean import prefix
from promptops.evals.costing_plans import SHIPPED, Placing, as_shipped, checked, ground, placings
from promptops.evals.costing_values import Costed, Placed, Reply
from promptops.evals.plan import PLACEMENTS
from promptops.model.money import PER_CALL
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from promptops.evals.costing_counts import Counted, Ends
    from promptops.evals.costing_plans import Ground, Marked
    from promptops.evals.costing_terms import Steady
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Case, Completion
    from promptops.model.money import Price
    from promptops.tokens.counter import TokenCounter

FREE: Final = Decimal(0)
ONE: Final = Decimal(1)
_UNCUT: Final = "its text cannot be cut"


@dataclass(frozen=True)
class Costing:
    """Costs of answers to some cases, whose texts are counted when they are asked for."""

    variants: Sequence[Variant]
    cases: Sequence[Case]
    steady: Steady
    counts: Counts

    @property
    def counted(self) -> Mapping[str, Counted]:
        """What is known of all cases, by version."""
        return self.counts.all()

    @cached_property
    def errors(self) -> tuple[str, ...]:
        """What must not be: texts that are not the same between placements, or cannot be cut."""
        return tuple(one for version, known in self.counted.items() for one in known.told(version))

    def dollars(self, variant: Variant, case: Case, completion: Completion) -> Decimal | None:
        """Return what an answer costs with the marks as shipped; None where it is not known."""
        if variant.baseline:
            return FREE
        meter = self._meter(variant)
        if meter is None or completion.usage is None:
            return None
        ends = self.ends(variant, case.id)
        if ends is None and meter.placing.marks:
            return None
        found = meter.exact(completion.usage, ends or ()).quantize(PER_CALL)
        return self._alike.one(found, found)

    def costed(
        self, replies: Iterable[Reply], kinds: Sequence[str] = PLACEMENTS
    ) -> dict[str, Costed]:
        """Return what each variant's answers cost in some placements, that as shipped always."""
        told: dict[str, dict[str, list[Reply]]] = defaultdict(lambda: defaultdict(list))
        for reply in replies:
            told[reply.variant][reply.case].append(reply)
        asked = {SHIPPED, *kinds}
        found = {}
        for one in self.variants:
            known: dict[tuple[Marked, ...] | str, Placed] = {}  # several may have the same marks
            placed = []
            for placing in self._placings(one, told[one.id]):
                if placing.kind in asked:
                    same = placing.unknown or placing.marks
                    if same not in known:
                        known[same] = self._placed(one, placing, told[one.id])
                    assumed = "" if placing.unknown else placing.told
                    placed.append(replace(known[same], kind=placing.kind, told=assumed))
            found[one.id] = Costed(tuple(placed))
        return found

    def _price(self, variant: Variant) -> Price | None:
        return self.steady.price(variant.model)

    @cached_property
    def grounds(self) -> dict[str, Ground]:
        """The versions as their models' caches see them, by variant."""
        cuts = ((one, self.counts.cuts(one.version)) for one in self.variants if not one.baseline)
        return {one.id: ground(known, self.steady, one.model) for one, known in cuts if known}

    @cached_property
    def _alike(self) -> Alike[Decimal]:
        return Alike()

    @cached_property
    def _meters(self) -> dict[str, Meter | None]:
        return {}

    def _meter(self, variant: Variant) -> Meter | None:
        """Return what charges answers as shipped; None where they have no known cost."""
        if variant.id not in self._meters:
            on, price = self.grounds.get(variant.id), self._price(variant)
            placing = as_shipped(on, self.steady) if on else Placing(SHIPPED, unknown=_UNCUT)
            known = on is not None and price is not None and not placing.unknown
            self._meters[variant.id] = (
                Meter(placing, price, on.rules) if known and on and price else None
            )
        return self._meters[variant.id]

    def ends(self, variant: Variant, case: str) -> Ends | None:
        """Return the prefixes of a case up to the stops that the variant's vendor knows."""
        on = self.grounds.get(variant.id)
        if on is None:
            return None
        counted = self.counts.of(variant.version, case)
        known = counted.ends[self._encodings[variant.model]].get(case)
        return known[on.skipped :] if known and on.skipped else known

    @cached_property
    def _encodings(self) -> dict[str, str]:
        return {one.model: encoding_for(one.model) for one in self.variants}

    def _placings(self, variant: Variant, told: Mapping[str, Sequence[Reply]]) -> Sequence[Placing]:
        if variant.baseline:
            return [Placing(SHIPPED)]
        price, on = self._price(variant), self.grounds.get(variant.id)
        wrong = next(iter(self.counted[variant.version].wrong.values()), _UNCUT)
        unknown = f"no price of {variant.model} is known" if price is None else wrong
        if price is None or on is None:
            return [Placing(kind, unknown=unknown) for kind in PLACEMENTS]
        prefixes = [
            prefix(ends, reply.usage.prompt_tokens)
            for case, replies in told.items()
            if (ends := self.ends(variant, case))
            for reply in replies
            if reply.usage is not None
        ]
        found = placings(on, self.steady, price, prefixes)
        differs = DIFFERS in self.counted[variant.version].wrong.values()
        return checked(found, DIFFERS if differs else "")

    def _placed(
        self, variant: Variant, placing: Placing, told: Mapping[str, Sequence[Reply]]
    ) -> Placed:
        if variant.baseline:
            each = tuple(FREE if one.id in told else None for one in self.cases)
            return Placed(variant.id, placing.kind, each, Charge() if told else None)
        price, on = self._price(variant), self.grounds.get(variant.id)
        if placing.unknown or price is None or on is None:
            none = (None,) * len(self.cases)
            return Placed(variant.id, placing.kind, none, unknown=placing.unknown)
        meter = Meter(placing, price, on.rules)
        each = tuple(self._case(variant, meter, told.get(one.id, ())) for one in self.cases)
        worst = meter.mean(late=True)
        return Placed(
            variant.id,
            placing.kind,
            each,
            meter.mean(),
            None if worst is None else worst.usd,
            tuple((on.stops[mark.at].label, mark.ttl) for mark in placing.marks),
            told=placing.told,
        )

    def _case(self, variant: Variant, meter: Meter, replies: Sequence[Reply]) -> Decimal | None:
        """Return a case's dollars, its repeats averaged; None where one of them is not known."""
        if not replies or any(one.usage is None for one in replies):
            return None
        ends = self.ends(variant, replies[0].case)
        if ends is None and meter.placing.marks:
            return None
        share = ONE if len(replies) == 1 else ONE / len({one.repeat for one in replies})
        total = FREE
        for one in replies:
            if one.usage is not None:
                total += meter.count(one.usage, one.reasoning, ends or (), share)
        meter.number += 1
        return (total * share).quantize(PER_CALL)


def costing(
    variants: Sequence[Variant], cases: Sequence[Case], steady: Steady, counter: TokenCounter
) -> Costing:
    """Return the costs of answers to some cases.

    Raises:
        TokenizerError: New texts are to be counted, and one cannot be read.
        VocabularyError: New texts are to be counted, and there is nothing to count them with.
    """
    counts = Counts(variants, cases, counter)
    # Cases are mostly added at an end: what takes a tokenizer is counted before a call is made.
    counts.some([*cases[:1], *cases[-1:]])
    return Costing(variants, cases, steady, counts)
