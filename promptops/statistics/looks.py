"""Looking before the end: O'Brien and Fleming's boundaries.

At look k of K, equally far apart, a result must be beyond z_k = C √(K/k). So early looks ask for
overwhelming evidence, and the last one for little more than a single test (O'Brien and Fleming
1979; Jennison and Turnbull 2000, section 2.4). C is found by integrating a random walk.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate
from math import exp, pi, sqrt
from typing import TYPE_CHECKING, Final

from promptops.statistics.distributions import normal_cdf, normal_quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_LOOKS: Final = 20
_NODES: Final = 240  # an even number of steps for Simpson's rule; errors are below 1e-7
_CLOSE: Final = 1e-11
_SPAN: Final = 8.0  # standard deviations below 0 where nothing is left


def boundary(looks: int, look: int, confidence: float = 0.95) -> float:
    """Return the z that a result must exceed at a look, one-sided."""
    if not 1 <= look <= looks <= MOST_LOOKS:
        raise ValueError(f"look {look} of {looks}: there are 1 to {MOST_LOOKS}")
    return constant(looks, confidence) * sqrt(looks / look)


def confidence_at(looks: int, look: int, confidence: float = 0.95) -> float:
    """Return the one-sided confidence with which a look is taken."""
    return confidence if looks == 1 else normal_cdf(boundary(looks, look, confidence))


@lru_cache(maxsize=64)
def constant(looks: int, confidence: float = 0.95) -> float:
    """Return C, for which the chance of crossing at any of the looks is 1 - confidence."""
    single = normal_quantile(confidence)
    if looks == 1:
        return single
    doubt = 1 - confidence
    before, after = single, single * 1.05
    miss = crossed(looks, looks, before) - doubt
    for _ in range(50):  # secants: the chance falls smoothly with C
        now = crossed(looks, looks, after) - doubt
        if abs(now) < _CLOSE or now == miss:
            break
        before, after, miss = after, after - now * (after - before) / (now - miss), now
    return after


def spent(looks: int, look: int, confidence: float = 0.95) -> float:
    """Return how much of the level of 1 - confidence is spent once a look has been taken."""
    return crossed(looks, look, constant(looks, confidence))


def crossed(looks: int, upto: int, c: float) -> float:
    """Return the chance that a driftless walk crosses C √(K/k) at one of its first looks.

    In sums S of k standard normal steps the boundary is flat: S = C √K.
    """
    wall, floor = c * sqrt(looks), -_SPAN * sqrt(looks)
    step = (wall - floor) / _NODES
    places = [floor + step * at for at in range(_NODES + 1)]
    simpson = (1, *(4, 2) * (_NODES // 2 - 1), 4, 1)
    weights = [step / 3 * weight for weight in simpson]
    kernel = [_density(step * at) for at in range(_NODES + 1)]  # of a step over so many places
    out, density = 1 - normal_cdf(wall), [_density(place) for place in places]
    for _ in range(upto - 1):
        mass = [w * d for w, d in zip(weights, density, strict=True)]
        out += sum(m * (1 - normal_cdf(wall - at)) for m, at in zip(mass, places, strict=True))
        mirrored = kernel[:0:-1] + kernel  # of steps from -NODES to NODES places
        density = [
            sum(map(float.__mul__, mass, mirrored[_NODES - at : 2 * _NODES + 1 - at]))
            for at in range(_NODES + 1)
        ]
    return out


def places(sizes: Sequence[int], looks: int) -> tuple[int, ...]:
    """Return after how many cases each look is taken: equally far apart, behind whole clusters.

    ``sizes`` are those of the clusters in the order in which they were drawn. Of fewer clusters
    than looks the same place comes more than once.
    """
    ends, n = list(accumulate(sizes)), sum(sizes)
    wanted = (n * look / looks for look in range(1, looks + 1))
    return tuple(ends[bisect_left(ends, least)] if ends else 0 for least in wanted)


def _density(z: float) -> float:
    return exp(-z * z / 2) / sqrt(2 * pi)
