"""The texts of a probe: words of our own, as many as it takes, behind a nonce that nobody used."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING, Final

from promptops.evals.probing_values import Text
from promptops.evals.requests import of_rendered
from promptops.model.evaluation import Case
from promptops.model.prompt import CacheMark, Message, Part
from promptops.registry.rendered import Ref, Rendered
from promptops.tokens.methods import method_for

if TYPE_CHECKING:
    from promptops.caching.rules import CacheRules

WORDS: Final = tuple(
    "the lamp shop at the end of the quay sends its parcels by the late boat and every box has a "
    "blue tag with the name of the street where it is to go so that nobody who sorts them in the "
    "yard has to open one to see what is in it but when the wind is high the boat stays and the "
    "boxes wait in the long shed by the gate until the clerk has read the list to the end".split()
)
QUESTION: Final = "Answer with the one word yes."
MOST_OUTPUT: Final = 16  # tokens: the least limit that all vendors take


def filler(nonce: str, words: int) -> str:
    """Return so many words, the same for the same nonce, which is what they begin with."""
    return " ".join([f"Note {nonce}.", *islice(cycle(WORDS), words)])


def words_for(model: str, tokens: float) -> int:
    """Return about how many words make so many tokens of a model; each is one of o200k_base."""
    return max(1, round(tokens / float(method_for(model).factor)))


def text_of(model: str, rules: CacheRules, nonce: str, words: int) -> Text:
    """Return a text with a mark behind its words, where the vendor wants one.

    Raises:
        RenderError: The vendor would refuse the mark.
    """
    above = filler(nonce, words)
    mark = CacheMark(rules.default) if rules.markable else None
    messages = (
        Message("system", (Part(above, mark),)),
        Message("user", (Part(QUESTION),)),
    )
    rendered = Rendered(
        messages, Ref("probe", None, "", "head"), params={"max_tokens": MOST_OUTPUT}
    )
    asked = of_rendered(rendered, model, Case(nonce, {}))
    return Text(nonce, asked, words, len(above) / (len(above) + len(QUESTION)))
