import asyncio
from collections.abc import Iterator

import pytest

from promptops.evals.calling import Outcome
from promptops.evals.runner import Runner, Task
from promptops.ledger.rows import Result
from tests.evals.worlds import World, ask


class Log:
    def __init__(self) -> None:
        self.begun: list[str] = []
        self.outcomes: dict[str, Outcome] = {}

    def tasks(self, number: int) -> Iterator[Task]:
        for at in range(number):
            name = str(at)
            self.begun.append(name)
            yield Task(name, lambda name=name: ask(name), self.done(name))  # type: ignore[misc]

    def done(self, name: str):  # type: ignore[no-untyped-def]  # noqa: ANN201
        async def note(outcome: Outcome) -> None:
            self.outcomes[name] = outcome

        return note


def run(world: World, runner: Runner, log: Log, number: int, stop_at: float | None = None) -> None:
    async def stopping() -> None:
        if stop_at is not None:
            await world.clock.sleep(stop_at)
            runner.stop("asked to")

    async def main() -> None:
        tasks = [asyncio.ensure_future(runner.run(log.tasks(number)))]
        if stop_at is not None:
            tasks.append(asyncio.ensure_future(stopping()))
        await world.clock.run(*tasks)

    asyncio.run(main())


def test_calls_begin_in_their_order_and_all_are_told_what_they_left() -> None:
    world, log = World(), Log()
    run(world, Runner(world.calls(places=3), 6), log, 20)
    assert [case for _, case, _ in world.sent] == [str(n) for n in range(20)]
    assert {name: one.leaves for name, one in log.outcomes.items()} == {
        str(n): "ok" for n in range(20)
    }
    assert world.clock.now == pytest.approx(7.0)  # twenty in threes
    assert world.most == 3


def test_no_more_is_taken_from_the_stream_than_may_be_in_memory() -> None:
    world, log = World(), Log()
    seen = []

    class Watching(World):
        async def complete(self, request):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            seen.append(len(log.begun) - len(log.outcomes))
            return await super().complete(request)

    world = Watching()
    run(world, Runner(world.calls(places=3), 6), log, 40)
    assert max(seen) <= 6 + 1
    assert len(log.outcomes) == 40


def test_a_stop_lets_what_is_under_way_end_and_sends_nothing_more() -> None:
    world, log = World(), Log()
    run(world, Runner(world.calls(places=3), 6), log, 40, stop_at=2.5)
    assert [row.status for row in world.rows if isinstance(row, Result)] == ["ok"] * 9
    assert sum(one.leaves == "ok" for one in log.outcomes.values()) == 9
    assert all(one.leaves in {"ok", "stopped"} for one in log.outcomes.values())
    assert len(world.intents) == len(world.results) == 9


def test_an_error_of_our_own_stops_the_run_and_is_not_lost() -> None:
    world, log = World(), Log()

    async def main() -> None:
        async def fails(_: Outcome) -> None:
            raise KeyError("a bug")

        tasks = iter([Task("a", lambda: ask("a"), fails), *log.tasks(5)])
        runner = Runner(world.calls(places=1), 2, grace=5.0)
        await world.clock.run(asyncio.ensure_future(runner.run(tasks)))

    with pytest.raises(KeyError, match="a bug"):
        asyncio.run(main())
    assert len(log.outcomes) < 5


def test_answers_that_nothing_waits_for_leave_others_their_turn() -> None:
    log, turns = Log(), 0

    async def ticking() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def main() -> None:
        ticks = asyncio.ensure_future(ticking())
        known = (Task(str(at), None, log.done(str(at))) for at in range(60))
        await Runner(World().calls(places=3), 6).run(known)
        ticks.cancel()

    asyncio.run(main())
    assert len(log.outcomes) == 60
    assert turns >= 60 / 6


def test_a_run_that_is_cancelled_begins_nothing_more() -> None:
    world, log = World(), Log()

    async def main() -> None:
        runner = asyncio.ensure_future(Runner(world.calls(places=3), 6).run(log.tasks(40)))

        async def cancelling() -> None:
            await world.clock.sleep(2.5)
            runner.cancel()
            await world.clock.sleep(20)

        await world.clock.run(asyncio.ensure_future(cancelling()))
        assert runner.cancelled()

    asyncio.run(main())
    assert len(log.begun) <= 6 + 6
    assert len(log.outcomes) == len(log.begun)
    assert len(world.intents) == len(world.results) == len(log.begun)
