"""Two runs side by side: over the cases that both had, by the statistics of one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.errors import UsageError
from promptops.evals.judged import judged
from promptops.evals.reporting import Material, report
from promptops.evals.resuming import SHORT
from promptops.evals.told import facts
from promptops.evals.trails import Trails
from promptops.git.state import DIRTY
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.plan import Gate
    from promptops.evals.report import Report
    from promptops.evals.report_comparisons import Outcome
    from promptops.evals.report_facts import Judge
    from promptops.evals.shown import Shown
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Case

_COMMIT: Final = 7  # characters
_WORST: Final[tuple[Outcome, ...]] = ("fail", "inconclusive", "pass")


@dataclass(frozen=True)
class Side:
    """A run, and what its variants are called beside those of the other."""

    run: Shown
    label: str

    def named(self, one: Variant) -> Variant:
        """Return a variant under a name of its own."""
        version = f"{one.version} ({self.label})"
        return replace(one, id=one.id.replace(one.version, version, 1), version=version)

    def trails(self) -> Trails:
        """Return the calls of the run under those names."""
        found = Trails.of(self.run.made.setting.ledger, *self.run.ran.ids)
        return Trails(
            {
                (f"{version} ({self.label})", model, case, repeat): f"{self.label} {key}"
                for (version, model, case, repeat), key in found.keys.items()
            },
            {f"{self.label} {key}": each for key, each in found.attempts.items()},
            {f"{self.label} {key}": run for key, run in found.reused.items()},
        )


def compared_runs(before: Shown, after: Shown) -> Report:
    """Return how each variant of the later run stands against itself in the earlier one.

    Where no variant is in both, that is the last of the later against the first of the earlier.
    Only cases of the same id and inputs count. A verdict is given where the datasets are the same,
    and the gated metrics scored alike: by the gate of the later run.

    Raises:
        UsageError: No case is in both, or no metric.
    """
    sides = _sides(before, after)
    cases = [case for case in after.made.cases
             if before.inputs.get(case.id) == after.inputs.get(case.id, "")]  # fmt: skip
    names = {one.name for one in before.made.scorers}
    if not cases or not names & {one.name for one in after.made.scorers}:
        lacking = "case" if not cases else "scorer"
        raise UsageError(f"eval compare: the runs have no {lacking} in common")
    gate, told = _gate(before, after)
    notes = [_told(before, after, cases), *told, *before.ran.notes, *after.ran.notes]
    each = [_pair(sides, pair, cases, gate, notes) for pair in _pairs(before, after)]
    first, *others = each
    return replace(
        first,
        variants=tuple(one for found in each for one in found.variants),
        comparisons=tuple(one for found in each for one in found.comparisons),
        flips=tuple(one for found in each for one in found.flips),
        errors=tuple(one for found in each for one in found.errors),
        judges=tuple(map(_judge, zip(*(found.judges for found in each), strict=True))),
        verdict=_worst([found.verdict for found in each]),
        pareto=first.pareto if not others else (),
        cases=[
            replace(case, answers=tuple(one for found in each for one in found.cases[at].answers))
            for at, case in enumerate(first.cases)
        ],
    )


def _judge(each: Sequence[Judge]) -> Judge:
    """Return what is said of a judge beside all pairs, of what is said beside each."""
    return replace(
        each[0],
        same_vendor=tuple(name for one in each for name in one.same_vendor),
        corrected={name: value for one in each for name, value in one.corrected.items()},
    )


def _pair(
    sides: tuple[Side, Side],
    pair: tuple[Variant, Variant],
    cases: Sequence[Case],
    gate: Gate | None,
    notes: Sequence[str],
) -> Report:
    after = sides[1].run
    plan = replace(
        after.made.plan, gate=gate,
        repeats=min(one.run.made.plan.repeats for one in sides),
    )  # fmt: skip
    both = [side.named(one) for side, one in zip(sides, pair, strict=True)]
    seen = {
        new.id: dict(side.run.seen.get(one.id, {}))
        for side, one, new in zip(sides, pair, both, strict=True)
    }
    names = {one.name for one in sides[0].run.made.scorers}
    scorers = tuple(one for one in after.made.scorers if one.name in names)
    earlier, later = (side.trails() for side in sides)
    trails = Trails(
        {**earlier.keys, **later.keys},
        {**earlier.attempts, **later.attempts},
        {**earlier.reused, **later.reused},
    )
    stopped = sides[0].run.ran.stopped or after.ran.stopped
    made = replace(after.made, plan=plan, variants=both, cases=cases, scorers=scorers, costing=None)
    ran = replace(after.ran, stopped=stopped, notes=tuple(dict.fromkeys(notes)))
    material = Material(plan, both, cases, seen, scorers, None, trails, after.made.prices)
    found = report(material, replace(facts(made, ran, material), again=None))
    return judged(found, made, after.judges, seen)


def _pairs(before: Shown, after: Shown) -> list[tuple[Variant, Variant]]:
    """Return the variants that are in both, or else one of each."""
    known = {(one.version, one.model): one for one in before.made.variants if not one.baseline}
    found = [
        (known[one.version, one.model], one)
        for one in after.made.variants
        if (one.version, one.model) in known and not one.baseline
    ]
    last = [one for one in after.made.variants if not one.baseline][-1]
    return found or [(before.made.variants[0], last)]


def _sides(before: Shown, after: Shown) -> tuple[Side, Side]:
    one, other = (_label(run) for run in (before, after))
    if one == other:
        one, other = (run.ran.id[:SHORT] for run in (before, after))
    if one == other:
        one, other = "before", "after"
    return Side(before, one), Side(after, other)


def _label(run: Shown) -> str:
    commit = run.runs[0].commit
    if commit is None:
        return run.ran.id[:SHORT]
    return commit[:_COMMIT] + ("+" if commit.endswith(DIRTY) else "")


def _gate(before: Shown, after: Shown) -> tuple[Gate | None, list[str]]:
    """Return the gate that may be held to, and why there is none."""
    gate = after.made.plan.gate
    if gate is None:
        return None, []
    if before.runs[0].dataset_sha256 != after.runs[0].dataset_sha256:
        return None, ["the datasets of the runs differ, so nothing is gated"]
    theirs, mine = ({one.name: one for one in run.made.plan.scorers} for run in (before, after))
    for metric in gate.margins:
        if metric in mine and theirs.get(metric) != mine[metric]:
            return None, [f"{metric} is not scored in the same way in both runs: nothing is gated"]
    return gate, []


def _told(before: Shown, after: Shown, cases: Sequence[Case]) -> str:
    names = " and ".join(f"{run.ran.id[:SHORT]} ({_label(run)})" for run in (before, after))
    counts = f"{len(before.inputs):,} and {len(after.inputs):,}"
    return f"runs {names} are compared over the {len(cases):,} cases that both have, of {counts}"


def _worst(verdicts: Sequence[Outcome | None]) -> Outcome | None:
    return next((one for one in _WORST if one in verdicts), None)
