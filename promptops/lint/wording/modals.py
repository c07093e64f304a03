"""Modals and limits that make an English sentence an instruction without an imperative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.lint.wording.verbs import NOUNS, VERBS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.lint.wording.words import Word

_MODALS = frozenset({"must", "should", "shall", "mustn't", "shouldn't", "ought"})
_RELATIVES = frozenset(
    {"that", "which", "who", "what", "where", "if", "whether", "how", "why", "when"}
)
_OTHERS = frozenset("i we they it he she who which that users people these this there user".split())  # noqa: SIM905
_YOURS = frozenset(
    """
    you your answer answers output outputs response responses reply replies result results summary
    translation report explanation message text list json score
    """.split()  # noqa: SIM905
)
_UNABLE = frozenset({"have", "need", "know", "want", "see", "find", "understand"})
_TASKS = frozenset(
    {"task", "job", "goal", "role", "objective", "mission", "aim", "purpose", "responsibility"}
)
_ASKED = frozenset(
    {"asked", "required", "expected", "tasked", "instructed", "going", "to", "requested"}
)
_PASSIVE = frozenset(
    {"be", "have", "see", "receive", "find", "get", "need", "start", "encounter", "notice"}
)
_FORBIDDEN = frozenset(
    {"forbidden", "prohibited", "disallowed", "mandatory", "obligatory", "compulsory"}
)
_WEIGHTY = frozenset(
    {"important", "essential", "crucial", "vital", "critical", "imperative", "necessary"}
)
_SUBORDINATE = frozenset(
    {"if", "when", "whenever", "unless", "while", "since", "because", "although", "though", "once"}
)
_FACTS = frozenset(
    {"is", "are", "was", "were", "has", "have", "contains", "means", "can", "will", "be"}
)
_LIMITS = {
    "at": {"least", "most"}, "up": {"to"}, "no": {"more", "longer", "fewer", "less"}, "not": {"exceed"},
    "fewer": {"than"}, "maximum": {"of"}, "minimum": {"of"}, "limited": {"to"},
}  # fmt: skip
_NEAR = 3


def directive(row: Sequence[Word], first: int, *, tagged: bool = False) -> bool:
    """Return whether a sentence's main clause holds a modal or a limit that binds the reader."""
    start = _main(row, first)
    texts = [word.text for word in row[start:]]
    if texts[0] == "no" and texts[1:2] == ["need"]:
        return False
    for at in range(len(texts)):
        if _binds(texts, at) and (not tagged or _is_readers(texts, at)):
            return True
    return False


def _main(row: Sequence[Word], first: int) -> int:
    """Return where the main clause begins, after "If …," and its like."""
    if row[first].text in _SUBORDINATE:
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
        return at == 0 or texts[at - 1] not in _RELATIVES or at == 1
    if check := _CHECKS.get(text):
        before = texts[at - 1] if at else ""
        after = texts[at + 1] if at + 1 < len(texts) else ""
        return check(texts, at, before, after)
    if text in _FORBIDDEN:
        return True
    return False


def _obliged(texts: Sequence[str], at: int, before: str, after: str) -> bool:
    free = {"not", "don't", "doesn't", "no", "n't", "what", "if", "might", "may", "would"}
    return after == "to" and before not in free and before not in _RELATIVES


def _required(texts: Sequence[str], at: int, before: str, after: str) -> bool:
    return before in ("is", "are", "be", "you're") or (after == "to" and before != "not")


def _refused(texts: Sequence[str], at: int, before: str, after: str) -> bool:
    """Judge "do not", "cannot", "may not", "never" by who is told."""
    text = texts[at]
    if text in ("do", "may", "can", "could", "will"):
        if after != "not":
            return False
        after = texts[at + 2] if at + 2 < len(texts) else ""
    if before in _OTHERS:
        return False
    if before == "you":
        return (
            after not in _UNABLE
            and text not in ("can", "cannot", "can't", "could")
            or after == "use"
        )
    if text in ("do", "don't", "never"):
        return (
            not before
            or not before[0].isalnum()
            or before in ("and", "but", "or", "so", "will", "please")
        )
    return any(word in _YOURS for word in texts[:at])


def _limit(texts: Sequence[str], at: int, before: str, after: str) -> bool:
    text = texts[at]
    if text in _LIMITS and after not in _LIMITS[text]:
        return False
    if text == "only" and (before in ("the", "an", "not", "if") or after == "if"):
        return False
    if (
        text == "exactly"
        and after in ("as", "what", "how", "the", "like")
        and before in ("is", "are")
    ):
        return False
    if not at:
        return not _FACTS & set(texts[1:6])
    return not any(word in _FACTS or _third_person(word) for word in texts[:at])


def _third_person(text: str) -> bool:
    return text.endswith("s") and text[:-1] in VERBS and text[:-1] not in NOUNS


def _sure(texts: Sequence[str], at: int, before: str, after: str) -> bool:
    named = texts[at] == "ensure" or after in ("sure", "certain")
    return named and before not in ("to", "will", "which", "that")


def _task(texts: Sequence[str], at: int, before: str, after: str) -> bool:
    coming = list(texts[at + 1 : at + 5])
    verb = next((i for i, text in enumerate(coming) if text in ("is", "was", "will")), _NEAR)
    if verb >= _NEAR or coming[verb] == "was":
        return False
    rest = coming[verb + 1 :]
    return any(text in ("to", "be", ":") or text.endswith("ing") for text in rest[:2])


def _you(texts: Sequence[str], at: int, before: str, after: str) -> bool:
    """Judge "you will …", "you are to …", "you are asked to …"."""
    third = texts[at + 2] if at + 2 < len(texts) else ""
    if texts[at] in ("you'll", "you're"):
        third, after = after, "will" if texts[at] == "you'll" else "are"
    if before in _RELATIVES | {"would", "could", "can"} and after == "to":
        return before in ("would", "could", "can")
    if after == "to":  # "I want you to …"
        return any(
            word in ("want", "need", "like", "ask", "expect", "require") for word in texts[:at]
        )
    if before in ("can", "could", "would", "will") and at == 1:
        return after in VERBS or after == "please"
    if before in _RELATIVES:
        return False
    if after in ("are", "will") and third in ("be", "now", "then", "first"):
        third = texts[at + 3] if at + 3 < len(texts) else ""
        return third in _ASKED or (after == "will" and third in VERBS - _PASSIVE)
    if after == "are":
        return third in _ASKED
    return after == "will" and third in VERBS and third not in _PASSIVE


def _please(texts: Sequence[str], at: int, before: str, after: str) -> bool:
    return after in VERBS or after in ("don't", "only", "do")


def _weighs(texts: Sequence[str], at: int, before: str, after: str) -> bool:
    said = before in ("is", "very", "extremely", "be", "it's")
    return said and after in ("to", "that", ",") and texts[0] in ("it", "it's")


def _allowed(texts: Sequence[str], at: int, before: str, after: str) -> bool:
    return before == "not"


_CHECKS = {
    **dict.fromkeys(("need", "needs", "have", "has"), _obliged),
    "required": _required,
    **dict.fromkeys(("do", "don't", "may", "can", "could", "cannot", "can't", "never"), _refused),
    **dict.fromkeys(("only", "exactly", "solely", "exclusively", *_LIMITS), _limit),
    **dict.fromkeys(("ensure", "make"), _sure),
    **dict.fromkeys(_TASKS, _task),
    **dict.fromkeys(("you", "you'll", "you're"), _you),
    "please": _please,
    **dict.fromkeys(_WEIGHTY, _weighs),
    **dict.fromkeys(("allowed", "permitted"), _allowed),
}
