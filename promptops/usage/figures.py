"""A use's measured figures by the keys of the usage file, and the other way round."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from promptops.model.usage import CacheUse, Retries, Use

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.usage.measure import Figure

FAILURE: Final = "retries.billed_failure"
_GAPS: Final = "gaps."


def figures_of(use: Use) -> dict[str, Figure]:
    """Return what a use says of the keys that are measured."""
    found: dict[str, Figure | None] = {
        "calls_per_month": use.calls_per_month,
        "output_tokens": use.output_tokens,
        "reasoning_tokens": use.reasoning_tokens,
        "cache.hit_rate": use.cache.hit_rate if use.cache else None,
        FAILURE: use.retries.billed_failure if use.retries else None,
        "batch_share": use.batch_share,
        **{f"gaps.{name}": share for name, share in use.gaps.items()},
    }
    return {key: figure for key, figure in found.items() if figure is not None}


def with_figures(use: Use, figures: Mapping[str, Any], origin: str) -> Use:
    """Return a use in which some measured keys say something else."""
    plain = {key: figure for key, figure in figures.items() if "." not in key}
    cache, retries = use.cache, use.retries
    if "cache.hit_rate" in figures:
        cache = replace(cache or CacheUse(), hit_rate=figures["cache.hit_rate"])
    if FAILURE in figures:
        retries = replace(retries or Retries(), billed_failure=figures[FAILURE])
    gaps = {key.removeprefix(_GAPS): one for key, one in figures.items() if key.startswith(_GAPS)}
    return replace(
        use, **plain, cache=cache, retries=retries, gaps={**use.gaps, **gaps}, origin=origin
    )
