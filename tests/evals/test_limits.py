import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.evals.limits import MINUTE, Bucket, Gate, Room
from promptops.model.evaluation import Limit
from tests.evals.clock import Clock


def gate(clock: Clock, most: int, **per_minute: float) -> Gate:
    buckets = {kind: Bucket(rate, rate, 0.0) for kind, rate in per_minute.items()}
    return Gate(Room(most), clock, clock.sleep, buckets)


@given(st.lists(st.tuples(st.floats(0, 30), st.floats(0, 400)), max_size=40), st.floats(1, 600))
def test_no_more_goes_through_a_bucket_than_it_held_and_what_flowed_in(
    steps: list[tuple[float, float]], rate: float
) -> None:
    bucket, now, taken = Bucket(rate, rate, 0.0), 0.0, 0.0
    for gap, amount in steps:
        now += gap
        now += bucket.wait(amount, now)
        bucket.take(min(amount, rate), now)
        taken += min(amount, rate)
        assert taken <= rate + now * rate / MINUTE + 1e-6


def test_more_than_a_minute_s_worth_waits_for_a_full_bucket_and_no_longer() -> None:
    bucket = Bucket(60, 0, 0.0)
    assert bucket.wait(1_000, 0.0) == MINUTE


def test_a_vendor_is_believed_about_what_is_left_only_where_that_is_less() -> None:
    bucket = Bucket(100, 50, 0.0)
    bucket.told(200, 90, 0.0)
    assert (bucket.per_minute, bucket.level) == (200, 50)
    bucket.told(None, 5, 0.0)
    assert bucket.level == 5


def test_a_refusal_halves_the_room_once_in_a_round_trip() -> None:
    room = Room(16)
    room.refused(sent_at=1.0, now=2.0)
    room.refused(sent_at=1.5, now=2.1)  # was sent before anybody knew
    assert room.places == 8
    room.refused(sent_at=2.5, now=3.0)
    assert room.places == 4
    for _ in range(9):
        room.refused(sent_at=9.0, now=9.0)
    assert room.places == 1


def test_a_window_of_successes_makes_room_for_one_more_up_to_the_most() -> None:
    room = Room(6, now=3.0)
    for _ in range(3):
        room.succeeded()
    assert room.places == 4
    for _ in range(100):
        room.succeeded()
    assert room.places == 6


def test_no_more_calls_are_under_way_than_there_are_places() -> None:
    clock, seen = Clock(), [0]

    async def main() -> None:
        door = gate(clock, 3)

        async def call() -> None:
            await door.enter({})
            seen.append(door.under_way)
            await clock.sleep(1.0)
            door.leave()

        await clock.run(*(asyncio.ensure_future(call()) for _ in range(9)))

    asyncio.run(main())
    assert max(seen) == 3
    assert clock.now == pytest.approx(3.0)


def test_requests_keep_to_the_rate_once_the_bucket_is_empty() -> None:
    clock, started = Clock(), []

    async def main() -> None:
        door = gate(clock, 1, requests=60)

        async def call() -> None:
            for _ in range(65):
                await door.enter({"requests": 1})
                started.append(clock.now)
                door.leave()

        await clock.run(asyncio.ensure_future(call()))

    asyncio.run(main())
    assert started[59] == 0
    assert started[64] == pytest.approx(5.0)


def test_a_pause_that_a_vendor_asked_for_holds_all_calls_back() -> None:
    clock, started = Clock(), []

    async def main() -> None:
        door = gate(clock, 5)
        door.pause(7.0)

        async def call() -> None:
            await door.enter({})
            started.append(clock.now)

        await clock.run(*(asyncio.ensure_future(call()) for _ in range(3)))

    asyncio.run(main())
    assert started == [7.0, 7.0, 7.0]


def test_headers_make_buckets_that_nobody_configured() -> None:
    clock = Clock()
    door = Gate(Room(5), clock, clock.sleep)
    door.told([Limit("requests", 50, 3, 10.0), Limit("tokens", None, 9, None)])
    assert door.buckets.keys() == {"requests"}
    assert (door.buckets["requests"].per_minute, door.buckets["requests"].level) == (50, 3)


async def turns(cancelled: set[int]) -> list[int]:
    narrow, went = gate(Clock(), 2), list[int]()

    async def call(number: int) -> None:
        await narrow.enter({"requests": 1.0})
        went.append(number)
        await asyncio.sleep(0)
        narrow.leave()

    tasks = [asyncio.ensure_future(call(number)) for number in range(9)]
    await asyncio.sleep(0)
    for number in cancelled:
        tasks[number].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert narrow.under_way == 0
    return went


@given(st.sets(st.integers(2, 8)))
def test_calls_that_wait_have_their_turns_in_order_whoever_gives_up(cancelled: set[int]) -> None:
    assert asyncio.run(turns(cancelled)) == [n for n in range(9) if n not in cancelled]
