"""How much models can bear, by family: a coarse reading of their names, as of 2026-11."""

from __future__ import annotations

import re
from typing import Final, Literal

Tier = Literal["small", "default", "frontier"]

# Small, or older than 2025: these lose rules first in IFScale (arXiv 2507.11538).
_SMALL: Final = re.compile(
    r"(?:^|[-_.])(?:mini|nano|lite|tiny|small|8b|7b|3b|1b|instant|luna)(?:$|[-_.])"
    r"|^gpt-3|^gpt-4(?:$|o|-)|^claude-(?:2|3|instant)|^gemini-1|^llama|^mistral-7b"
)
# VeyraBench (arXiv 2607.19257): single rules hold to hundreds.
_FRONTIER: Final = re.compile(
    r"^claude-(?:opus|sonnet|fable|mythos)-5|^claude-opus-4-[78]|^gpt-(?:5\.[5-9]|6)|^gemini-4"
)


def tier(model: str | None) -> Tier:
    """Return which limits a model's prompts are held to; no model is the default."""
    name = (model or "").partition(":")[2]
    if _SMALL.search(name):
        return "small"
    return "frontier" if _FRONTIER.search(name) else "default"
