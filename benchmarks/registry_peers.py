"""Renders the benchmark's prompt with a peer, run by the Python of the peers' environment.

    python benchmarks/registry_peers.py banks

Prints JSON: the CPU time of a render as a ratio to raw compiled jinja2 in the same process, and
the length of what was rendered, so that a peer that left something out is seen.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry_prompt import SYSTEM, USER, USER_WITHOUT_LOGIC, VALUES, values

if TYPE_CHECKING:
    from collections.abc import Callable

GIVEN = values()


def banks() -> Callable[[], str]:
    """Return a render by banks: chat blocks in Jinja."""
    from banks import Prompt

    prompt = Prompt(
        f'{{% chat role="system" %}}{SYSTEM}{{% endchat %}}\n'
        f'{{% chat role="user" %}}{USER}{{% endchat %}}\n'
    )
    return lambda: "".join(
        str(block.text) for m in prompt.chat_messages(next(GIVEN)) for block in m.content
    )


def prompty() -> Callable[[], str]:
    """Return a render by Prompty: a file that is read once, roles by text markers."""
    from prompty import load, prepare

    kinds = {str: "string", int: "integer", bool: "boolean", list: "array"}
    inputs = "".join(f"  {name}:\n    kind: {kinds[type(v)]}\n" for name, v in VALUES.items())
    inputs = inputs.replace("kind: array\n", "kind: array\n    items:\n      kind: object\n")
    template = "template:\n  format:\n    kind: jinja2\n  parser:\n    kind: prompty\n"
    matter = f"name: benchmark\nmodel: gpt-4o\ninputs:\n{inputs}{template}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "benchmark.prompty")
        path.write_text(f"---\n{matter}---\nsystem:\n{SYSTEM}\nuser:\n{USER}", "utf-8")
        agent = load(str(path))
    return lambda: "".join(str(m.text) for m in prepare(agent, next(GIVEN)))


def langfuse() -> Callable[[], str]:
    """Return a render by Langfuse: names are replaced, and the caller does what the loop did."""
    from langfuse.api import Prompt_Chat
    from langfuse.model import ChatPromptClient

    messages = [
        {"type": "chatmessage", "role": "system", "content": SYSTEM},
        {"type": "chatmessage", "role": "user", "content": USER_WITHOUT_LOGIC},
    ]
    prompt = ChatPromptClient(
        Prompt_Chat.model_validate(
            {"name": "benchmark", "version": 1, "prompt": messages, "config": {},
             "labels": [], "tags": [], "type": "chat"}
        )
    )  # fmt: skip

    def render() -> str:
        chunks: Any = VALUES["chunks"]
        passages = "".join(f"[{n}] {c['title']}: {c['text']}\n" for n, c in enumerate(chunks, 1))
        standing = "A customer of long standing.\n"
        done = prompt.compile(**next(GIVEN), passages=passages, standing=standing)
        return "".join(str(m["content"]) for m in done)

    return render


def langchain_core() -> Callable[[], str]:
    """Return a render by langchain-core: its template format jinja2."""
    from langchain_core.prompts import ChatPromptTemplate

    prompt = ChatPromptTemplate.from_messages(
        [("system", SYSTEM), ("human", USER)], template_format="jinja2"
    )
    return lambda: "".join(str(m.content) for m in prompt.format_messages(**next(GIVEN)))


PEERS = {"banks": banks, "prompty": prompty, "langfuse": langfuse, "langchain-core": langchain_core}


def cpu(call: Callable[[], object], times: int) -> float:
    """Return the CPU seconds of a call, the best of three tries."""

    def once() -> float:
        start = time.process_time()
        for _ in range(times):
            call()
        return (time.process_time() - start) / times

    return min(once() for _ in range(3))


def main() -> None:
    """Measure one peer."""
    import jinja2

    render = PEERS[sys.argv[1]]()
    raw = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(SYSTEM + USER)
    length = len(render())
    ratios = [
        cpu(render, 50) / cpu(lambda: raw.render(next(GIVEN)), 300) for _ in range(int(sys.argv[2]))
    ]
    print(json.dumps({"ratio": statistics.median(ratios), "length": length,
                      "raw": len(raw.render(next(GIVEN)))}))  # fmt: skip


if __name__ == "__main__":
    main()
