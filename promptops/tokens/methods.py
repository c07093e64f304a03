"""How tokens are counted for a model: exactly, calibrated, scaled from another tokenizer, guessed.

A model is ``provider:model``; the family is read off the model's own name, since many providers
serve the same models (``groq:openai/gpt-oss-120b``, ``bedrock:anthropic.claude-opus-4-7-v1:0``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.model.tokens import CountMethod
from promptops.model.usage import PLAUSIBLE
from promptops.tokens.families import family_of
from promptops.tokens.reconstructed import encoding_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.usage import Calibration
    from promptops.tokens.families import Family

O200K = "o200k_base"
CL100K = "cl100k_base"

# The models tiktoken lists. A name also covers its dated and longer forms (gpt-4o-2024-08-06),
# where no longer name is listed; one that ends in a hyphen or a dot is listed in longer forms only.
ENCODINGS = {
    "chatgpt-4o-": O200K,
    "gpt-5": O200K,
    "gpt-5.": O200K,
    "gpt-4.5-": O200K,
    "gpt-4.1": O200K,
    "gpt-4o": O200K,
    "gpt-4": CL100K,
    "gpt-3.5": CL100K,
    "gpt-3.5-turbo": CL100K,
    "gpt-35-turbo": CL100K,  # as Azure spells it
    "o1": O200K,
    "o3": O200K,
    "o4-mini": O200K,
    "davinci-002": CL100K,
    "babbage-002": CL100K,
    "text-embedding-ada-002": CL100K,
    "text-embedding-3-small": CL100K,
    "text-embedding-3-large": CL100K,
    # tiktoken names o200k_harmony, which is o200k_base with other special tokens.
    "gpt-oss": O200K,
}


UNKNOWN = CountMethod("heuristic", O200K, Decimal("1.2"), (Decimal("0.80"), Decimal("1.35")))
# Of ctok 1.3.0, against what others measured with the vendor's endpoint.
RECONSTRUCTED: Final = (Decimal("0.95"), Decimal("1.05"))
MIN_CALLS: Final = 30  # a calibration by fewer says little of the next call


def method_for(
    model: str | None,
    text: str = "",
    calibrations: Mapping[str, Calibration] | None = None,
    *,
    reconstruct: bool = False,
) -> CountMethod:
    """Return how a text's tokens are counted for a model; plain o200k_base where none is named.

    ``calibrations`` are by model, as ``provider:model``. One by at least 30 calls is better than
    any other factor, but never than tiktoken's count for a model that it lists: there it would
    only add the framing of requests, which is counted nowhere else. ``reconstruct`` says that the
    caller counts in the method's encoding, which may then be one of ctok's.
    """
    if model is None:
        return CountMethod("exact", O200K)
    name = _own_name(model)
    if encoding := _listed(name):
        return CountMethod("exact", encoding)
    calibration = (calibrations or {}).get(model)
    if calibration is not None and calibration.calls >= MIN_CALLS and plausible(calibration.factor):
        return _calibrated(calibration)
    if reconstruct and (encoding := encoding_of(name)):
        return CountMethod("reconstructed", encoding, band=RECONSTRUCTED)
    if name.startswith("gpt-"):
        return CountMethod("scaled", O200K)
    family = family_of(name)
    return _scaled(family, text) if family else UNKNOWN


def plausible(factor: Decimal) -> bool:
    """Return whether a vendor may bill so many tokens for one of o200k_base."""
    return PLAUSIBLE[0] <= factor <= PLAUSIBLE[1]


def _own_name(model: str) -> str:
    """Return a model's own name, without its provider, its author and the mark of tuned models."""
    provider, _, rest = model.lower().partition(":")
    name = (rest if rest and provider != "ft" else model.lower()).rpartition("/")[2]
    return name.removeprefix("ft:")


def _calibrated(by: Calibration) -> CountMethod:
    """Return the factor of a calibration, with its percentiles as shares of it."""
    # A few very long calls can lift the factor above the 95th percentile of all.
    edges = min(by.low, by.factor), max(by.high, by.factor)
    low, high = (_short(edge / by.factor) for edge in edges)
    return CountMethod("calibrated", O200K, by.factor, (low, high), by.calls, by.note)


def _short(share: Decimal) -> Decimal:
    """Return a share with at most four places, and no more than it needs."""
    return min(share, round(share, 4), key=lambda one: len(str(one)))


def _listed(name: str) -> str | None:
    longest = max((one for one in ENCODINGS if _covers(one, name)), key=len, default=None)
    return ENCODINGS[longest] if longest else None


def _covers(listed: str, name: str) -> bool:
    if listed.endswith(("-", ".")):
        return name.startswith(listed)
    return name == listed or name.startswith((f"{listed}-", f"{listed}:"))


def _scaled(family: Family, text: str) -> CountMethod:
    """Return the family's factor for what the text is written in."""
    middle, low, high = family.factor(text)
    factor = middle.quantize(Decimal("0.001")).normalize()
    return CountMethod("scaled", O200K, factor, (round(low / middle, 2), round(high / middle, 2)))
