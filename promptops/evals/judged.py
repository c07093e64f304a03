"""What a report says of a run's judges: how far they agree, with people and with one another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.evals.findings import value_of
from promptops.evals.order import unit
from promptops.evals.report_facts import Judge as Told
from promptops.evals.report_variants import Figure
from promptops.evals.requests import asked
from promptops.evals.words import percent
from promptops.model.evaluation import Score
from promptops.scorers.calibration import ENOUGH
from promptops.scorers.kinds.judges import PREFERRED
from promptops.scorers.verdicts import Verdict
from promptops.statistics.agreement import (
    calibrated,
    cohen_kappa,
    krippendorff_alpha,
    prediction_powered,
)
from promptops.statistics.gate import Cause
from promptops.statistics.rates import wilson

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promptops.evals.gathered import Seen
    from promptops.evals.judges import Grader
    from promptops.evals.judging_records import Labelled, Record
    from promptops.evals.prepared import Prepared
    from promptops.evals.report import Report
    from promptops.evals.report_variants import Variant
    from promptops.scorers.calibration import Graded
    from promptops.statistics.inference import Interval

    Answers = Mapping[str, Mapping[str, Sequence[Seen]]]

UNCALIBRATED: Final = "uncalibrated"
_HALF: Final = 0.5


def judged(found: Report, made: Prepared, records: Mapping[str, Record], seen: Answers) -> Report:
    """Return a report with its judges, and with what is to be known beside their figures."""
    each = [one for one in made.graders.each if one.judge is not None and one.name in records]
    judges: list[Told] = []
    notes: dict[str, dict[str, str]] = {one.id: {} for one in found.variants}
    for grader in each:
        record = records[grader.name]
        corrected = {}
        for variant, beside in notes.items():
            figure = _corrected(made, variant, grader, record, seen)
            beside[grader.name] = _note(figure)
            if figure is not None:
                corrected[variant] = figure
        judges += (replace(one, corrected=corrected) for one in _rows(made, grader, record))
    variants = tuple(_noted(one, notes[one.id]) for one in found.variants)
    return replace(found, judges=tuple(judges), variants=variants)


def _noted(variant: Variant, notes: Mapping[str, str]) -> Variant:
    metrics = {
        name: replace(one, note=notes[name]) if name in notes else one
        for name, one in variant.metrics.items()
    }
    return replace(variant, metrics=metrics)


def _rows(made: Prepared, grader: Grader, record: Record) -> Iterator[Told]:
    alpha = _alpha(grader, record)
    for model in grader.models:
        known = [(one.words[model], one.graded) for one in record.labelled]
        labels = [(word, one) for word, one in known if word is not None]
        pairs = record.pairs[model]
        row = Told(
            grader.name,
            str(grader.scorer.options["prompt"]),
            model,
            record.calls[model],
            record.errors[model],
            len(labels) or None,
            position_bias=record.biased[model] / pairs if pairs else None,
            alpha=alpha,
            same_vendor=_related(made, model),
        )
        yield _calibrated(row, grader, labels) if labels else row


def _calibrated(row: Told, grader: Grader, labels: Sequence[tuple[str, Graded]]) -> Told:
    """Return a row with how a model's words agree with people's; right is worth above half."""
    words = [(judge, one.label) for judge, one in labels]
    same = sum(judge == person for judge, person in words)
    worth = [(_worth(grader, one, judge), _worth(grader, one, one.label)) for judge, one in labels]
    right = [(judge > _HALF, person > _HALF) for judge, person in worth
             if judge is not None and person is not None]  # fmt: skip
    two = calibrated(right) if right else None
    return replace(
        row,
        agreement=_figure(wilson(same, len(words))),
        kappa=cohen_kappa(words),
        sensitivity=_figure(two.sensitivity) if two else None,
        specificity=_figure(two.specificity) if two else None,
    )


def _worth(grader: Grader, one: Graded, word: str) -> float | None:
    """Return what a word on a graded answer is worth, whoever says it."""
    assert grader.judge is not None  # noqa: S101 - embeddings have no labels
    if grader.compares:
        return grader.scorer.settled(Score(PREFERRED[word])).value
    return grader.judge.score(one.case, (Verdict("", word),)).value


def _alpha(grader: Grader, record: Record) -> float | None:
    if len(grader.models) == 1:
        return None
    worth = grader.judge.values if grader.judge else {}
    if worth:
        units = [[None if one is None else worth[one] for one in unit] for unit in record.units]
        return krippendorff_alpha(units, distance="interval")
    return krippendorff_alpha(record.units, distance="nominal")


def _related(made: Prepared, model: str) -> tuple[str, ...]:
    """Return the variants whose model is of a judge's vendor."""
    vendor = _vendor(model)
    if vendor == "baseline":
        return ()
    return tuple(one.id for one in made.variants
                 if not one.baseline and _vendor(one.model) == vendor)  # fmt: skip


def _vendor(model: str) -> str:
    return asked(model).partition(":")[0]


def _note(found: Figure | None) -> str:
    if found is None or found.value is None or found.low is None or found.high is None:
        return UNCALIBRATED
    ends = f"[{percent(found.low)}, {percent(found.high)}]"
    return f"people would say {percent(found.value)} % {ends}"


def _corrected(
    made: Prepared, variant: str, grader: Grader, record: Record, seen: Answers
) -> Figure | None:
    """Return the rate that people would give a variant, where enough of them were asked."""
    both = [(one.value, _worth(grader, one.graded, one.graded.label), _unit(one))
            for one in record.labelled]  # fmt: skip
    labelled = [(judge, person, name) for judge, person, name in both
                if judge is not None and person is not None]  # fmt: skip
    if len(labelled) < ENOUGH:
        return None
    answers = seen.get(variant, {})
    values = [(value_of(answers.get(case.id, ()), grader.name), unit(case)) for case in made.cases]
    judged = [(float(value), name) for value, name in values if not isinstance(value, Cause)]
    return _figure(
        prediction_powered(
            [value for value, _ in judged],
            [(judge, person) for judge, person, _ in labelled],
            [*(name for _, name in judged), *(name for *_, name in labelled)],
            elsewhere=True,
        )
    )


def _unit(one: Labelled) -> str:
    case = one.graded.case
    return f"graded cluster {case.cluster}" if case.cluster else f"graded {case.id}"


def _figure(found: Interval | None) -> Figure | None:
    return None if found is None else Figure(found.value, found.low, found.high)
