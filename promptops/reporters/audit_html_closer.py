"""What the window's dollars are made of, to look into: sums by all that calls are told apart by.

The page has them as JSON, whole numbers only: its script adds them up and divides nothing that
could not be divided here.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.audit.days import Key, kinds
from promptops.audit.spent import NOTHING
from promptops.reporters.audit_html_periods import steps
from promptops.reporters.audit_html_series import UNTOLD, Sum
from promptops.reporters.figures import dollars, printable
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promptops.audit.days import Days
    from promptops.audit.facts import Facts
    from promptops.reporters.audit_html_periods import Steps

NAMES: Final = {
    "feature": "feature", "prompt": "prompt", "version": "version", "model": "model",
    "segment": "group of users", "label": "label",
}  # fmt: skip
OTHERS: Final = "(others)"
_MOST: Final = 8_000  # rows of the page
_KINDS: Final = 4
_NANO: Final = 10**9
_MICRO: Final = 10**6
_EXACT: Final = 2**53  # up to which a script's numbers are whole
_LONGEST: Final = 200  # characters of a name


def closer(facts: Facts, days: Days) -> Html | None:
    """Return the section that the script fills; None where there is no call."""
    if not days.rows:
        return None
    first, last = facts.first or days.rows[0].day, facts.last or days.rows[-1].day
    by = steps(first, last)
    sums, kept = _sums(days, by)
    told = kinds(days.rows)
    heading = el("h2", "Look closer", id="closer", tabindex="-1")
    intro = (
        "Choose a row to see what it is made of, by what comes next. Dollars are those of the "
        f"{facts.days:,} days of the window; outcomes are good ones."
    )
    notes = [one for one in (kept, _kinds_left_out(told)) if one]
    return el(
        "section",
        heading,
        el("p", " ".join([intro, *notes]), class_="soft"),
        el("p", "Looking closer needs scripts; the tables below do not.", class_="scriptless"),
        _form(by, told[:_KINDS]),
        el("nav", el("ol"), aria_label="What is looked at", class_="path", hidden=True),
        el("div", id="closer-table"),
        el("script", _data(sums, by, told[:_KINDS]), type="application/json", id="cube"),
        aria_labelledby="closer",
    )


def _kinds_left_out(told: list[str]) -> str | None:
    rest = len(told) - _KINDS
    return f"{rest:,} rarer kinds of outcomes are left out." if rest > 0 else None


def _form(by: Steps, told: list[str]) -> Html:
    names = [*NAMES.items(), ("step", by.noun)]
    ways = [el("option", shown, value=name) for name, shown in names]
    options = [el("option", kind, value=str(at)) for at, kind in enumerate(told)]
    outcome = el("label", "Outcome", el("select", join(options), name="kind"))
    return el(
        "form",
        el("label", "Shown by", el("select", join(ways), name="by")),
        outcome if len(told) > 1 else None,
        el("button", "One step back", type="button"),
        el("output", aria_live="polite"),
        class_="controls", aria_label="What is shown", hidden=True, id="closer-form",
    )  # fmt: skip


def _sums(days: Days, by: Steps) -> tuple[dict[tuple[int, Key], Sum], str | None]:
    """Return sums by step and key, the cheapest keys as others; and what is said of these."""
    places = {start: at for at, start in enumerate(by.starts)}
    of_key: dict[Key, dict[int, Sum]] = {}
    for one in days.rows:
        of_key.setdefault(one.key, {}).setdefault(places[by.of(one.day)], Sum()).add(one)
    worth = {key: sum((s.spent.usd for s in of.values()), NOTHING) for key, of in of_key.items()}
    found: dict[tuple[int, Key], Sum] = {}
    folded = []
    most = _MOST if sum(map(len, of_key.values())) <= _MOST else _MOST - len(by.starts)
    rows = 0
    for key in sorted(of_key, key=lambda one: (-worth[one], str(one))):
        rows += len(of_key[key])
        if rows > most:
            folded.append(key)
            continue
        found.update({(at, key): one for at, one in of_key[key].items()})
    others = Key(*[OTHERS] * len(Key._fields))
    for key in folded:
        for at, folds in of_key[key].items():
            found[at, others] = _both(found.get((at, others)), folds)
    return found, _told(folded, worth)


def _told(folded: list[Key], worth: Mapping[Key, Decimal]) -> str | None:
    if not folded:
        return None
    usd = sum((worth[one] for one in folded), NOTHING)
    return (
        f"The {len(folded):,} cheapest of {len(worth):,} combinations, {dollars(usd)} together, "
        f"are added up as {OTHERS}."
    )


def _both(one: Sum | None, other: Sum) -> Sum:
    if one is None:
        return other
    good = dict(one.good)
    for kind, number in other.good.items():
        good[kind] = good.get(kind, 0) + number
    return Sum(one.spent + other.spent, one.hits + other.hits, good)


def _data(found: Mapping[tuple[int, Key], Sum], by: Steps, told: list[str]) -> Html:
    """Return the JSON. A row: step, places of names, then whole numbers (``_whole``)."""
    total = sum((one.spent.usd for one in found.values()), NOTHING)
    unit = _NANO if total * _NANO < _EXACT else _MICRO
    names = [list(dict.fromkeys(_parts(key, of) for _, key in found)) for of in NAMES]
    places = [{name: place for place, name in enumerate(some)} for some in names]
    texts = [[_text(name) for name in some] for some in names]
    plain: dict[str, Any] = {
        "unit": unit,
        "dims": [*NAMES, "step"],
        "nouns": [*NAMES.values(), by.noun],
        "names": [*texts, by.told],
        "kinds": told,
        "rows": [
            [*(place[_parts(key, of)] for of, place in zip(NAMES, places, strict=True)), at,
             *_whole(one, unit, told)]
            for (at, key), one in found.items()
        ],
    }  # fmt: skip
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Html(safe.encode("utf-8", "replace").decode())


def _whole(one: Sum, unit: int, told: Iterable[str]) -> list[int]:
    """Return calls, those with usage, those with dollars, hits, dollars, tokens, good outcomes."""
    return [
        one.spent.calls, one.told, one.priced, one.hits,
        int((one.spent.usd * Decimal(unit)).to_integral_value()),
        one.spent.prompt_tokens, one.spent.cache_read_tokens, one.spent.output_tokens,
        *(one.good.get(kind, 0) for kind in told),
    ]  # fmt: skip


def _parts(key: Key, of: str) -> tuple[str | None, ...]:
    """Return what calls are told apart by; prompts have versions of the same name."""
    if of == "version" and key.version != OTHERS:
        return key.prompt, key.version
    return (getattr(key, of),)


def _text(name: tuple[str | None, ...]) -> str | None:
    """Return how that is shown; None is not told."""
    if name == (None,):
        return None
    return " ".join(UNTOLD if one is None else _shown(one) for one in name)


def _shown(name: str) -> str:
    cut = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
    return cut if cut.isprintable() else printable(cut)
