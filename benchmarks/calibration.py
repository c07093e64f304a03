"""Token factors of a seeded world: how near they come to the truth, and estimates to the bill.

    python benchmarks/calibration.py [--worlds 40] [--seed 7]

A vendor bills a text so many tokens for one of o200k_base, by the kind of the text (a factor that
nobody tells), and a frame for each request; single calls stray by some percent. Prompts of three
kinds are called; of each, 60 calls are counted, as the recorder counts them, and measured as
``usage sync`` does. Then a month of other calls is estimated by the prompts' own factors, by the
model's, and by the built-in one, and held against what the vendor bills for that month.
"""

from __future__ import annotations

import argparse
import random
import statistics
from typing import NamedTuple

from promptops.caching.traces import Recorded
from promptops.model.money import Usage
from promptops.tokens.methods import method_for
from promptops.usage.measure import measure

MODEL = "anthropic:claude-sonnet-5-5"
COUNTED, MONTH = 60, 2_000  # calls of a prompt
DOLLARS = 2 / 1e6  # of an input token


class Kind(NamedTuple):
    """Prompts of one kind: the vendor's true factor, and the o200k_base tokens of a call."""

    factor: float
    least: int
    most: int
    spread: float  # of single calls, as a share


class World(NamedTuple):
    """What came of one world, by prompt."""

    inside: int  # prompts whose true factor lies within the band
    prompts: int
    own: list[float]  # how far the dollars of a month are off, as shares
    model: list[float]
    built_in: list[float]


def billed(kind: Kind, encoded: int, dice: random.Random) -> int:
    """Return what the vendor bills for a request."""
    return round(encoded * kind.factor * (1 + dice.gauss(0, kind.spread))) + 7


def world(seed: int, prompts: int = 3) -> World:
    """Return what is estimated of a world, and how far it is off."""
    dice = random.Random(seed)
    kinds = [
        Kind(dice.uniform(1.25, 1.75), least := dice.randint(150, 2_000), least * 3, 0.03)
        for _ in range(prompts)
    ]
    calls = [
        Recorded(
            60.0 * number,
            prompt=f"p{at}",
            model=MODEL,
            usage=Usage(billed(kind, encoded := dice.randint(kind.least, kind.most), dice), 1),
            encoded=encoded,
        )
        for at, kind in enumerate(kinds)
        for number in range(COUNTED)
    ]
    found = measure(calls, lambda name: name)
    built_in = float(method_for(MODEL, "Say what the customer wants.").factor)
    pooled, inside = float(found.calibration[MODEL].factor), 0
    off: dict[str, list[float]] = {"own": [], "model": [], "built_in": []}
    for at, kind in enumerate(kinds):
        own = found.prompts[f"p{at}"].calibration[MODEL]
        sizes = [dice.randint(kind.least, kind.most) for _ in range(MONTH)]
        bill = sum(billed(kind, encoded, dice) for encoded in sizes) * DOLLARS
        inside += float(own.low) <= bill / DOLLARS / sum(sizes) <= float(own.high)
        for way, factor in (("own", float(own.factor)), ("model", pooled), ("built_in", built_in)):
            estimate = sum(round(encoded * factor) for encoded in sizes) * DOLLARS
            off[way].append(abs(estimate / bill - 1))
    return World(inside, prompts, *off.values())


def main() -> None:
    """Print how often the truth lies in the band, and how far the dollars of a month are off."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    worlds = [world(asked.seed * 1_000 + number) for number in range(asked.worlds)]
    prompts = sum(one.prompts for one in worlds)
    inside = sum(one.inside for one in worlds)
    print(f"{prompts} prompts; the true factor lies in the band of {inside}")
    for way in ("own", "model", "built_in"):
        off = [share for one in worlds for share in getattr(one, way)]
        told = f"median {statistics.median(off):.2%}, worst {max(off):.2%}"
        print(f"dollars of a month by the {way.replace('_', '-'):9} factor are off: {told}")


if __name__ == "__main__":
    main()
