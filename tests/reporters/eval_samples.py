"""Evals of Lockwren, a parcel company: passed, failed, not settled, cut short, barely begun."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from promptops.evals.report import Report
from promptops.evals.report_cases import Answered, CaseError, CaseResult, Flip, FlipSide, Seen
from promptops.evals.report_comparisons import (
    Comparison,
    Looks,
    More,
    MoreDollars,
    Sensitivity,
)
from promptops.evals.report_facts import (
    DatasetFacts,
    EvalFacts,
    Front,
    GateFacts,
    Judge,
    PriceFacts,
    RunFacts,
    Slice,
    Spent,
    TrafficFacts,
)
from promptops.evals.report_variants import (
    Cost,
    Figure,
    Latency,
    Metric,
    Money,
    Part,
    Placement,
    Rate,
    Reads,
    Repeats,
    Split,
    Tokens,
    Variant,
    Within,
)

D = Decimal
SONNET: Final = "anthropic:claude-sonnet-5-5"
HAIKU: Final = "anthropic:claude-haiku-5-5"
TEAMS: Final = ("tracking", "customs", "lockers", "refunds")
QUESTIONS: Final = (
    "Where is parcel {n}? The map has shown the same depot since Tuesday.",
    "Customs asks for an invoice for parcel {n}, and I do not have one.",
    "Locker {n} opened, but the door beside it did too. Which one is mine?",
    "Parcel {n} came back to the sender. When do I get my money?",
)
RIGHT: Final = {"v3": 0.872, "v4": 0.867, "v4 on haiku": 0.82, "baseline:majority": 0.31}


def metric(mean: float, n: int = 1000, *, half: float = 0.021, **more: Any) -> Metric:
    return Metric(mean, max(mean - half, 0), min(mean + half, 1), "Wilson score", n, **more)


def variant(name: str, mean: float, per_call: str | None, role: Any = "candidate",
            model: str = SONNET, ratio: Figure | None = None, **more: Any) -> Variant:  # fmt: skip
    """Return a variant; its cost has an interval of 4 %."""
    each = None if per_call is None else D(per_call)
    cost = Cost()
    if each is not None:
        per = each / D(str(mean))
        parts: tuple[tuple[Any, str], ...] = (
            ("input", "0.21"), ("cache_read", "0.09"), ("cache_write", "0.06"), ("output", "0.64"),
        )  # fmt: skip
        cost = Cost(
            each, Money(1000 * each, 960 * each, 1040 * each),
            Money(per, per * D("0.95"), per * D("1.05")), ratio,
            tuple(Part(part, each * D(share)) for part, share in parts),
        )  # fmt: skip
    given = {
        "n": 1000,
        "metrics": {"label": metric(mean, invalid=3),
                    "tone": metric(0.91, half=0.03, note="uncalibrated")},
        "latency": Latency(Figure(0.81, 0.79, 0.84), Figure(1.92, 1.78, 2.1)),
        "tokens": Tokens(412.0, 1840.0, 14.5, 38.2, None),
        "attempts": {"ok": 1000, "rate_limited": 12, "server": 3},
        "sha256": "ab" * 32,
        "model_served": (model.partition(":")[2] + "-20261001",),
    }  # fmt: skip
    return Variant(name, role, name.partition(" ")[0], model, cost=cost, **{**given, **more})


def baseline(name: str = "baseline:majority", mean: float = 0.31) -> Variant:
    return Variant(name, "baseline", name, name, n=1000, metrics={"label": metric(mean)},
                   cost=Cost(D(0), Money(D(0), D(0), D(0)), Money(D(0), D(0), D(0))),
                   attempts={"ok": 1000})  # fmt: skip


CHEAPER: Final = Figure(0.62, 0.59, 0.65)


def comparison(difference: float = -0.004, low: float = -0.0112, high: float = 0.0032,
               verdict: Any = "pass", candidate: str = "v4",
               **more: Any) -> Comparison:  # fmt: skip
    given: dict[str, Any] = {
        "n": 1000, "missing": 0, "clusters": 640, "b": 24, "c": 28, "both": 840, "neither": 108,
        "bound": low + 0.001, "ceiling": high - 0.001, "margin": D("0.02"),
        "confidence": D("0.95"), "p": 0.0009, "p_holm": 0.0009, "test": "non_inferiority",
        "test_method": "Tango score", "interval_method": "Newcombe paired hybrid score",
        "looks": Looks(), "cost": CHEAPER,
        "reasons": ("no worse by more than 0.02",),
        "sensitivity": Sensitivity(Figure(difference, low, high), Figure(difference, low, high),
                                   Figure(difference, low, high)),
    }  # fmt: skip
    return Comparison(candidate, "v3", "label", difference=difference, low=low, high=high,
                      verdict=verdict, **{**given, **more})  # fmt: skip


def placements() -> tuple[Placement, ...]:
    rows = (("none", "4.91", "4.91", 1.72, None), ("as-shipped", "2.85", "3.6", 1.0, 0.93),
            ("automatic", "2.91", "3.7", 1.02, 0.92), ("best-5m", "2.62", "3.4", 0.92, 0.95),
            ("best", "2.41", "2.9", 0.85, 0.98))  # fmt: skip
    return tuple(
        Placement(f"v4 / {kind}", "v4", kind, Money(D(each), D(each) * D("0.96"),
                                                    D(each) * D("1.04")),
                  D(worst), D(each) / 867, ratio, rate)
        for kind, each, worst, ratio, rate in rows
    )  # fmt: skip


def cases(count: int, names: tuple[str, ...] = ("v3", "v4"), seed: int = 3) -> list[CaseResult]:
    """Return cases of which each variant gets its share right, mostly the same ones."""
    draw = random.Random(seed)
    found = []
    for at in range(count):
        team = TEAMS[at % 4]
        luck = draw.random()
        answers = tuple(_answered(name, at, team, luck, draw) for name in names)
        found.append(CaseResult(f"P-{at:05}", {"ticket": QUESTIONS[at % 4].format(n=at)}, team,
                                f"account-{at % 640}", {"language": "en" if at % 3 else "sv"},
                                answers))  # fmt: skip
    return found


def _answered(name: str, at: int, team: str, luck: float, draw: random.Random) -> Answered:
    right = luck + 0.03 * (draw.random() - 0.5) < RIGHT.get(name, 0.8)
    label = team if right else TEAMS[(at + 1) % 4]
    reason = "" if right else f"answered {label}, expected {team}"
    scores = {
        "label": Seen(float(right), label, reason),
        "tone": Seen(1.0 if luck > 0.1 else 0.0, None, "It greets the customer and is short."),
    }
    said = f"This is for the team of {label}: the parcel's number is known, the customer waits."
    return Answered(name, said, scores, cost=D("0.00285"), latency=0.6 + luck,
                    input_tokens=2266, output_tokens=38)  # fmt: skip


def flips(found: list[CaseResult]) -> tuple[Flip, ...]:
    """Return the cases of which one side alone is right, those that broke first."""

    def side(one: Answered) -> FlipSide:
        score = one.scores["label"]
        return FlipSide(score.value, score.label, score.reason)

    some = [Flip(one.id, later.variant, side(one.answers[0]), side(later))
            for one in found for later in one.answers[1:]
            if not later.variant.startswith("baseline")
            and not one.answers[0].missing and not later.missing
            and one.answers[0].scores["label"].value != later.scores["label"].value]  # fmt: skip
    return tuple(sorted(some, key=lambda one: not one.broke))


def passed(count: int = 60) -> Report:
    """Return the worked example: no worse, and cheaper."""
    names = ("v3", "v4", "baseline:majority")
    results = cases(count, names)
    return Report(
        generated_at="2026-11-22T10:57:20+00:00",
        run=RunFacts("20261122-7f3a", "2026-11-22T10:41:00+00:00", "0.9.0", 7,
                     "2026-11-22T10:44:31+00:00", "ab12" * 10, 1000, 1000),
        eval=EvalFacts("parcels/triage", "parcels/triage", "cd" * 32, "label",
                       GateFacts("label", D("0.02"), D("0.95"), "non_inferiority", D("0.01"),
                                 D("1.0"))),
        dataset=DatasetFacts("data/triage.jsonl", "ef" * 32, 1000, 640, (
            Slice("language", "sv", 333, {"v3": metric(0.84, 333, half=0.04),
                                          "v4": metric(0.82, 333, half=0.04)}),
            Slice("language", "en", 667, {"v3": metric(0.888, 667),
                                          "v4": metric(0.89, 667)}))),
        variants=(variant("v3", 0.872, "0.0046", "incumbent"),
                  variant("v4", 0.868, "0.00285", ratio=CHEAPER, shared=112, reused=40),
                  baseline()),
        verdict="pass", incumbent="v3", recommended="v4",
        prices=PriceFacts("genai-prices==0.2.3", "2026-11-20", "15b1" * 16, "lock"),
        traffic=TrafficFacts("prompts/parcels/triage.prompt.j2", 120_000.0,
                             "120,000 calls a month, one every 22 s"),
        comparisons=(comparison(),),
        placements=placements(),
        pareto=(Front("v4", 0.97), Front("v3", 0.61), Front("baseline:majority", 1.0)),
        spent=Spent(D("4.1275"), D("0.02"), 14, D("0.61"), D("5.00"), D("1.00")),
        flips=flips(results),
        notes=("Rows of one account are one unit of variance.",
               "Answers of v3 to 40 cases are of an earlier run, at their own price."),
        cases=tuple(results),
    )  # fmt: skip


def failed() -> Report:
    """Return a candidate that is worse by more than the margin, after an outage."""
    base = passed()
    one = comparison(-0.051, -0.072, -0.03, "fail", b=12, c=63, p=0.99, p_holm=0.99, missing=4,
                     reasons=("worse by more than 0.02",))  # fmt: skip
    errors = (CaseError("P-00003", "v4", "timed_out", "no reply within 120 s", attempts=3),
              CaseError("P-00007", "v4", "invalid", "context too long", "failed"))  # fmt: skip
    results = list(base.cases)
    for at, error in ((3, errors[0]), (7, errors[1])):
        lost = Answered("v4", None, {} if at == 3 else {"label": Seen(0.0, None, "no answer")},
                        cause=error.cause, message=error.message, attempts=3)  # fmt: skip
        first, _, last = results[at].answers
        results[at] = replace(results[at], answers=(first, lost, last))
    return replace(base, verdict="fail", recommended="v3", comparisons=(one,), errors=errors,
                   cases=tuple(results), flips=flips(results))  # fmt: skip


def dearer() -> Report:
    """Return a candidate as good, that costs more than the gate allows."""
    ratio = Figure(1.12, 1.08, 1.16)
    one = comparison(verdict="fail", cost=ratio, max_ratio=D("1.0"),
                     reasons=("the cost ratio is above 1",))  # fmt: skip
    base = passed()
    return replace(base, verdict="fail", recommended="v3", comparisons=(one,), placements=(),
                   variants=(base.variants[0],
                             variant("v4", 0.868, "0.00515", ratio=ratio)))  # fmt: skip


def inconclusive() -> Report:
    """Return what 212 more cases would settle."""
    one = comparison(-0.006, -0.025, 0.013, "inconclusive", n=430, b=9, c=12, both=360, neither=49,
                     more_cases=More(212, 480), more_usd=MoreDollars(D("1.10"), D("0.55")),
                     reasons=("the difference is between -0.0221 and 0.0101",))  # fmt: skip
    return replace(passed(), verdict="inconclusive", comparisons=(one,), recommended="v3")


def unlikely() -> Report:
    """Return a difference beyond the margin that no number of cases makes a pass."""
    one = comparison(-0.024, -0.05, 0.002, "inconclusive", more_cases=More(900, None))
    return replace(passed(), verdict="inconclusive", comparisons=(one,))


def broke() -> Report:
    """Return a run that its budget stopped."""
    base = inconclusive()
    one = replace(base.comparisons[0], n=412, more_cases=None, more_usd=None,
                  reasons=("the budget is spent",))  # fmt: skip
    told = "the budget of $5.00 is spent after 412 of 1,000 cases"
    return replace(base, run=replace(base.run, done=412, stopped=told), comparisons=(one,),
                   reasons=(told,), spent=replace(base.spent, now=D("4.99")))  # fmt: skip


def unpriced() -> Report:
    """Return models whose price nobody knows."""
    base = passed()
    some = (variant("v3", 0.872, None, "incumbent", "acme:atlas-2"),
            variant("v4", 0.868, None, model="acme:atlas-2"))  # fmt: skip
    return replace(base, variants=some, comparisons=(comparison(cost=None),), placements=(),
                   prices=None, spent=Spent(possible_calls=2),
                   cases=tuple(replace(one, answers=tuple(replace(each, cost=None)
                                                          for each in one.answers[:2]))
                               for one in base.cases))  # fmt: skip


def simple() -> Report:
    """Return an eval whose most frequent label is as good as its model."""
    base = passed()
    return replace(base, variants=(*base.variants[:2], baseline("baseline:nearest", 0.901)),
                   notes=("baseline:nearest needs no model and is better than v3.",))  # fmt: skip


def several() -> Report:
    """Return candidates of which one passes, one fails, and one is not settled."""
    base = passed()
    names = ("v3", "v4", "v4 on haiku", "v5", "baseline:majority")
    found = cases(60, names)
    return replace(
        base, verdict="fail", recommended="v4",
        variants=(base.variants[0], base.variants[1],
                  variant("v4 on haiku", 0.82, "0.00091", model=HAIKU,
                          ratio=Figure(0.2, 0.19, 0.21)),
                  variant("v5", 0.871, "0.0047", ratio=Figure(1.02, 0.97, 1.07)), baseline()),
        comparisons=(comparison(),
                     comparison(-0.052, -0.07, -0.034, "fail", "v4 on haiku",
                                cost=Figure(0.2, 0.19, 0.21)),
                     comparison(-0.001, -0.022, 0.02, "inconclusive", "v5",
                                cost=Figure(1.02, 0.97, 1.07), more_cases=More(77, 80),
                                more_usd=MoreDollars(D("0.71"), D("0.355")))),
        pareto=(Front("v3", 0.42), Front("v4", 0.97), Front("v4 on haiku", 0.99),
                Front("v5", 0.12), Front("baseline:majority", 1.0)),
        flips=flips(found), cases=tuple(found),
    )  # fmt: skip


def judged() -> Report:
    """Return judges that nobody compared with people."""
    told = Judge("tone", "judges/tone@v2", SONNET, 2000, 3, None, same_vendor=("v3", "v4"))
    known = Judge("kind", "judges/kind@v1", "openai:gpt-5-mini", 2000, 0, 80,
                  Figure(0.9, 0.81, 0.95), 0.78, Figure(0.93, 0.8, 0.98),
                  Figure(0.86, 0.7, 0.94))  # fmt: skip
    return replace(passed(), judges=(told, known))


def nothing() -> Report:
    """Return an eval that was stopped before its first answer."""
    base = passed()
    some = tuple(Variant(one.id, one.role, one.ref, one.model, attempts={"denied": 1})
                 for one in base.variants[:2])  # fmt: skip
    one = Comparison("v4", "v3", "label", margin=D("0.02"), confidence=D("0.95"),
                     test="non_inferiority", verdict="inconclusive",
                     reasons=("0 pairs of scores are too few for a verdict",))  # fmt: skip
    stopped = "the key of anthropic was refused (401)"
    return replace(base, run=replace(base.run, done=0, ended=None, stopped=stopped), variants=some,
                   verdict="inconclusive", recommended=None, comparisons=(one,), placements=(),
                   pareto=(), spent=Spent(now=D(0), budget=D(5)), flips=(), cases=(), notes=(),
                   reasons=(stopped,))  # fmt: skip


def alone() -> Report:
    """Return one version without a gate."""
    base = passed()
    return replace(base, variants=base.variants[:1], comparisons=(), verdict=None, flips=(),
                   recommended=None, eval=replace(base.eval, gate=None), placements=(),
                   pareto=())  # fmt: skip


def staged() -> Report:
    """Return a pass at a planned look on two metrics, of three answers to each case, streamed."""
    base = passed()
    sensitivity = Sensitivity(Figure(-0.004, -0.011, 0.003), Figure(-0.002, -0.009, 0.005),
                              Figure(-0.008, -0.015, -0.001))  # fmt: skip
    one = comparison(missing=4, p_holm=0.0018, sensitivity=sensitivity,
                     looks=Looks(2, 3, 0.0187, "planned"))  # fmt: skip
    tone = replace(one, metric="tone", margin=D("0.05"), b=None, c=None, both=None, neither=None,
                   difference=0.004, low=-0.02, high=0.028)  # fmt: skip
    rates = (Rate(1, Figure(0.868, 0.84, 0.89), Figure(0.868, 0.84, 0.89)),
             Rate(3, Figure(0.96, 0.941, 0.979), Figure(0.71, 0.67, 0.75)))  # fmt: skip
    later = replace(
        base.variants[1],
        latency=replace(base.variants[1].latency, stored=True, first_byte=Figure(0.21, 0.2, 0.23)),
        reads=Reads(300, Split(21_000, 179_400, 600), Split(21_000, 180_000, 0), 299),
        repeats=Repeats(3, rates, 0.04, 0.081),
        cost=replace(base.variants[1].cost,
                     with_failures=Money(D("0.332"), D("0.291"), D("0.373"))),
        within=(Within(2, 0.93, measured=True), Within(3, 0.96, measured=True)),
    )  # fmt: skip
    unmarked = Reads(300, Split(620_000), None, 0, "the vendor takes no marks")
    first = replace(base.variants[0], reads=unmarked)
    gate = replace(base.eval.gate, also={"tone": D("0.05")}, looks=3, failure_cost=D("2.5"))  # type: ignore[type-var]
    return replace(
        base, variants=(first, later, base.variants[2]), comparisons=(one, tone),
        eval=replace(base.eval, gate=gate),
        run=replace(base.run, stopped="look 2 of 3 decided after 667 of 1,000 cases"),
        notes=("The verdict is of the first 667 cases in their order; 12 more were under way.",),
    )  # fmt: skip


SAMPLES: Final[dict[str, Callable[[], Report]]] = {
    one.__name__: one
    for one in (passed, failed, dearer, inconclusive, unlikely, broke, unpriced, simple, several,
                judged, nothing, alone, staged)
}  # fmt: skip
