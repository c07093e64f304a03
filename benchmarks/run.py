"""Ratios of promptops' speed to what it is built on, measured in one run.

    python benchmarks/run.py

Prints the median of each ratio, with the lowest and highest, and the limit it has to keep. A ratio
of two things measured in turn holds still where seconds do not.
"""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from promptops.config import TemplateSettings
from promptops.model.prompt import Input, Schema
from promptops.templates.render import Renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parent.parent
ROUNDS = 15
PROMPTOPS = str(Path(sys.executable).with_name("promptops"))


def cpu(command: Sequence[str]) -> float:
    """Return the CPU seconds of a process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def loop(call: Callable[[], object], times: int = 500) -> float:
    """Return the CPU seconds of some calls, the best of three tries."""

    def once() -> float:
        start = time.process_time()
        for _ in range(times):
            call()
        return time.process_time() - start

    return min(once() for _ in range(3))


def show(what: str, ratios: list[float], limit: float) -> bool:
    """Print a row and return whether the median keeps the limit."""
    middle = statistics.median(ratios)
    kept = middle <= limit
    spread = f"{min(ratios):.2f} ... {max(ratios):.2f}"
    print(f"{what:<58} {middle:5.2f}  ({spread})  <= {limit}  {'ok' if kept else 'TOO SLOW'}")
    return kept


def processes(ours: Sequence[str], theirs: Sequence[str]) -> list[float]:
    """Return the ratio of two commands' CPU time, round by round, after a warm-up."""
    cpu(ours), cpu(theirs)
    return [cpu(ours) / cpu(theirs) for _ in range(ROUNDS)]


def rendering() -> list[float]:
    """Return the ratio of a sandboxed, strict, validated render to a raw compiled template's.

    The prompt is a chat of about 970 tokens with ten inputs and a loop of ten.
    """
    rules = "Answer in the language of the ticket, keep to the passages, and quote their numbers. "
    body = f"""{{% system %}}
You answer for {{{{ company }}}} in a {{{{ tone }}}} voice. {rules * 15}
{{% cache ttl="1h" %}}
Locale {{{{ locale }}}}, plan {{{{ plan }}}}, priority {{{{ priority }}}}. {rules * 12}
{{% endsystem %}}
{{% user %}}
{{% for chunk in chunks %}}[{{{{ loop.index }}}}] {{{{ chunk.title }}}}: {{{{ chunk.text }}}}
{{% endfor %}}{{% if vip %}}A customer of long standing.
{{% endif %}}{{{{ customer }}}}, {{{{ orders }}}} orders, writes: {{{{ ticket }}}}
{{% enduser %}}
"""
    texts = ("company", "tone", "locale", "plan", "priority", "customer", "ticket")
    text, passage = Schema("string", max_length=8000), Schema("string")
    chunk = Schema("object", properties={"title": passage, "text": passage})
    inputs = {name: Input(name, text) for name in texts}
    inputs["orders"] = Input("orders", Schema("integer"))
    inputs["vip"] = Input("vip", Schema("boolean"))
    inputs["chunks"] = Input("chunks", Schema("array", max_items=10, items=chunk))
    values: dict[str, object] = dict.fromkeys(texts, "something that a caller says")
    passages = [{"title": f"Passage {n}", "text": "A rule of the house. " * 5} for n in range(10)]
    values |= {"orders": 3, "vip": True, "chunks": passages}
    ours = Renderer("benchmark", body, {}, inputs, TemplateSettings())
    raw = re.sub(r"\{% (?:end)?(?:system|user|cache[^%]*) %\}\n?", "", body)
    theirs = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(raw)
    assert "".join(m.text for m in ours.render(dict(values))) == theirs.render(values) + "\n"
    loop(lambda: ours.render(dict(values))), loop(lambda: theirs.render(values))
    return [
        loop(lambda: ours.render(dict(values))) / loop(lambda: theirs.render(values))
        for _ in range(ROUNDS)
    ]


def main() -> int:
    """Measure everything and return 1 where a ratio is too high."""
    python = sys.executable
    one = "prompts/support/reply.prompt.j2"
    with tempfile.TemporaryDirectory() as cache:
        os.environ["PROMPTOPS_CACHE_DIR"] = cache
        # An installed package has its bytecode; a checkout gets it on the first run.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        kept = [
            show(
                "promptops --help / python -c 'import click'",
                processes([PROMPTOPS, "--help"], [python, "-c", "import click"]),
                1.6,
            ),
            show(
                "promptops lint ONE_FILE, warm / import click, jinja2",
                processes([PROMPTOPS, "lint", one], [python, "-c", "import click, jinja2"]),
                4.0,
            ),
            show("render of the benchmark prompt / raw compiled jinja2", rendering(), 2.0),
        ]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    raise SystemExit(main())
