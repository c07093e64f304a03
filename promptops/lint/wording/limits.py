"""Limits such as "only" and "at most": those that bind the answer, and those that state a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.lint.wording.verbs import NOT_MANNER, NOUNS, VERBS

if TYPE_CHECKING:
    from collections.abc import Sequence

RELATIVES = frozenset(
    {"that", "which", "who", "what", "where", "if", "whether", "how", "why", "when"}
)
SUBORDINATE = frozenset(
    {"if", "when", "whenever", "unless", "while", "since", "because", "although", "though", "once"}
)
ADVERBS = frozenset({"only", "exactly", "solely", "merely", "exclusively"})
LIMITS = {
    "at": {"least", "most"},
    "up": {"to"},
    "no": {"more", "longer", "fewer", "less"},
    "not": {"exceed"},
    "fewer": {"than"},
    "maximum": {"of"},
    "minimum": {"of"},
    "limited": {"to"},
}
# The answer and its parts: "The reply is at most 80 words" tells how to write it.
_ANSWER = frozenset(
    """
    answer answers output outputs response responses reply replies summary summaries translation
    translations explanation explanations report reports bullet bullets sentence sentences
    paragraph paragraphs heading headings headline headlines title titles caption captions poem
    poems essay essays tweet tweets slide slides stanza stanzas line lines field fields key keys
    citation citations json
    """.split()
)
_FACTS = frozenset(
    {"is", "are", "was", "were", "has", "have", "contains", "means", "can", "will", "be"}
)
# What people and things do, and no prompt asks for.
_WORLDLY = frozenset(
    """
    accept arrive belong carry come cost deliver drive earn eat exist fall fit fly grow happen hire
    last live occur operate own owe receive refund sell serve ship sleep travel understand weigh
    """.split()
)
_NOUNS = NOUNS | {"cost", "drive", "fall", "fit", "refund", "ship", "travel"}
_PLURALS = frozenset("they we people children men women staff both many most some all".split())
_NO_PLURALS = frozenset("this its always unless across perhaps besides plus yes thus".split())
_DETERMINERS = frozenset(
    "the a an our their his her its this that each every any it he she".split()
)
_PHRASES = frozenset(
    "for in with to on at from by as using after under without within instead of".split()
)
_PAUSES = frozenset({",", ";", ":", "：", "—", "–", "(", ")"})
_STOPS = _PAUSES | RELATIVES | SUBORDINATE | {"but", "so", "then", "."}


def limits(texts: Sequence[str], at: int) -> bool:
    """Return whether the limit at a word binds the answer, the reader, or a clause of no subject.

    "Recipients pay only for extras" has a subject of the world, and a verb of its own: a fact.
    """
    if not _limit(texts, at):
        return False
    rest = texts[at + 1 + (texts[at] in LIMITS) :]
    if not at and rest and rest[0] in VERBS and not _FACTS & set(rest[1:2]):
        return True  # "Only use …"
    subject = _subject(texts[:at], rest)
    return subject is None or not _ANSWER.isdisjoint(subject)


def required(texts: Sequence[str], at: int) -> bool:
    """Return whether what is required is something of the answer, or of the reader."""
    before = texts[at - 1] if at else ""
    be = before in ("is", "are", "be")
    if not be and before != "you're" and (before == "not" or texts[at + 1 : at + 2] != ["to"]):
        return False
    subject = _clause(texts[: at - be])
    # "It is required that …", "At least one source is required."
    return (
        not subject
        or subject[0] in {"it", "you're", *ADVERBS, *LIMITS}
        or "you" in subject
        or not _ANSWER.isdisjoint(subject)
    )


def _limit(texts: Sequence[str], at: int) -> bool:
    """Return whether a word is a limit at all."""
    text, after = texts[at], "".join(texts[at + 1 : at + 2])
    before = texts[at - 1] if at else ""
    if text in LIMITS and after not in LIMITS[text]:
        return False
    if after == "longer" and texts[at + 2 : at + 3] != ["than"]:
        return False  # what "no longer" is has ended
    if text == "only":
        return before not in ("the", "an", "not", "if") and after != "if"
    like = after in ("as", "what", "how", "the", "like")
    return not (text == "exactly" and like and before in ("is", "are"))


def _subject(head: Sequence[str], rest: Sequence[str]) -> Sequence[str] | None:
    """Return what has the verb before a limit, or else after it; None if there is no verb."""
    words = _plain(head)
    for at in range(len(words) - 1, -1, -1):
        if _verb(words, at):
            return _clause(words[:at]) or words[:at]
    begin = len(words)
    stop = next((at for at, text in enumerate(rest) if text in _STOPS), len(rest))
    words += _plain(rest[:stop])
    return next((words[:at] for at in range(begin, len(words)) if _verb(words, at)), None)


def _plain(texts: Sequence[str]) -> list[str]:
    """Return words without adverbs, which stand between a subject and its verb."""
    return [text for text in texts if text in NOT_MANNER or not text.endswith("ly")]


def _clause(texts: Sequence[str]) -> Sequence[str]:
    """Return the words after the last pause."""
    begin = max((at for at, text in enumerate(texts) if text in _PAUSES), default=-1) + 1
    return texts[begin:]


def _verb(words: Sequence[str], at: int) -> bool:
    """Return whether a verb in the third person stands there."""
    word = words[at]
    if word in _FACTS:
        return True
    if word in _ANSWER:
        return False
    singular = _base(word)
    if singular in _NOUNS:  # "the depot works", not "the works"
        return at > 1 and words[0] in _DETERMINERS and words[at - 1] not in _DETERMINERS
    if singular:
        return True
    if not at or (word not in VERBS and word not in _WORLDLY) or words[0] in _PHRASES:
        return False
    return _plural(words[at - 1])


def _base(word: str) -> str:
    """Return the verb that a word ending in -s is a form of, if any."""
    if not word.endswith("s"):
        return ""
    forms = (word[:-1], word[:-3] + "y" if word.endswith("ies") else "", word.removesuffix("es"))
    return next((form for form in forms if form in VERBS or form in _WORLDLY), "")


def _plural(word: str) -> bool:
    ends = word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3  # noqa: PLR2004
    return word in _PLURALS or (ends and word not in _NO_PLURALS)
