"""What the ledger says of each item of a run: which attempts it took, and which run answered it."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from promptops.evals.costing_reads import Sent
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from promptops.evals.variants import Variant
    from promptops.ledger.attempts import Attempt
    from promptops.ledger.ledger import Ledger

Place = tuple[str, str, str, int]  # an item by its version, model, case and repeat


@dataclass(frozen=True)
class Trails:
    """The calls of a run by item; items that share an answer share a key."""

    keys: Mapping[Place, str] = field(default_factory=dict)
    attempts: Mapping[str, Sequence[Attempt]] = field(default_factory=dict)
    reused: Mapping[str, str] = field(default_factory=dict)  # the run that answered, by key
    unfit: Mapping[str, Sequence[Attempt]] = field(default_factory=dict)  # of that run

    @classmethod
    def of(cls, ledger: Ledger, *run_ids: str) -> Trails:
        """Return the trails of a run, or of all parts of one."""
        keys: dict[Place, str] = {}
        reused: dict[str, str] = {}
        attempts: dict[str, tuple[Attempt, ...]] = {}  # most have one: lists keep room for more
        for run in run_ids:
            own: dict[str, str] = {}  # the keys that this run answered; items take the same texts
            for attempt in ledger.attempts(run):
                key = attempt.answer_key
                if attempt.state == "ok":
                    own[key] = key
                if attempt.purpose == "answer":
                    attempts[key] = (*attempts.get(key, ()), attempt)
            for version, model, case, repeat, key, from_run in ledger.items(run):
                keys[version, model, case, repeat] = own.get(key, key)
                if from_run is not None and key not in own:
                    reused[key] = from_run
        unfit: dict[str, list[Attempt]] = {}
        for run in dict.fromkeys(reused.values()):
            for attempt in ledger.attempts(run, "unfit"):
                if reused.get(attempt.answer_key) == run:
                    unfit.setdefault(attempt.answer_key, []).append(attempt)
        return cls(keys, attempts, reused, unfit)

    def key(self, variant: Variant, case: str, repeat: int) -> str | None:
        """Return the key of an item's answer; None where nothing is known of it."""
        return self.keys.get((variant.version, variant.model, case, repeat))

    def made(self, variant: Variant, case: str, repeat: int) -> Sequence[Attempt]:
        """Return the attempts that this run made at an item."""
        if not self.attempts:
            return ()
        return self.attempts.get(self.key(variant, case, repeat) or "", ())

    def from_run(self, variant: Variant, case: str, repeat: int) -> str | None:
        """Return the run that an item's answer is used again of."""
        if not self.reused:
            return None
        return self.reused.get(self.key(variant, case, repeat) or "")

    def reuses(self, variant: Variant, items: Iterable[tuple[str, int]]) -> int:
        """Return how many of a variant's answers, by case and repeat, are of earlier runs."""
        if not self.reused:
            return 0
        version, model, keys = variant.version, variant.model, self.keys
        return sum(
            keys.get((version, model, case, repeat)) in self.reused for case, repeat in items
        )

    def of_variant(self, variant: Variant) -> dict[str, None]:
        """Return the keys of a variant's answers, each once."""
        return {
            key: None
            for (version, model, _, _), key in self.keys.items()
            if version == variant.version and model == variant.model
        }

    def others(self, variant: Variant, case: str, repeat: int) -> Iterator[Attempt]:
        """Yield the attempts at an item, but for the one that answered, that may be billed.

        An answer that is used again brings those along that were not of the schema before it.
        """
        if self.in_vain:
            yield from self.in_vain.get(self.key(variant, case, repeat) or "", ())

    @cached_property
    def in_vain(self) -> dict[str, list[Attempt]]:
        """The attempts that may be billed for an answer nobody got, by key; most runs have few."""
        found = {key: list(each) for key, each in self.unfit.items()}
        for key, made in self.attempts.items():
            if len(made) == 1 and made[0].state == "ok":
                continue
            answered = next((one.id for one in made if one.state == "ok"), None)
            lost = [one for one in made if one.id != answered
                    and one.billed in {"yes", "unknown"} and one.usage is not None]  # fmt: skip
            if lost:
                found.setdefault(key, []).extend(lost)
        return found

    def sent(self, variants: Sequence[Variant]) -> Iterator[Sent]:
        """Yield the calls of vendors that were answered and tell their tokens, each once."""
        ids = {(one.version, one.model): one.id for one in variants if not one.free}
        seen = set()
        for (version, model, case, repeat), key in self.keys.items():
            name = ids.get((version, model))
            if name is None or key in seen:
                continue
            seen.add(key)
            for one in self.attempts.get(key, ()):
                if one.state == "ok" and one.usage is not None:
                    yield Sent(name, case, one.sent_at, one.usage, one.first_byte, repeat)
