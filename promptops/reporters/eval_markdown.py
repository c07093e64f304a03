"""An eval's report as Markdown for a pull request: a sentence, at most 12 lines, folded flips.

It may be made from the JSON of a stranger's run: nothing in it is read as Markdown, and no answer
and no input is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.evals.headline import Names, headline
from promptops.evals.words import change
from promptops.reporters.eval_markdown_behind import BEHIND, behind
from promptops.reporters.eval_words import (
    UNKNOWN,
    VERDICTS,
    better_baselines,
    gap,
    money,
    noted,
    of,
    role,
    sides,
    spent,
)
from promptops.reporters.markdown import Section, code, fitted, prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.evals.report import Report
    from promptops.evals.report_cases import Flip
    from promptops.evals.report_variants import Variant

MAX_BYTES: Final = 60_000  # GitHub takes 65,536 characters of a comment
_ROWS: Final = 5  # variants in the table; with its head, and lines around it, at most 12
_SHOWN: Final = 7  # characters of a commit


def report(
    found: Report,
    *,
    first_line: str = "",
    head: str | None = None,
    html: bool = True,
    limit: int = MAX_BYTES,
) -> str:
    """Return a report in at most ``limit`` bytes; ``head`` is the commit that it speaks of.

    ``first_line`` is put in front: the invisible mark by which a comment finds its own. Without
    ``html`` nothing is folded up, for Bitbucket.
    """
    top = f"{first_line}\n" if first_line else ""
    top += f"#### {heading(found)}\n\n"
    body = "".join(f"{line}\n" for line in _lines(found))
    foot = _foot(found, head, html=html)
    room = limit - len((top + body + foot).encode("utf-8", "backslashreplace"))
    sections = [*_flips(found, html=html), *_folded(BEHIND, list(behind(found)), "line", html=html)]
    return top + body + fitted(sections, room, "in the report") + foot


def heading(found: Report) -> str:
    """Return the verdict and what was found, in one sentence."""
    verdict = f"{VERDICTS[found.verdict]}: " if found.verdict else ""
    return f"{verdict}{headline(found, Names(code, prose))}"


def _lines(found: Report) -> Iterator[str]:
    """Yield at most 11 lines: a table, the baselines, what was spent."""
    yield f"| | {code(found.eval.metric, cell=True)} | difference | $ per 1,000 | cost |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    shown = _first(found)
    yield from (_row(found, one) for one in shown)
    yield ""
    left = len(found.variants) - len(shown)
    told = (
        f"… and {left:,} more variants. " if left > 1 else "… and 1 more variant. " if left else ""
    )
    told += " ".join(map(prose, better_baselines(found)[:1]))
    if told:
        yield told.strip()
    done, planned = found.run.done, found.run.planned
    cases = f"{done:,} cases" if done >= planned else f"{done:,} of {planned:,} cases"
    lost = f", {len(found.errors):,} without an answer or a score" if found.errors else ""
    yield f"{spent(found)} {cases}{lost}."
    yield ""


def _first(found: Report) -> Sequence[Variant]:
    """Return the variants that the table has room for: the incumbent and candidates before all."""

    def place(one: Variant) -> tuple[bool, bool, bool]:
        return one.role == "baseline", one.id != found.incumbent, one.id != found.recommended

    return sorted(found.variants, key=place)[:_ROWS]


def _row(found: Report, one: Variant) -> str:
    compared = of(found, one.id)
    difference = gap(compared) if compared else role(found, one)
    ratio = change(one.cost.ratio)
    shown = ratio or ("" if one.role != "candidate" else UNKNOWN)
    mean = noted(one.metrics.get(found.eval.metric))
    cells = (code(one.id, cell=True), mean, difference, money(one.cost.per_1000), shown)
    return f"| {' | '.join(cells)} |"


def _flips(found: Report, *, html: bool) -> Iterator[Section]:
    broke, fixed = sides(found)
    if not found.flips:
        return
    title = f"{len(broke):,} broke, {len(fixed):,} fixed"
    items = [_flip(one) for one in (*broke, *fixed)]
    yield from _folded(title, items, "case", html=html)


def _folded(title: str, items: Sequence[str], noun: str, *, html: bool) -> Iterator[Section]:
    if items and html:
        yield Section(f"<details><summary>{title}</summary>\n\n", items, "\n</details>\n\n", noun)
    elif items:
        yield Section(f"**{title}**\n\n", items, "\n", noun)


def _flip(one: Flip) -> str:
    verb = "broke" if one.broke else "fixed"
    sides = " -> ".join(UNKNOWN if side.value is None else f"{side.value:g}"
                        for side in (one.before, one.after))  # fmt: skip
    labels = ""
    if one.before.label is not None and one.after.label is not None:
        labels = f", {code(one.before.label)} -> {code(one.after.label)}"
    return f"- {verb} {code(one.case)} by {code(one.candidate)}: {sides}{labels}\n"


def _foot(found: Report, head: str | None, *, html: bool) -> str:
    told = f"Updated for {code(head[:_SHOWN])}. " if head else ""
    told += f"Run {code(found.run.id)}, {code(found.eval.name)}."
    return f"<sub>{told}</sub>\n" if html else f"{told}\n"
