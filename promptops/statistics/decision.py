"""From bounds to PASS, FAIL or INCONCLUSIVE, with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from promptops.model.values import dataclass
from promptops.statistics.choice import FEWEST_UNITS
from promptops.statistics.families import all_hold

if TYPE_CHECKING:
    from promptops.statistics.gate import Gate
    from promptops.statistics.inference import Inference, Interval
    from promptops.statistics.missing import Filled
    from promptops.statistics.ratios import Ratio

Answer = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """One-sided bounds: what a pass rests on has missing scores against the candidate."""

    pass_low: float
    pass_high: float
    fail_low: float
    fail_high: float

    @classmethod
    def between(
        cls, complete: Inference, worst: Inference, best: Inference, confidence: float
    ) -> Self:
        """Return the bounds of the complete pairs, and of the others on their far sides."""
        return cls(
            worst.lower(confidence),
            best.upper(confidence),
            complete.lower(confidence),
            complete.upper(confidence),
        )

    def passes(self, gate: Gate) -> bool:
        """Whether what the gate asks is shown."""
        above = self.pass_low > gate.threshold
        return above and (gate.test != "equivalence" or self.pass_high < gate.margin)

    def fails(self, gate: Gate) -> bool:
        """Whether the opposite is."""
        below = self.fail_high < gate.threshold
        return below or (gate.test == "equivalence" and self.fail_low > gate.margin)

    @staticmethod
    def p(gate: Gate, worst: Inference, best: Inference) -> float:
        """Return the p that a pass rests on."""
        above = worst.p_above(gate.threshold)
        if gate.test != "equivalence":
            return above
        return all_hold([above, best.p_below(gate.margin)])


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, its reasons, and whether more cases could settle it."""

    verdict: Literal["PASS", "FAIL", "INCONCLUSIVE"]
    reasons: tuple[str, ...]
    wants_cases: bool = False


def cost_decision(ratio: Ratio | None, gate: Gate, confidence: float) -> Answer:
    """Return whether the cost is within what the gate allows."""
    if gate.max_cost_ratio is None:
        return "yes"
    if ratio is None or ratio.units < FEWEST_UNITS:
        return "unknown"
    if ratio.lower(confidence) > gate.max_cost_ratio:
        return "no"
    return "yes" if ratio.upper(confidence) <= gate.max_cost_ratio else "unknown"


def decide(gate: Gate, bounds: Bounds, interval: Interval, cost: Answer, found: Filled) -> Decision:
    """Return the verdict with its reasons, the gravest first."""
    failed = []
    if bounds.fails(gate):
        failed.append(_missed(gate, bounds))
    if cost == "no":
        failed.append(f"the cost ratio is above {gate.max_cost_ratio:g}")
    if failed and found.missing <= gate.max_errors * found.n:
        return Decision("FAIL", tuple(failed))
    open_questions = []
    lost = found.missing > gate.max_errors * found.n
    if lost:
        open_questions.append(
            f"{found.missing} of {found.n} pairs are missing,"
            f" more than {100 * gate.max_errors:g} %: resume"
        )
    passes, fails = bounds.passes(gate), bounds.fails(gate)
    if not passes and not fails:
        open_questions.append(_unsettled(gate, bounds))
    if cost == "unknown":
        open_questions.append(f"whether the cost ratio is above {gate.max_cost_ratio:g} is open")
    if open_questions:
        wants_cases = not lost and not passes and not fails  # what is lost comes before more
        return Decision("INCONCLUSIVE", tuple(open_questions), wants_cases)
    held = [_held(gate)]
    if interval.high < 0:
        held.append("measurably worse, within the margin")
    return Decision("PASS", tuple(held))


def _held(gate: Gate) -> str:
    told = {
        "non_inferiority": f"no worse by more than {gate.margin:g}",
        "superiority": f"better by more than {gate.margin:g}",
        "equivalence": f"neither better nor worse by more than {gate.margin:g}",
    }
    return told[gate.test]


def _missed(gate: Gate, bounds: Bounds) -> str:
    if bounds.fail_low > gate.threshold:
        return f"better by more than {gate.margin:g}"
    if gate.test == "superiority":
        return f"not better by more than {gate.margin:g}" if gate.margin else "worse"
    return f"worse by more than {gate.margin:g}"


def _unsettled(gate: Gate, bounds: Bounds) -> str:
    ends = f"between {bounds.pass_low:.4f} and {bounds.fail_high:.4f}"
    return f"the difference is {ends}: that settles nothing about {gate.threshold:g}"
