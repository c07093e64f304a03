from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from promptops import Registry
from promptops.errors import PromptNotFound, RegistryError, UsageError, VersionNotFound
from tests.registry.bundled import project


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    labels = "triage: {production: v1, canary: {v1: 50, v2: 50}}\nreply: {production: v1}\n"
    return Registry.load(project(tmp_path, "triage", "reply", labels=labels, versions=3))


def version(registry: Registry, reference: str = "triage@production") -> int | None:
    return registry.get(reference, key="user-1").ref.version


def test_every_reference_to_the_prompt_means_the_override(registry: Registry) -> None:
    references = ["triage", "triage@v1", "triage@production", "triage@canary", "triage@work"]
    before = [version(registry, one) for one in references]
    with registry.override({"triage": "v2"}):
        assert [version(registry, one) for one in references] == [2] * 5
        assert version(registry, "reply@production") == 1
    assert [version(registry, one) for one in references] == before


def test_overrides_nest_and_the_innermost_wins(registry: Registry) -> None:
    with registry.override({"triage": "v2", "reply": "v3"}):
        with registry.override({"triage": "v3"}):
            assert (version(registry), version(registry, "reply")) == (3, 3)
        assert version(registry) == 2


def test_an_override_ends_with_an_error(registry: Registry) -> None:
    with pytest.raises(KeyError), registry.override({"triage": "v2"}):
        raise KeyError
    assert version(registry) == 1


def test_an_override_may_be_a_label_or_the_work(registry: Registry) -> None:
    with registry.override({"triage": "production"}):
        assert version(registry, "triage@v3") == 1
    with registry.override({"triage": "canary"}):
        assert registry.get("triage", key="a").ref.label == "canary"
    with registry.override({"triage": "work"}):
        assert registry.get("triage@v1").ref.source == "head"


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"triage": "v9"}, VersionNotFound),
        ({"none": "v1"}, PromptNotFound),
        ({"triage": "nope"}, RegistryError),
        ({"triage": ""}, UsageError),
        ({"triage@v1": "v2"}, UsageError),
    ],
)
def test_a_wrong_override_is_refused_at_once(
    registry: Registry, wanted: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        registry.override(wanted)


def test_registries_do_not_share_overrides(registry: Registry) -> None:
    other = Registry(registry._now.source)
    with registry.override({"triage": "v2"}):
        assert (version(registry), version(other)) == (2, 1)


def test_threads_do_not_see_one_anothers_overrides(registry: Registry) -> None:
    barrier = threading.Barrier(16)

    def run(at: int) -> set[int | None]:
        barrier.wait()
        if at % 4 == 0:
            return {version(registry) for _ in range(200)}
        with registry.override({"triage": f"v{at % 4}"}):
            return {version(registry) for _ in range(200)}

    with ThreadPoolExecutor(16) as pool, registry.override({"triage": "v3"}):
        found = list(pool.map(run, range(16)))
    assert found == [{at % 4 or 1} for at in range(16)]


def test_a_thread_takes_part_with_a_copied_context(registry: Registry) -> None:
    with ThreadPoolExecutor(1) as pool, registry.override({"triage": "v3"}):
        assert pool.submit(contextvars.copy_context().run, version, registry).result() == 3


def test_tasks_keep_their_own_overrides(registry: Registry) -> None:
    async def inner() -> int | None:
        await asyncio.sleep(0)
        return version(registry)

    async def task(number: int) -> list[int | None]:
        with registry.override({"triage": f"v{number}"}):
            found = []
            for _ in range(20):
                await asyncio.sleep(0)
                found.append(version(registry))
            found += await asyncio.gather(inner(), asyncio.to_thread(version, registry))
        return [*found, version(registry)]

    async def main() -> list[list[int | None]]:
        return await asyncio.gather(*(task(number) for number in (1, 2, 3)))

    assert asyncio.run(main()) == [[number] * 22 + [1] for number in (1, 2, 3)]
