"""Sums a call up without a model: what was promised is what the agent says with "will"."""

import re
from collections.abc import Mapping, Sequence

_TURN = re.compile(r"^([AC]): (.+)$", re.MULTILINE)
_PROMISE = re.compile(r"\b(?:I|we) will\b", re.IGNORECASE)


def summary(inputs: Mapping[str, str], messages: Sequence[Mapping[str, str]]) -> str:
    """Return the five lines of a summary, as far as words alone give them."""
    del messages
    turns = _TURN.findall(inputs["transcript"])
    said = [text for speaker, text in turns if speaker == "C"]
    promised = [text for speaker, text in turns if speaker == "A" and _PROMISE.search(text)]
    lines = {
        "Reason": said[0] if said else "dropped before the reason was given",
        "Parcel": ", ".join(re.findall(r"\b[A-Z0-9]{4}\b", inputs["transcript"])) or "none",
        "Done": "none",
        "Promised": " ".join(promised) or "none",
        "Open": "none" if inputs["outcome_code"] == "solved" else "what was promised",
    }
    return "\n".join(f"{name}: {text}" for name, text in lines.items())
