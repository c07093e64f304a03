"""What ``promptops audit`` looks at: recorded calls where there are some, and the prompts."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from promptops.cli.ledger_query import parse_day
from promptops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from promptops.audit.facts import Facts
    from promptops.audit.template import Template
    from promptops.audit.templates import Own
    from promptops.config import Project
    from promptops.costs.spend import Asked
    from promptops.costs.terms import Terms
    from promptops.tokens.remote import Choice


class Wanted(NamedTuple):
    """What the command line says of the calls."""

    address: str | None
    since: str | None
    until: str | None
    counting: Choice


def facts(
    here: Project, terms: Terms, wanted: Wanted, today: date
) -> tuple[Facts, tuple[str, ...]]:
    """Return what there is to look at, and what is to be said of it.

    Raises:
        UsageError: There is neither a call nor a prompt, or a word of the command line is wrong.
    """
    from dataclasses import replace

    from promptops.audit.facts import Facts
    from promptops.audit.smaller import smaller

    prompts, said = _templates(here, terms, wanted.counting, today)
    recorded, told = _recorded(here, wanted)
    notes = (*told, *said)
    found = recorded or Facts(None)
    if recorded is None and not prompts:
        raise UsageError(f"nothing to audit: {told[0]}, and there are no prompts")
    models = {one.paid.model for one in found.cells or ()} | {one.model or "" for one in prompts}
    return replace(
        found,
        templates=prompts,
        smaller=smaller(models - {""}, terms.prices),
        shortest=_shortest(models - {""}, terms),
        evals=_evals(here.root, {one.name for one in prompts} | {
            one.paid.prompt for one in found.cells or () if one.paid.prompt
        }),
    ), notes  # fmt: skip


def _recorded(here: Project, wanted: Wanted) -> tuple[Facts | None, tuple[str, ...]]:
    """Return the recorded calls of the window, and what of calls and bills is not among them.

    Without calls, why there are none.
    """
    from promptops.ledger.place import DEFAULT

    since, until = parse_day("--since", wanted.since), parse_day("--until", wanted.until)
    if since and until and until < since:
        raise UsageError(f"--until {until} is before --since {since}")
    place = wanted.address or str(here.root / Path(DEFAULT))
    if wanted.address is None and not Path(place).is_file():
        return None, ("there is no ledger of recorded calls (docs/calls.md)",)
    try:
        from promptops.audit.gathering import days, gathered, outcomes
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("promptops"):
            raise
        told = f"recorded calls are read with {error.name}: pip install 'promptops-toolkit[audit]'"
        if wanted.address is not None:
            raise UsageError(told) from None
        return None, (told,)
    from promptops.audit.facts import Facts
    from promptops.audit.losses import losses
    from promptops.audit.question import Window
    from promptops.audit.questions import coverage
    from promptops.model.days import day_of as dated
    from promptops.warehouse.warehouse import opened

    house, window = opened(place), Window(since, until)
    seen, missing = days(house, window), (*losses(house, window), *coverage.notes(house, window))
    if seen is None:
        asked = " in these days" if since or until else ""
        return None, (f"no call is recorded in the ledger{asked}", *missing)
    first, last = since or dated(seen[0]), until or dated(seen[1])
    return Facts(gathered(house, window), (), first, last, outcomes(house)), missing


def _templates(
    here: Project, terms: Terms, counting: Choice, today: date
) -> tuple[tuple[Template, ...], tuple[str, ...]]:
    """Return the project's prompts as they stand, and what cannot be known of them."""
    from promptops.audit.templates import templates
    from promptops.cli.diff_cost_sides import Sides
    from promptops.costs.side import Head
    from promptops.costs.spend import Asked as One
    from promptops.costs.spend import spending
    from promptops.lint.run import Runner
    from promptops.lint.targets import find
    from promptops.tokens.counter import default_counter
    from promptops.tokens.remote import request_counter

    if not (here.root / here.config.folder).is_dir():
        return (), (f"there is no folder {here.config.folder}: prompts are not looked at",)
    with closing(Sides(here)) as sides:
        asked = [One(name, Head(sides.catalog, name)) for name in sides.catalog.names]
        if not asked:
            return (), (f"there are no prompts below {here.config.folder}/",)
        counter = default_counter()
        counters = (counter, request_counter(counting, counter.cache))
        found = spending(asked, (), terms, counters)
        own = _own(asked, here)
    report = Runner(None, today).run(find([], here), lambda _done, _all: None)
    unknown = tuple(f"not estimated: {one}" for one in found.unknowns)
    return templates(found.spends, report.findings, own, terms), unknown


def _own(asked: Iterable[Asked], here: Project) -> dict[str, Own]:
    """Return the tokens of prompts' own texts and of the retrieved ones of their samples."""
    from promptops.audit.templates import Own
    from promptops.lint.facts.lists import find_lists
    from promptops.lint.facts.shares import loop_items, loop_text
    from promptops.lint.figures import count
    from promptops.lint.view import View
    from promptops.templates.files import Folder

    found = {}
    for one in asked:
        prompt = one.side.prompt
        if prompt.broken:
            continue
        view = View(prompt, count, files=Folder(here.root))
        loops = [each.loop for each in view.of(find_lists) if each.retrieved and not each.history]
        found[prompt.name] = Own(
            count(view.variant.static),
            sum(loop_items(view, loop) for loop in loops),
            sum(count(loop_text(view, loop)) for loop in loops),
        )
    return found


def _shortest(models: Iterable[str], terms: Terms) -> dict[str, int]:
    rules = {model: terms.rules_of(model) for model in models}
    return {model: one.minimum for model, one in rules.items() if one and one.minimum}


def _evals(root: Path, prompts: Iterable[str]) -> dict[str, str]:
    """Return the eval files that are called as prompts are."""
    found = {}
    for name in prompts:
        for suffix in (".yaml", ".yml"):
            path = Path("evals") / f"{name}{suffix}"
            if ".." not in path.parts and (root / path).is_file():
                found[name] = path.as_posix()
    return found
