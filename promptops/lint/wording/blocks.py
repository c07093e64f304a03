"""Lines that are data by their look: fences, tagged documents, tables, JSON, rubrics, dialogue."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from promptops.lint.wording.headings import section_of
from promptops.lint.wording.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.lint.wording.lines import Line

Held = Literal["", "rules", "data", "example", "other"]

_FENCE = r"(`{3,}|~{3,})"
_QUOTES = ('"""', "'''")
# A tag that wraps the prompt, or a part that speaks to the model, is no document.
_SPEAKS = frozenset(
    """
    system prompt task tasks goal goals objective important warning note notes critical settings
    agent assistant reminder examples_note thinking reasoning language user_request mission
    """.split()
)
_JSON = r"[\s{}\[\](),;:]+$|\"[^\"\n]{1,80}\"\s{0,4}:|[{\[]\s{0,4}[\"'{\[]|\{%|</?\w+>$"
_GRADE = (
    r"(?i)[*_(\[]{0,3}(?:score|level|rating|grade|stufe|note|等级|分数)?\s{0,2}"
    r"(?:\d{1,3}(?:\.\d)?(?:\s?[-–]\s?\d{1,3})?(?:分|点)?|\([A-F]\)|[A-F])(?:\s?(?:points?|"
    r"stars?|/\s?\d+))?"
    r"(?:\s?\([^()\n]{1,40}\))?[*_)\]]{0,3}\s{0,2}[:：=–-](?!\d)[*_]{0,2}\s"
)
_SIGN = "[:：=–-]"  # no grade without one
_OPTION = r"\([A-Z]\)\s"
_TURN = (
    r"[*_\[]{0,2}([^\W\d_][\w /]{0,24}?)\s?\d{0,3}[\]*_]{0,3}\s?[:：][*_]{0,2}(?:\s|"
    r"(?=[^\W\da-zA-Z]))"
)
_SPEAKERS = frozenset(
    """
    user human assistant ai bot customer agent client q a question answer input output query
    response thought action observation text label sentence premise hypothesis review sentiment
    summary task reply frage antwort eingabe ausgabe
    用户 助手 输入 输出 问 答 入力 出力 質問 回答
    """.split()
)
_PAIRS = (
    {"user", "assistant"},
    {"human", "ai"},
    {"human", "assistant"},
    {"q", "a"},
    {"user", "ai"},
    {"customer", "agent"},
    {"question", "answer"},
    {"用户", "助手"},
    {"问", "答"},
    {"frage", "antwort"},
)
_NEAR = 6  # levels of one rubric stand this many lines apart, at most


def fenced(text: str, rows: Sequence[Line]) -> set[int]:
    """Return the lines of fences that are closed, the fences included."""
    bodies = [text[row.start : row.end] for row in rows]
    longest = _later_fences(bodies)
    inside: set[int] = set()
    fence = ""
    for index, body in enumerate(bodies):
        if fence:
            inside.add(index)
            if _shuts(body, fence):
                fence = ""
        elif (opened := _opens(body)) and longest[index].get(opened[0], 0) >= len(opened):
            fence = opened
            inside.add(index)
    return inside


def tagged(rows: Sequence[Line]) -> list[Held]:
    """Return what holds each line: the tags that are open there and closed later."""
    last_close = {row.closes: index for index, row in enumerate(rows) if row.closes}
    stack: list[tuple[str, Held]] = []
    open_names: dict[str, int] = {}
    found: list[Held] = []
    for index, row in enumerate(rows):
        if row.closes and open_names.get(row.closes):
            while stack:
                name, _ = stack.pop()
                open_names[name] -= 1
                if name == row.closes:
                    break
        above: Held = stack[-1][1] if stack else ""
        found.append(above)
        if row.opens and last_close.get(row.opens, -1) > index:
            held: Held = above if above in ("data", "example") else _held(row.opens, above)
            stack.append((row.opens, held))
            open_names[row.opens] = open_names.get(row.opens, 0) + 1
            found[-1] = held
    return found


def inert(text: str, rows: Sequence[Line]) -> set[int]:
    """Return the lines that are quotes, tables, JSON, grades or turns of a dialogue."""
    found: set[int] = set()
    grades: list[int] = []
    turns: list[tuple[int, str]] = []
    for index, row in enumerate(rows):
        body = text[row.start : min(row.end, row.start + 200)]
        if not body:
            continue
        if (
            body[0] in ">|"
            or (body[-1] == "|" and body.count("|") > 1)
            or pattern(_JSON).match(body)
        ):
            found.add(index)
        elif pattern(_OPTION).match(body) or (
            pattern(_SIGN).search(body) and pattern(_GRADE).match(body)
        ):
            grades.append(index)
        if (":" in body or "：" in body) and (turn := pattern(_TURN).match(body)):
            turns.append((index, turn[1].lower().rstrip()))
    for before, after in pairwise(grades):
        if after - before <= _NEAR:
            found.update((before, after))
    found.update(_dialogue(turns))
    return found


def _dialogue(turns: list[tuple[int, str]]) -> Iterator[int]:
    known = [(index, name) for index, name in turns if name in _SPEAKERS]
    names = [name for _, name in known]
    count = {name: names.count(name) for name in set(names)}
    paired = {name for pair in _PAIRS if pair <= set(names) for name in pair}
    for index, name in known:
        if count[name] > 1 or name in paired:
            yield index
    # A format to fill in, such as `Thought: …`, `Action: …`, `Observation: …`.
    for (one, a), (two, b), (three, c) in zip(turns, turns[1:], turns[2:], strict=False):
        if three - one == 2 and len({a, b, c} & _SPEAKERS) > 1:  # noqa: PLR2004
            yield from (one, two, three)


def _held(name: str, above: Held) -> Held:
    words = name.replace("_", " ").replace("-", " ").replace(".", " ")
    if name.startswith("data "):
        return "data"
    if name in _SPEAKS or set(words.split()) & _SPEAKS:
        return above
    return section_of(words) or "other"


def _opens(body: str) -> str:
    if fence := pattern(_FENCE).match(body):
        return "" if fence[1][0] in body[fence.end() :] else fence[1]
    for quotes in _QUOTES:
        if body.endswith(quotes) and body.count(quotes) == 1:
            return quotes
        if body.startswith(quotes) and body.count(quotes) == 1:
            return quotes
    return ""


def _shuts(body: str, fence: str) -> bool:
    if fence in _QUOTES:
        return fence in body
    return len(body) >= len(fence) and not body.strip(fence[0])


def _later_fences(bodies: Sequence[str]) -> list[dict[str, int]]:
    """Return for every line the longest closing fence of each kind below it."""
    below: dict[str, int] = {}
    found = []
    for body in reversed(bodies):
        found.append(below)
        for char in "`~":
            if body and body[0] == char and not body.strip(char):
                below = {**below, char: max(below.get(char, 0), len(body))}
        for quotes in _QUOTES:
            if quotes in body:
                below = {**below, quotes[0]: 3}
    found.reverse()
    return found
