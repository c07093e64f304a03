"""Runs the eval benchmark's calls with a peer, by the Python of the peer's environment.

    python benchmarks/evals_peers.py inspect ADDRESS 1000 20

One version of the prompt, a model call for each case, and whether the answer is the expected one.
``bare`` is nothing but aiohttp and json: what any client of such an API has to do. Prints how many
cases have a score, and how many of those are right.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from evals_world import RULES, cases

SYSTEM = f"Say to which yard a parcel goes: harbour or station. {RULES}"
KEY = {"authorization": "Bearer key", "content-type": "application/json"}


def body(parcel: str) -> dict[str, Any]:
    """Return a call of OpenAI's Chat protocol."""
    turns = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": parcel}]
    return {"model": "m", "max_completion_tokens": 12, "messages": turns}


async def _text(session: Any, url: str, parcel: str) -> str:
    data = json.dumps(body(parcel)).encode()
    async with session.post(f"{url}/v1/chat/completions", data=data, headers=KEY) as reply:
        reply.raise_for_status()
        found = json.loads(await reply.read())
    return str(found["choices"][0]["message"]["content"])


def _session() -> Any:
    import aiohttp

    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


async def bare(url: str, number: int, concurrency: int) -> tuple[int, int]:
    """Make the calls with workers that take the next case."""
    left = iter(cases(number))
    right: list[bool] = []
    async with _session() as session:

        async def work() -> None:
            for case in left:
                text = await _text(session, url, case["parcel"])
                right.append(text == case["yard"])

        await asyncio.gather(*(work() for _ in range(concurrency)))
    return len(right), sum(right)


async def pydantic(url: str, number: int, concurrency: int) -> tuple[int, int]:
    """Evaluate with pydantic-evals; the task is the same call over aiohttp, its cheapest client."""
    from pydantic_evals import Case, Dataset
    from pydantic_evals.evaluators import EqualsExpected

    made: Any = Dataset(
        name="yards",
        cases=[Case(name=one["id"], inputs=one["parcel"], expected_output=one["yard"])
               for one in cases(number)],
        evaluators=[EqualsExpected()],
    )  # fmt: skip
    async with _session() as session:

        async def task(parcel: str) -> str:
            return await _text(session, url, parcel)

        found = await made.evaluate(task, max_concurrency=concurrency, progress=False)
    right = sum(one.value for case in found.cases for one in case.assertions.values())
    return len(found.cases), int(right)


def inspect(url: str, number: int, concurrency: int) -> tuple[int, int]:
    """Evaluate with inspect-ai, its OpenAI client, and a score by equality."""
    from inspect_ai import Task
    from inspect_ai import eval as run
    from inspect_ai.dataset import MemoryDataset, Sample
    from inspect_ai.model import GenerateConfig, get_model
    from inspect_ai.scorer import exact
    from inspect_ai.solver import generate, system_message

    samples = [Sample(id=one["id"], input=one["parcel"], target=one["yard"])
               for one in cases(number)]  # fmt: skip
    model = get_model("openai/gpt-4o", base_url=f"{url}/v1", api_key="key", responses_api=False)
    with tempfile.TemporaryDirectory() as folder:
        (log,) = run(
            Task(
                dataset=MemoryDataset(samples),
                solver=[system_message(SYSTEM), generate()],
                scorer=exact(),
                config=GenerateConfig(max_tokens=12, max_connections=concurrency),
            ),
            model=model, log_dir=folder, display="none", max_samples=2 * concurrency,
        )  # fmt: skip
        scored = [one for one in log.samples or [] if one.scores]
        right = sum(one.value == "C" for each in scored for one in (each.scores or {}).values())
    return len(scored), right


def promptfoo(folder: Path, url: str, number: int, concurrency: int) -> None:
    """Write what promptfoo is asked for, to be run by ``npx promptfoo eval``."""
    turns = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": "{{parcel}}"}]
    config = {"apiBaseUrl": f"{url}/v1", "apiKey": "key", "max_tokens": 12}
    told = {
        "prompts": [json.dumps(turns)],
        "providers": [{"id": "openai:chat:gpt-4o", "config": config}],
        "tests": [{"vars": {"parcel": one["parcel"]},
                   "assert": [{"type": "equals", "value": one["yard"]}]}
                  for one in cases(number)],
        "evaluateOptions": {"maxConcurrency": concurrency},
    }  # fmt: skip
    (folder / "promptfooconfig.json").write_text(json.dumps(told))


if __name__ == "__main__":
    name, address, *figures = sys.argv[1:]
    asked, at_once = map(int, figures)
    if name == "inspect":
        scored = inspect(address, asked, at_once)
    else:
        scored = asyncio.run({"bare": bare, "pydantic": pydantic}[name](address, asked, at_once))
    print(json.dumps(scored))
