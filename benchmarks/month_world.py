"""A month of an application's calls from a known model of the world, made with a seed.

Sessions of users come and go, two hundred at a time, each with its tenant, group, feature and
model. A feature has a prompt whose versions follow one another on days of the month; a prefix of it
is read from the vendor's cache for five minutes after it was used, and written again later; some
calls fail and are sent again, some answers are cut at max_tokens; agents' histories grow from turn
to turn; retrieved texts come in chunks; one feature sends batches, one model has no known price, a
few calls are longer than a tier of their price. Sessions end well or not, some with a value. On one
Monday, the digest's answers are twice as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.calls import Call, Context, Outcome
from promptops.model.money import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promptops.model.money import Price

DAY: Final = 86_400
START: Final = 20_727 * DAY  # 1 October 2026
DAYS: Final = 30
OPEN: Final = 200  # sessions at a time
STRANGE: Final = 25  # a Monday
LIFETIME: Final = 300.0  # seconds of a cached prefix
SONNET, HAIKU = "anthropic:claude-sonnet-5-5", "anthropic:claude-haiku-4-5"
LARGE, SMALL, LONG = "openai:gpt-5.6", "openai:gpt-5-mini", "google:gemini-2.5-pro"
SEGMENTS: Final = (("free", 6), ("pro", 3), ("business", 1))
FAILURES: Final = ("rate_limited", "server", "timeout")


class Feature(NamedTuple):
    """A feature, its prompt's versions by the day they begin, and how its calls are."""

    name: str | None
    prompt: str
    weight: int
    versions: tuple[tuple[int, str, int, int], ...]  # day, name, tokens of its prefix, of answers
    models: tuple[str, ...]
    turns: int = 1
    limit: int | None = None
    chunks: int = 0
    batch: bool = False


FEATURES: Final = (
    Feature("inbox", "mail/triage", 40,
            ((0, "v1", 1_800, 60), (9, "v2", 2_600, 60), (20, "v3", 1_400, 45)),
            (HAIKU, SMALL), 2, 200),
    Feature("search", "shop/answer", 25, ((0, "v4", 900, 260), (14, "v5", 950, 180)),
            (SONNET, LARGE, LONG), 3, 400, 8),
    Feature("assistant", "desk/agent", 20, ((0, "v7", 4_200, 220), (17, "v8", 3_100, 240)),
            (SONNET, "mystery:house-model"), 14, 1_000),
    Feature("digest", "mail/digest", 10, ((0, "v1", 700, 500),), (HAIKU, SMALL), 1, None, 0, True),
    Feature(None, "lab/try", 5, ((0, "v0", 120, 90), (6, "v1", 150, 90)), (LARGE, LONG), 1),
)  # fmt: skip


@dataclass(slots=True)
class Session:
    """What a session's calls have in common, and how far it has come."""

    name: str
    feature: Feature
    segment: str
    tenant: str | None
    model: str
    left: int
    turn: int = 0
    history: int = 0
    failed: str | None = None
    attempt: int = 1


