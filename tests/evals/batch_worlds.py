"""Evals whose calls go in batches, in this process or in one that can be killed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from promptops.caching.book import bundled as rules
from promptops.config import Server
from promptops.evals.batch import Manner
from promptops.evals.batch_desk import Pace
from promptops.evals.plan_file import parse_plan
from promptops.evals.prepared import Setting
from promptops.evals.report import Report
from promptops.evals.running import Way, carried_out
from promptops.ledger.ledger import Ledger
from promptops.pricing.book import bundled
from promptops.pricing.prices import Prices
from promptops.registry.handle import PromptHandle
from promptops.registry.runtime import Registry

CLAUDE, GPT = "anthropic:claude-haiku-5-5", "openai:gpt-5-mini"
BOTH = f"{CLAUDE}, {GPT}"
QUICK = Pace(0.02, 1.5, 0.1, 0.05)
PROMPT = """---
version: %d
params: {max_tokens: 12}
inputs: {parcel: string}
---
{%% system %%}
Say to which yard a parcel goes: harbour or station.%s
{%% endsystem %%}
{%% user %%}
{{ parcel }}
{%% enduser %%}
"""
EVAL = """prompt: sort
versions: [v1, v2]
models: [%s]
dataset: {path: cases.jsonl, id: id, expected: yard}
scorers: [{label: [harbour, station]}]
gate: {metric: label, margin: 0.5}
%s
"""


def project(root: Path, cases: int = 6) -> Path:
    """Write two versions of a prompt and some cases; returns the root."""
    for number, more in ((1, ""), (2, "\nBe brief.")):
        path = root / f"v{number}/prompts/sort.prompt.j2"
        path.parent.mkdir(parents=True)
        path.write_text(PROMPT % (number, more))
    (root / "evals").mkdir()
    rows = [
        {"id": f"c{n}", "parcel": f"{'crate' if n % 2 else 'box'} number {n}",
         "yard": "harbour" if n % 2 else "station"}
        for n in range(cases)
    ]  # fmt: skip
    (root / "evals/cases.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return root


def ran(
    root: Path,
    ledger: Ledger,
    models: str = CLAUDE,
    manner: Manner | None = None,
    *,
    more: str = "",
    servers: dict[str, Server] | None = None,
    **way: Any,
) -> Report:
    """Return the report of an eval whose calls go in batches; an unfinished run goes on."""
    by = {version: Registry.load(root / version) for version in ("v1", "v2")}

    def handle(reference: str) -> PromptHandle:
        name, _, version = reference.partition("@")
        return by[version].get(name)

    book = bundled()
    prices = Prices(book, book.as_of)
    setting = Setting(root, handle, prices, ledger, "0", rules(), servers=servers or {})
    plan = parse_plan((EVAL % (models, more)).encode(), "evals/sort.yaml", root)
    given = {"goes_on": True, "batches": manner or Manner(pace=QUICK), **way}
    return asyncio.run(carried_out(plan, setting, Way(**given)))


def batch_price(usage: dict[str, Any], model: str) -> Decimal:
    """Return what a vendor charges in batches for the tokens that it counted."""
    price = bundled().price(model, bundled().as_of)
    assert price is not None
    assert price.batch is not None
    rates = price.batch.rates
    paid = usage["input"] * rates.input + usage["output"] * rates.output
    return Decimal(paid) / 1_000_000


def serve() -> None:
    """Run an eval in a process of its own for each line of input; print its id, then its end."""
    for line in sys.stdin:
        root, models, environment = json.loads(line)
        process = os.fork()
        if process == 0:
            os.environ.update(environment)
            with Ledger.open(Path(root) / "l.db") as ledger:
                ran(Path(root), ledger, models)
            os._exit(0)
        print(process, flush=True)  # noqa: T201 - what it is for
        print(os.waitpid(process, 0)[1], flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
