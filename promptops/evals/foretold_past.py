"""What the ledger knows of a prompt's earlier calls, and what a call is expected to use."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from promptops.evals.billed import method_of, recorded_answer
from promptops.evals.costing_counts import encoding_for
from promptops.ledger.past import newest_runs, took, used
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.foretold_calls import Made
    from promptops.evals.prepared import Prepared
    from promptops.evals.variants import Variant
    from promptops.ledger.ledger import Ledger
    from promptops.model.money import Usage


@dataclass(frozen=True)
class History:
    """The newest runs of a prompt."""

    ledger: Ledger
    prompt: str

    @cached_property
    def runs(self) -> list[str]:
        """The ids of the runs, the newest first."""
        with self.ledger.lent() as rows:
            return newest_runs(rows, self.prompt)

    def used(self, model: str, version: str | None = None) -> list[Usage]:
        """Return what calls of a model used, of one version or of all."""
        with self.ledger.lent() as rows:
            return used(rows, self.runs, model, version)

    def took(self, model: str) -> list[float]:
        """Return the seconds that answers of a model took, the shortest first."""
        with self.ledger.lent() as rows:
            return took(rows, model)


class Mean(NamedTuple):
    """What a call uses on average, and how that is known; ``input`` is None where it is not.

    ``usages`` are those of earlier calls of the same version and model.
    """

    input: Decimal | None
    input_how: str
    output: Decimal
    output_how: str
    usages: Sequence[Usage] = ()


def mean(made: Prepared, one: Variant, mine: Made, history: History) -> Mean:
    """Return what a call of a variant is expected to use.

    That is what its earlier calls did. Without any its text is counted, and the answer is as long
    as the prompt says, as those of other versions were, or else as it may be.
    """
    before = history.used(one.model, one.version)
    if before:
        told = f"the mean of {len(before):,} calls of {one.version} in the ledger"
        prompt = Decimal(sum(usage.prompt_tokens for usage in before)) / len(before)
        return Mean(prompt, told, _output(before), told, before)
    answer = recorded_answer(made, one) or _answer(one, mine, history)
    return Mean(*_counted(made, one, mine), *answer)


def _output(usages: Sequence[Usage]) -> Decimal:
    return Decimal(sum(one.output_tokens for one in usages)) / len(usages)


def _counted(made: Prepared, one: Variant, mine: Made) -> tuple[Decimal | None, str]:
    known = None if made.costing is None else made.costing.counted.get(one.version)
    if known is None:
        return None, "the text of its calls is not counted"
    by_case = known.ends.get(encoding_for(one.model), {})
    ends = [by_case.get(case) for case in mine.cases]
    counted = [end[-1] for end in ends if end]
    if len(counted) < len(ends):
        return None, next(iter(known.wrong.values()), "its text cannot be cut")
    method = method_of(made, one)
    tokens = sum(counted) * method.factor / len(counted)
    return Decimal(tokens), f"counted, {method.describe()}"


def _answer(one: Variant, mine: Made, history: History) -> tuple[Decimal, str]:
    declared = one.handle.prompt.metadata.cost.output_tokens
    if declared is not None:
        return Decimal(declared.expected), f"cost.output_tokens of {one.version}"
    others = history.used(one.model)
    if others:
        return _output(others), f"the mean of {len(others):,} calls of other versions in the ledger"
    most = Decimal(mine.longest) / len(mine.cases)
    if mine.unlimited:
        return most, "run.assume_output: neither the ledger nor the prompt says how long they are"
    return most, "max_tokens: neither the ledger nor the prompt says how long they are"