def month(
    count: int, seed: int, price: Callable[[str, float], Price | None]
) -> Iterator[tuple[Call, Outcome | None]]:
    """Yield so many calls in the order of time, each with what came of it and its session."""
    random = Random(seed)
    sessions = [_session(random, number) for number in range(OPEN)]
    contexts: dict[Context, Context] = {}
    prefixes: dict[tuple[str, str, str], float] = {}
    prices: dict[tuple[str, int], Price | None] = {}
    begun, step = OPEN, DAYS * DAY / count
    for number in range(count):
        at = round(START + (number + 0.5) * step, 3)
        place = random.randrange(OPEN)
        one = sessions[place]
        _, version, prefix, answer = _version(random, one.feature, (at - START) / DAY)
        made = one.feature
        if made.name == "digest" and int((at - START) / DAY) == STRANGE:
            answer *= 2
        tier = "batch" if made.batch else None
        context = Context(one.model, made.prompt, version, feature=made.name, segment=one.segment,
                          tier=tier, max_tokens=made.limit, source="csv")  # fmt: skip
        context = contexts.setdefault(context, context)
        day = int(at // DAY)
        if (one.model, day) not in prices:
            prices[one.model, day] = price(one.model, at)
        call = _call(random, f"{seed:x}-{number:08x}", at, one, context, prefix, answer,
                     prices[one.model, day], prefixes)  # fmt: skip
        told = _outcome(random, call, one)
        if one.left <= 0:
            sessions[place] = _session(random, begun)
            begun += 1
        yield call, told


def _session(random: Random, number: int) -> Session:
    feature = random.choices(FEATURES, [one.weight for one in FEATURES])[0]
    segment = random.choices([one for one, _ in SEGMENTS], [n for _, n in SEGMENTS])[0]
    tenant = None if segment == "free" else f"tenant-{int(random.paretovariate(0.6)) % 900:03}"
    left = 1 if feature.turns == 1 else random.randint(1, feature.turns)
    model = random.choice(feature.models)
    return Session(f"s{number:07}", feature, segment, tenant, model, left)


def _version(random: Random, feature: Feature, day: float) -> tuple[int, str, int, int]:
    """Return the newest version; for two days of its beginning, half of the calls get the old."""
    begun = [one for one in feature.versions if one[0] <= day]
    new = len(begun) > 1 and day < begun[-1][0] + 2
    return begun[-2] if new and random.random() < 0.5 else begun[-1]


def _call(  # noqa: PLR0913, PLR0917 - what decides a call
    random: Random, name: str, at: float, one: Session, context: Context, prefix: int,
    answer: int, price: Price | None, prefixes: dict[tuple[str, str, str], float],
) -> Call:  # fmt: skip
    one.turn += one.attempt == 1
    made = one.feature
    chunks = random.randint(2, made.chunks) if made.chunks else None
    user = random.randint(20, 300)
    found = (chunks or 0) * 350
    if made.chunks and random.random() < 0.005:
        found = 300_000  # longer than the tier of a price
    cause, attempt, turn = one.failed, one.attempt, one.turn
    parts = {} if made.name is None else {
        "instructions": prefix * 4, "user": user * 4, "retrieved": found * 4,
        "history": one.history * 4,
    }  # fmt: skip
    if random.random() < 0.02 and attempt < 4:
        one.failed, one.attempt = random.choice(FAILURES), attempt + 1
        return Call(name, at, context, None, price, one.tenant, one.name, attempt, cause,
                    turn=turn, chunks=chunks, error=one.failed, parts=parts)  # fmt: skip
    one.failed, one.attempt, one.left = None, 1, one.left - 1
    output = max(1, int(random.expovariate(1 / answer)))
    finish = "stop"
    if made.limit is not None and output >= made.limit:
        output, finish = made.limit, "length"
    usage = _usage(at, context, prefix, user + found + one.history, output, prefixes)
    one.history += user + output if made.turns > 3 else 0
    return Call(name, at, context, usage, price, one.tenant, one.name, attempt, cause,
                turn, chunks, finish, latency=round(0.3 + output * 0.012, 3), parts=parts,
                reasoning_tokens=output // 3 if context.model == LARGE else None)  # fmt: skip


def _usage(
    at: float, context: Context, prefix: int, plain: int, output: int,
    prefixes: dict[tuple[str, str, str], float],
) -> Usage:  # fmt: skip
    key = (context.prompt or "", context.version or "", context.model)
    hit = at - prefixes.get(key, 0.0) <= LIFETIME
    prefixes[key] = at
    if hit:
        return Usage(plain, output, prefix)
    if not context.model.startswith("anthropic:"):
        return Usage(plain + prefix, output)
    if context.feature == "assistant":
        return Usage(plain, output, 0, {"1h": prefix - 1_000, "5m": 1_000})
    return Usage(plain, output, 0, {"5m": prefix})


def _outcome(random: Random, call: Call, one: Session) -> Outcome | None:
    """Return what came of a session with its last call, or at times of one call."""
    at = call.at + 0.0005
    good = random.random() < (0.8 if call.context.version in {"v2", "v5", "v8"} else 0.7)
    if one.left <= 0:
        value = Decimal(random.randint(0, 900)) / 100 if one.feature.name == "search" else None
        return Outcome(f"o{call.call_id}", at, "resolved", session=call.session, good=good,
                       value_usd=value)  # fmt: skip
    if random.random() < 0.1:
        return Outcome(f"o{call.call_id}", at, "accepted", call_id=call.call_id, good=good)
    return None
