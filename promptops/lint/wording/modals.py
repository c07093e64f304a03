"""Modals and limits that make an English sentence an instruction without an imperative."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.lint.wording.limits import ADVERBS, LIMITS, RELATIVES, SUBORDINATE, limits, required
from promptops.lint.wording.verbs import VERBS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.lint.wording.words import Word

_MODALS = frozenset({"must", "should", "shall", "mustn't", "shouldn't", "ought"})
_OTHERS = frozenset("i we they it he she who which that users people these this there user".split())
_YOURS = frozenset(
    """
    you your answer answers output outputs response responses reply replies result results summary
    translation report explanation message text list json score
    """.split()
)
_UNABLE = frozenset({"have", "need", "know", "want", "see", "find", "understand"})
_TASKS = frozenset(
    {"task", "job", "goal", "role", "objective", "mission", "aim", "purpose", "responsibility"}
)
_ASKED = frozenset(
    {"asked", "required", "expected", "tasked", "instructed", "going", "to", "requested"}
)
_POLITE = frozenset({"would", "could", "can", "will"})
_WISHES = frozenset({"want", "need", "like", "ask", "expect", "require"})
_SPLIT = frozenset({"do", "may", "can", "could", "will"})
_ABILITY = frozenset({"can", "cannot", "can't", "could"})
_JOINS = frozenset({"and", "but", "or", "so", "will", "please"})
_FREE = frozenset("not don't doesn't no n't what if might may would".split())
_PASSIVE = frozenset(
    {"be", "have", "see", "receive", "find", "get", "need", "start", "encounter", "notice"}
)
_FORBIDDEN = frozenset(
    {"forbidden", "prohibited", "disallowed", "mandatory", "obligatory", "compulsory"}
)
_WEIGHTY = frozenset(
    {"important", "essential", "crucial", "vital", "critical", "imperative", "necessary"}
)
_PRESENTING = frozenset({"here", "here's", "below", "above"})  # "Here is what you need to rate:"
_NEAR = 3


def directive(row: Sequence[Word], first: int, *, tagged: bool = False) -> int | None:
    """Return where the modal or limit stands that binds the reader in a sentence's main clause."""
    start = _main(row, first)
    texts = [word.text for word in row[start:]]
    if texts[:2] == ["no", "need"] or (texts[0] in _PRESENTING and texts[-1] in ":："):
        return None
    for at in range(len(texts)):
        if _binds(texts, at) and (not tagged or _is_readers(texts, at)):
            return start + at
    return None


def _main(row: Sequence[Word], first: int) -> int:
    """Return where the main clause begins, after "If …," and its like."""
    if row[first].text in SUBORDINATE:
        for at in range(first + 1, len(row) - 1):
            if row[at].text in (",", ":", "then", "—"):
                return at + 1
    return first


def _is_readers(texts: Sequence[str], at: int) -> bool:
    before = texts[:at]
    return not any(text[0].isalnum() for text in before) or any(text in _YOURS for text in before)


def _binds(texts: Sequence[str], at: int) -> bool:
    text = texts[at]
    if text in _MODALS:
        return at == 0 or texts[at - 1] not in RELATIVES or at == 1
    if check := _CHECKS.get(text):
        return check(_Here(texts, at))
    return text in _FORBIDDEN


class _Here(NamedTuple):
    """A word among the others of its clause."""

    texts: Sequence[str]
    at: int

    @property
    def said(self) -> str:
        return self.texts[self.at]

    @property
    def earlier(self) -> Sequence[str]:
        return self.texts[: self.at]

    def near(self, distance: int) -> str:
        """Return the word at a distance, or nothing beyond the clause."""
        at = self.at + distance
        return self.texts[at] if 0 <= at < len(self.texts) else ""

    @property
    def before(self) -> str:
        return self.near(-1)

    @property
    def after(self) -> str:
        return self.near(1)


def _obliged(here: _Here) -> bool:
    return here.after == "to" and here.before not in _FREE | RELATIVES


def _required(here: _Here) -> bool:
    return required(here.texts, here.at)


def _refused(here: _Here) -> bool:
    """Judge "do not", "cannot", "may not", "never" by who is told."""
    split = here.said in _SPLIT
    after = here.near(2) if split else here.after
    if (split and here.after != "not") or here.before in _OTHERS:
        return False
    if here.before == "you":
        return after == "use" or (after not in _UNABLE and here.said not in _ABILITY)
    if here.said in ("do", "don't", "never"):
        return not here.before[:1].isalnum() or here.before in _JOINS
    return any(word in _YOURS for word in here.earlier)


def _limit(here: _Here) -> bool:
    return limits(here.texts, here.at)


def _sure(here: _Here) -> bool:
    named = here.said == "ensure" or here.after in ("sure", "certain")
    return named and here.before not in ("to", "will", "which", "that")


def _task(here: _Here) -> bool:
    coming = list(here.texts[here.at + 1 : here.at + 5])
    verb = next((i for i, text in enumerate(coming) if text in ("is", "was", "will")), _NEAR)
    if verb >= _NEAR or coming[verb] == "was":
        return False
    rest = coming[verb + 1 :]
    return any(text in ("to", "be", ":") or text.endswith("ing") for text in rest[:2])


def _you(here: _Here) -> bool:
    """Judge "you will …", "you are to …", "you are asked to …", "I want you to …"."""
    if here.after == "to":
        return here.before in _POLITE or any(word in _WISHES for word in here.earlier)
    if here.before in _POLITE and here.at == 1:
        return here.after in VERBS or here.after == "please"
    if here.before in RELATIVES:
        return False
    short = {"you'll": "will", "you're": "are"}.get(here.said)
    verb = short or here.after
    at = 1 if short else 2
    while here.near(at) in ("be", "now", "then", "first"):
        at += 1
    if verb == "will":
        return here.near(at) in _ASKED or here.near(at) in VERBS - _PASSIVE
    return verb == "are" and here.near(at) in _ASKED


def _please(here: _Here) -> bool:
    return here.after in VERBS or here.after in ("don't", "only", "do")


def _weighs(here: _Here) -> bool:
    said = here.before in ("is", "very", "extremely", "be", "it's")
    return said and here.after in ("to", "that", ",") and here.texts[0] in ("it", "it's")


def _allowed(here: _Here) -> bool:
    return here.before == "not"


_CHECKS = {
    **dict.fromkeys(("need", "needs", "have", "has"), _obliged),
    "required": _required,
    **dict.fromkeys(("do", "don't", "may", "can", "could", "cannot", "can't", "never"), _refused),
    **dict.fromkeys((*ADVERBS, *LIMITS), _limit),
    **dict.fromkeys(("ensure", "make"), _sure),
    **dict.fromkeys(_TASKS, _task),
    **dict.fromkeys(("you", "you'll", "you're"), _you),
    "please": _please,
    **dict.fromkeys(_WEIGHTY, _weighs),
    **dict.fromkeys(("allowed", "permitted"), _allowed),
}
