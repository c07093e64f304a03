"""How often the question `anomalies` lists a day of a world in which nothing happens.

    python benchmarks/anomalies.py            # 400 worlds of each kind
    python benchmarks/anomalies.py 2000 3     # so many, of another seed

A world has versions whose days have 30 to 3,000 calls, on weekends a third of them. Answers are as
long as exponential values are, cost what they do, are read from a cache and tried again by chance.
In "steady" worlds that is all; in "lively" ones each day has its own level beside, by 10 %; in
"sparse" ones a day has 20 to 40 calls. Then one day of one version is made to cost more, and it is
counted how often that is found. Exits with 1 if nothing is listed falsely in more than 5 % of
worlds, beyond what chance makes of so many (three standard errors).
"""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Final

from promptops.audit.questions.anomalies import listed, looked
from promptops.audit.series import Day
from promptops.audit.spent import Spending

if TYPE_CHECKING:
    from promptops.audit.questions.anomalies import Lines

DAYS: Final = 60
VERSIONS: Final = 4
KINDS: Final = {"steady": (0.0, 30, 3_000), "lively": (0.1, 30, 3_000), "sparse": (0.0, 20, 40)}
PLANTED: Final = 50  # a weekday, with 28 weekdays before it
LEVEL: Final = 0.05


def world(random: Random, kind: str, *, planted: float = 1.0) -> Lines:
    """Return the days of some versions; what is planted multiplies a day's length of answers."""
    spread, least, most = KINDS[kind]
    found: Lines = {}
    for number in range(VERSIONS):
        calls = math.exp(random.uniform(math.log(least * 3), math.log(most)))
        hits, later, length = random.uniform(0.02, 0.98), random.uniform(0, 0.1), 200
        days = {}
        for day in range(DAYS):
            level = math.exp(random.gauss(0, spread))
            longer = planted if number == 0 and day == PLANTED else 1.0
            weekend = (day + 3) % 7 >= 5
            number_of = max(20, _poisson(random, calls * level / (3 if weekend else 1)))
            days[day] = _day(random, number_of, length * level * longer, hits, later)
        found["p", f"v{number}", "m"] = days
    return found


def _day(random: Random, calls: int, length: float, hits: float, later: float) -> Day:
    if calls <= 300:
        values = [random.expovariate(1 / length) for _ in range(calls)]
        tokens, squares = sum(values), sum(value * value for value in values)
    else:  # sums of so many are near normal
        tokens = length * calls + random.gauss(0, length) * math.sqrt(calls)
        squares = 2 * length * length * calls
    usd = Decimal(tokens) * 10 / 1_000_000
    spent = Spending(calls, output_tokens=int(tokens), by_kind={"output": usd})
    return Day(spent, _binomial(random, calls, hits), _binomial(random, calls, later), 0, squares)


def _poisson(random: Random, mean: float) -> int:
    return max(0, round(random.gauss(mean, math.sqrt(mean))))


def _binomial(random: Random, calls: int, share: float) -> int:
    if calls * share > 30 and calls * (1 - share) > 30:
        return round(random.gauss(calls * share, math.sqrt(calls * share * (1 - share))))
    return sum(random.random() < share for _ in range(calls))


def main() -> None:
    """Print how often something is listed, and how often what is planted is found."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    random = Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    bound = LEVEL + 3 * math.sqrt(LEVEL * (1 - LEVEL) / worlds)
    bad = False
    for kind in KINDS:
        false = sum(bool(listed(list(looked(world(random, kind))))) for _ in range(worlds))
        print(f"{kind:8} worlds in which nothing happens: {false / worlds:6.2%} list something "
              f"(wanted: at most {bound:.1%})", flush=True)  # fmt: skip
        bad |= false / worlds > bound
        for planted in (1.2, 1.5, 2.0, 4.0):
            found = 0
            for _ in range(worlds // 4):
                every = list(looked(world(random, kind, planted=planted)))
                found += any(
                    one.line[1] == "v0" and one.day == PLANTED and one.figure == "usd_per_call"
                    for one, _ in listed(every)
                )
            print(f"         a day whose answers are {planted:.1f} times as long is found in "
                  f"{found / (worlds // 4):.0%}", flush=True)  # fmt: skip
    sys.exit(bad)


if __name__ == "__main__":
    main()
