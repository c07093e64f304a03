"""How often gates pass what they should not, how often intervals hold the truth, and how fast.

    python benchmarks/statistics            # all of it, a quarter of an hour on one core
    python benchmarks/statistics --quick    # fewer draws: two minutes
    python benchmarks/statistics gates      # or coverage, power, looks, scores, clusters, speed

Gates over right and wrong are enumerated: every pair of counts with its chance. What depends on
more than those counts is drawn, with a fixed seed: the standard error of a share of 5 % is 0.8
points over 800 draws, 0.7 over 1,000, 0.11 over 40,000. Exits with 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import time
from typing import Final

from counting import broken
from coverage import coverage
from gates import gates, power
from looks import looks
from scores import clusters, scores
from speed import speed

PARTS: Final = {part.__name__: part for part in (
    gates, coverage, power, looks, scores, clusters, speed)}  # fmt: skip


def main() -> int:
    """Run parts, and return 1 where a limit is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", metavar="PART", default=[*PARTS])
    parser.add_argument("--quick", action="store_true", help="draw less often")
    given = parser.parse_args()
    for chosen in given.parts:
        begun = time.process_time()
        PARTS[chosen](quick=given.quick)
        print(f"  [{time.process_time() - begun:.0f} s]\n", flush=True)
    return 1 if broken() else 0


if __name__ == "__main__":
    raise SystemExit(main())
