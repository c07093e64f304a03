"""In worlds whose factors are known these are recovered, and estimates come near the bill."""

from __future__ import annotations

from statistics import mean

from benchmarks.calibration import world


def test_a_calibrated_estimate_is_nearer_to_the_bill_than_one_by_the_built_in_factor() -> None:
    worlds = [world(seed) for seed in range(8)]
    own, model, built_in = (
        mean(share for one in worlds for share in getattr(one, way))
        for way in ("own", "model", "built_in")
    )
    assert own < 0.01
    assert own < model
    assert own < built_in / 5


def test_a_true_factor_lies_in_the_band_of_a_prompt() -> None:
    worlds = [world(seed) for seed in range(8)]
    assert sum(one.inside for one in worlds) == sum(one.prompts for one in worlds)
