"""A project whose answers are judged: a model drafts replies, other models grade them."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from promptops.caching.book import bundled as rules
from promptops.evals.plan import EvalPlan
from promptops.evals.plan_file import parse_plan
from promptops.evals.prepared import Setting
from promptops.evals.report import Report
from promptops.evals.running import Way, carried_out
from promptops.ledger.ledger import Ledger
from promptops.pricing.book import bundled
from promptops.pricing.prices import Prices
from promptops.registry.handle import PromptHandle
from promptops.registry.runtime import Registry
from tests.vendor_server.answers import Answer, Asked
from tests.vendor_server.faults import Fault, Faults
from tests.vendor_server.world import World

CLAUDE, GPT, GEMINI = (
    "anthropic:claude-haiku-5-5", "openai:gpt-5-mini", "google:gemini-3.8-flash",
)  # fmt: skip
DRAFT = """---
version: %d
model: anthropic:claude-haiku-5-5
params: {max_tokens: 40}
inputs: {letter: string}
---
{%% user %%}
Answer this letter to the tea shop%s: {{ letter }}
{%% enduser %%}
"""
JUDGE = """---
version: 1
model: openai:gpt-5-mini
params: {max_tokens: 60}
inputs:
  letter: {type: string, untrusted: true}
  %s
output: {schema: schemas/%s.json}
---
{%% user %%}
Grade. <letter>{{ letter }}</letter> %s
{%% enduser %%}
"""
UNTRUSTED = "{type: string, untrusted: true}"
SORT = """---
version: %d
model: anthropic:claude-haiku-5-5
params: {max_tokens: 40}
inputs: {letter: string}
output: {schema: schemas/yard.json}
---
{%% user %%}
To which yard%s: {{ letter }}
{%% enduser %%}
"""
YARD = json.dumps({"type": "object", "properties": {"yard": {"enum": ["north", "south"]}},
                   "required": ["yard"], "additionalProperties": False})  # fmt: skip
EVAL = """prompt: %s
versions: [v1, v2]
models: [%s]
dataset: {path: cases.jsonl, id: id, expected: kind}
scorers:
%s
%s
"""
RUBRIC = "  - judge.rubric: {name: tone, prompt: judge/tone@v1, model: openai:gpt-5-mini%s}"


def schema(**fields: Any) -> str:
    properties = {"reason": {"type": "string"}, **fields}
    made = {"type": "object", "properties": properties, "required": list(properties)}
    return json.dumps({**made, "additionalProperties": False})


def project(root: Path, cases: int = 12) -> Path:
    """Write prompts in two versions, two judges and some letters; returns the root."""
    drafted = "<draft>{{ answer }}</draft>"
    both = "<first>{{ first }}</first> <second>{{ second }}</second>"
    two = f"first: {UNTRUSTED}\n  second: {UNTRUSTED}"
    files = {
        "v1/prompts/draft.prompt.j2": DRAFT % (1, ""),
        "v2/prompts/draft.prompt.j2": DRAFT % (2, ", kindly"),
        "v1/prompts/judge/tone.prompt.j2": JUDGE % (f"answer: {UNTRUSTED}", "tone", drafted),
        "v1/prompts/judge/better.prompt.j2": JUDGE % (two, "winner", both),
        "v1/prompts/schemas/tone.json": schema(verdict={"enum": ["pass", "fail"]}),
        "v1/prompts/schemas/winner.json": schema(verdict={"enum": ["first", "second", "tie"]}),
        "v1/prompts/sort.prompt.j2": SORT % (1, ""),
        "v2/prompts/sort.prompt.j2": SORT % (2, ", please"),
        "v1/prompts/schemas/yard.json": YARD,
        "v2/prompts/schemas/yard.json": YARD,
        "evals/cases.jsonl": "".join(
            json.dumps({"id": f"c{n}", "letter": f"letter {n}", "kind": "kind"}) + "\n"
            for n in range(cases)
        ),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def setting(root: Path, ledger: Ledger, **more: Any) -> Setting:
    """Return where the project's evals run."""
    by = {version: Registry.load(root / version) for version in ("v1", "v2")}

    def handle(reference: str) -> PromptHandle:
        name, _, version = reference.partition("@")
        return by[version].get(name)

    book = bundled()
    return Setting(root, handle, Prices(book, book.as_of), ledger, "0", rules(), **more)


def plan(root: Path, scorers: str, more: str = "", prompt: str = "draft") -> EvalPlan:
    """Return the plan of an eval file with these scorers."""
    return parse_plan((EVAL % (prompt, CLAUDE, scorers, more)).encode(), "evals/e.yaml", root)


def ran(root: Path, ledger: Ledger, what: EvalPlan, way: Way | None = None, **more: Any) -> Report:
    """Return the report of a plan that is carried out."""
    return asyncio.run(carried_out(what, setting(root, ledger, **more), way))


class OnlyOf(Faults):
    """Faults of one model's requests: in order, then none, or the last of them always."""

    def __init__(
        self, world: World, model: str, faults: list[Fault], *, always: bool = False
    ) -> None:
        super().__init__(deque(faults))
        self._world, self._model, self._always = world, model, always

    def next(self, key: str, attempt: int) -> Fault | None:
        if self._world.heard[-1].body.get("model") != self._model or not self.queue:
            return None
        return self.queue[0] if self._always else self.queue.popleft()


def answering(
    grade: Callable[[Asked], Mapping[str, Any] | str], draft: Callable[[Asked], str] | None = None
) -> Callable[[Asked], Answer]:
    """Return models that draft and grade: whoever is given a schema is a judge."""

    def answer(asked: Asked) -> Answer:
        if asked.schema is None:
            return Answer(draft(asked) if draft else f"Dear you, {asked.draw().hex()[4:12]}")
        told = grade(asked)
        return Answer(told if isinstance(told, str) else json.dumps(told))

    return answer


def passing(asked: Asked) -> Mapping[str, Any]:
    """Grade by a draw of the whole question: nine of ten drafts pass."""
    return {"reason": "as I see it", "verdict": "fail" if asked.draw("grade") < 0.1 else "pass"}
