"""What an eval file may say: its keys, their values, and a sentence on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.evals.plan import (
    PLACEMENTS,
    BudgetSpec,
    CostGate,
    Gate,
    RunSpec,
)
from promptops.evals.plan_file_kinds import (
    ANYTHING,
    BOOLEAN,
    Kind,
    choice,
    integer,
    mapping,
    number,
    record,
    seconds,
    several,
    text,
)
from promptops.evals.plan_file_scorers import SCORERS
from promptops.evals.plan_file_sources import CASSETTE, DATASET
from promptops.statistics.looks import MOST_LOOKS
from promptops.templates.use import traffic

if TYPE_CHECKING:
    from promptops.shape import Path, Wrong

# As behind the @ of a reference: v3, a label, work, git:REV, sha256:HASH.
_VERSION: Final = text(
    r"v[1-9][0-9]{0,8}|work|git:[^\x00-\x1f]+|sha256:[0-9a-f]{8,64}"
    r"|(?!(?:latest|work|git|sha256|v[0-9]+)$)[a-z][a-z0-9_-]*",
    "v3, a label, work, git:REV or sha256:HASH",
)
_MODEL: Final = text(r"[A-Za-z0-9_.-]+:\S+", "provider:model")
_BASELINE: Final = text(
    r"baseline:\S+", "baseline:majority, baseline:nearest or baseline:FILE.py:FUNCTION"
)
_MONEY: Final = number("0", "1000000000")


def _traffic(value: Any, path: Path, problems: list[Wrong]) -> dict[str, Any]:
    return {} if value == "prompt" else dict(traffic(value, path, problems))


_TRAFFIC: Final = Kind(
    _traffic,
    {
        "anyOf": [
            {"const": "prompt"},
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "arrivals": {
                        "enum": ["poisson", "cron"],
                        "description": "At random, or by the clock.",
                    },
                    "every": {
                        "type": "string",
                        "pattern": "^[1-9][0-9]{0,4}[smhd]$",
                        "description": "The time between calls by the clock.",
                    },
                    "hours": {
                        "enum": ["even", "office"],
                        "description": "All day, or in working hours.",
                    },
                    "trace": {"type": "string", "description": "A file of recorded calls."},
                },
            },
        ]
    },
)
_GATE: Final = record(
    Gate,
    {
        "metric": text(r"[^\x00-\x1f]+", "a scorer's name").described("The scorer that decides."),
        "margin": number("0", below="1").described("On the metric's scale; 0.02 is 2 points."),
        "confidence": number(above="0.5", below="1").described("One-sided."),
        "test": choice("non_inferiority", "superiority", "equivalence").described(
            "What is to be shown."
        ),
        "looks": integer(1, MOST_LOOKS).described("How often it is decided; planned before."),
        "stop": choice("e-process").described("Look all the time, by betting."),
        "cost": record(
            CostGate,
            {"max_ratio": number(above="0", most="1000").described("Of what the incumbent costs.")},
            ("max_ratio",),
        ).described("What a candidate may cost."),
        "max_errors": number("0", "1").described("The share of pairs that may be lost."),
        "inconclusive": choice("exit", "pass", "fail").described("What no verdict means."),
        "any": BOOLEAN.described("One candidate that passes is enough."),
        "failure_cost": _MONEY.described("Dollars that a wrong answer costs."),
        "also": mapping(number("0", below="1")).described(
            "Further metrics that must hold, each with its margin."
        ),
    },
    ("metric",),
)


def _run(**keys: Any) -> RunSpec:
    if keys.get("max_age") is not None:
        keys["max_age"] = int(keys["max_age"])
    return RunSpec(**keys)


_RUN: Final = record(
    _run,
    {
        "concurrency": integer(1, 10_000).described("Calls at the same time to one model."),
        "seed": integer(0, 2**63 - 1).described("Draws the order of the cases."),
        "timeout": seconds().described("Of a call, all in all."),
        "max_age": seconds(never=True).described("Of a stored answer that may be used again."),
        "warm_up": BOOLEAN.described("Whether one call fills a cache before the others."),
        "retry_invalid": integer(0, 10).described("How often an invalid answer is asked again."),
        "stream": BOOLEAN.described("Whether answers are streamed."),
        "store": choice("answers", "hashes").described("What is kept of answers."),
        "cassette": CASSETTE.described("Recorded answers, which `replay:` models give."),
        "provider_options": mapping(ANYTHING).described("Handed to the provider as they are."),
        "assume_output": integer(1, 10_000_000).described(
            "Tokens of an answer at most, for budgets, where the prompt has no max_tokens."
        ),
    },
)


_PROMPT: Final = text(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*", "a prompt's name, such as support/triage")
PLAN: Final = record(
    dict,
    {
        "prompt": _PROMPT.described("The prompt's name."),
        "versions": several(_VERSION, least=1).described("The first is the incumbent."),
        "models": several(_MODEL).described("The first is the incumbent's; else the prompt's own."),
        "baselines": several(_BASELINE).described("Shown beside the models, never gated."),
        "dataset": DATASET,
        "placements": several(choice(*PLACEMENTS)).described("Cache marks that are priced."),
        "scorers": SCORERS.described("What says how good an answer is."),
        "repeats": integer(1, 1_000).described("Answers for each version, model and case."),
        "gate": _GATE.described("What a candidate must show."),
        "budget": record(
            BudgetSpec,
            {
                "usd": _MONEY.described("Dollars, at most."),
                "judge_usd": _MONEY.described("Of them for judges, at most."),
            },
        ).described("What a run may spend."),
        "traffic": _TRAFFIC.described("How calls arrive in production; else as the prompt says."),
        "run": _RUN.described("How a run goes about it."),
    },
    ("prompt", "dataset", "scorers"),
)
