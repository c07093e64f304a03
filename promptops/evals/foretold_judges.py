"""What judges and embeddings would cost: their questions rest on answers that nobody knows yet."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.evals.foretold_values import Dollars, Got, Judge
from promptops.evals.judging_vectors import vector_request
from promptops.evals.requests import asked
from promptops.evals.variants import longest
from promptops.model.evaluation import Completion
from promptops.model.money import MILLION
from promptops.scorers.judge import answers_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.evals.foretold_calls import Calls
    from promptops.evals.foretold_values import Line
    from promptops.evals.judges import Grader
    from promptops.evals.prepared import Prepared
    from promptops.model.evaluation import Case, Request

NOTHING: Final = Decimal(0)
BYTES: Final = 8  # of a token of an answer: more than any text in words has on average
LETTERS: Final = 4  # of a token, as a rule of thumb


class _Answers(NamedTuple):
    """The tokens of an answer: as expected, and of the longest."""

    mean: Decimal
    most: int


def judges(made: Prepared, found: Calls, lines: Sequence[Line]) -> Iterator[Judge]:
    """Yield what is foretold of each scorer that asks models, all of its questions new."""
    if not made.graders.each:
        return
    most = max((one.most for one in found.made.values()), default=0) or made.plan.run.assume_output
    known = [(one.output_tokens.value, one.calls) for one in lines if one.paid and one.calls]
    tokens, calls = (sum(each) for each in zip(*known, strict=True)) if known else (0, 0)
    answers = _Answers(Decimal(tokens) / calls if calls else Decimal(most), most)
    for grader in made.graders.each:
        yield _judge(made, grader, answers)


def _judge(made: Prepared, grader: Grader, answers: _Answers) -> Judge:
    cases = [case for case in made.cases if grader.scorer.applies(case)]
    each = len(made.variants) * made.plan.repeats
    questions = grader.questions(each, len(made.variants))
    calls = questions * len(cases) + grader.about_labels
    unknown = [model for model in grader.models if made.graders.prices.get(model) is None]
    if unknown or not cases:
        why = made.setting.prices.why_unknown(asked(unknown[0])) if unknown else "no case applies"
        value = None if unknown else NOTHING
        return Judge(grader.name, grader.models, calls, Dollars(Got(value, why), Got(value, why)))
    worst = expected = NOTHING
    for case in cases:
        for model in grader.models:
            sent = _question(grader, case, model, answers.most)
            worst += made.graders.call(grader, sent).worst or NOTHING
            expected += _expected(made, grader, sent, answers)
    share = Decimal(calls) / (len(cases) * len(grader.models))
    told = f"every question anew, of answers of {answers.most:,} tokens, {BYTES} bytes each"
    guess = f"a token for {LETTERS} letters, of answers of {answers.mean:,.0f} tokens"
    cost = Dollars(Got(expected * share, guess), Got(worst * share, told))
    return Judge(grader.name, grader.models, calls, cost)


def _question(grader: Grader, case: Case, model: str, tokens: int) -> Request:
    """Return a question about answers of so many tokens."""
    text = "x" * _letters(grader, tokens)
    text = f'"{text}"' if grader.scorer.reads == "json" else text
    if grader.judge is None:
        return vector_request(model, text)
    number = 2 if grader.compares else 1
    return grader.judge.question(case, (Completion(text),) * number, model)


def _letters(grader: Grader, tokens: int) -> int:
    """Return how long the longest answer is that a judge can be shown."""
    most = tokens * BYTES
    if grader.handle is None:
        return most
    declared = [grader.handle.inputs[name].schema.max_length for name in answers_of(grader.scorer)]
    room = min((one for one in declared if one is not None), default=most)
    return max(min(most, room - 2), 0)  # what is read as JSON stands in quotes


def _expected(made: Prepared, grader: Grader, sent: Request, answers: _Answers) -> Decimal:
    price = made.graders.prices[sent.model]
    assert price is not None  # noqa: S101 - a judge without a price is not asked this
    number = 2 if grader.compares else 1
    shown = number * _letters(grader, answers.most)
    letters = sum(len(text) for _, text in sent.messages) - shown
    tokens = Decimal(max(letters, 0)) / LETTERS + number * answers.mean
    rates = price.rates_for(round(tokens))
    output = NOTHING
    if grader.handle is not None:
        declared = grader.handle.prompt.metadata.cost.output_tokens
        most = longest(sent, made.plan.run.assume_output)
        output = Decimal(most) if declared is None else declared.expected
    return (tokens * rates.input + output * rates.output) / MILLION
