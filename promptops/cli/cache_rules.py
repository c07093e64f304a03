"""``promptops cache rules``."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from promptops.cli.common import emit, project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.caching.book import RuleBook
    from promptops.caching.rules import CacheRules
    from promptops.config import Project
    from promptops.pricing.prices import Prices

_DAYS: Final = 60
_HITS: Final = {"window": "it and the positions before it", "marks": "where marks are"}


@click.command("rules")
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option(
    "--rules",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A project's own rules over these, as TOML or JSON.",
)
@click.option("--check", is_flag=True, help="Exit 1 when the rules are older than --days.")
@click.option("--days", type=click.IntRange(min=0), default=_DAYS, show_default=True,
              help="How old the rules may be for --check.")  # fmt: skip
def command(models: tuple[str, ...], file: Path | None, check: bool, days: int) -> None:
    """Print the vendors' cache rules that are reckoned with: all models, or those of MODEL.

    Of a model it prints what each rule is, on what day it was read where, what nobody publishes,
    and what your own file set. Exit codes: 0 fine, 1 too old for --check, 2 the file is unusable,
    3 a model is not known.
    """
    from datetime import UTC, datetime

    today = datetime.now(UTC).date()
    book = rule_book(file)
    age = (today - book.as_of).days
    told = f"cache rules as of {book.as_of}, {age} day{'' if age == 1 else 's'} old"
    if not models:
        emit(f"{told}; `promptops cache rules MODEL` tells their sources")
        for name, entry in sorted(book.models.items()):
            emit(f"{name:<42} {entry['surface']}")
    else:
        emit(told)
        for model in models:
            emit("\n" + "\n".join(_told(book.find(model, max(today, book.as_of)))))
    if check and age > days:
        emit(f"\nolder than {days} days: look the rules up again, or take a newer version")
        raise SystemExit(1)


def rule_book(file: Path | None = None, here: Project | None = None) -> RuleBook:
    """Return the rules that came with this version, with a file or the project's own over them.

    Raises:
        UsageError: The file cannot be read, or a rule in it is wrong.
    """
    from promptops.caching.own import rules_of, with_file

    return rules_of(here or project()) if file is None else with_file(file)


def own_prices() -> Prices:
    """Return the prices of the current project.

    Raises:
        PricesError: Its price lock is wrong.
        ConfigError: A price of its settings can have no effect.
    """
    from promptops.pricing.prices import project_prices
    from promptops.templates.files import Folder

    here = project()
    return project_prices(Folder(here.root).read, here.config)


def _told(rules: CacheRules) -> Iterator[str]:
    variant = f" ({rules.variant})" if rules.variant else ""
    yield f"{rules.model} on {rules.surface}"
    rows: list[tuple[str, Any]] = [("family", f"{rules.family}{variant}")]
    rows += [("minimum", _amount(rules.minimum, "tokens")), ("read", _times(rules.read))]
    for ttl, life in rules.lifetimes.items():
        usual = " (the usual one)" if ttl == rules.default else ""
        note = f"; {life.note}" if life.note else ""
        cost = f"{_times(life.write)}, lives {life.seconds:,g} s"
        rows.append((f"write {ttl}", f"{cost}{usual}{note}"))
    if rules.markable:
        beyond = (
            "the request is refused" if rules.surplus == "refused" else "the latest are written"
        )
        rows.append(("marks", f"{rules.marks}; of more, {beyond}"))
        rows.append(("automatic", rules.automatic or "none"))
        rows.append(("order", "longer lifetime first" if rules.order != "free" else "any"))
        reach = "no limit" if rules.lookback is None else f"{rules.lookback} positions"
        rows.append(("look-back", f"{reach}: {_HITS[rules.lookup]}"))
        rows.append(("unmarkable", ", ".join(rules.unmarkable) or "nothing is named"))
    rows += [("step", f"{rules.step} tokens")] if rules.step else []
    rows += [("block", f"{rules.block} tokens")] if rules.block else []
    if rules.tier is not None:
        tier = f"above {rules.tier.above:,} tokens: input x {rules.tier.input}"
        rows.append(("tier", f"{tier}, output x {rules.tier.output}"))
    rows += [("isolation", rules.isolation)] if rules.isolation else []
    yield from (f"  {name:<12}{value}" for name, value in rows)
    yield from _notes(rules)


def _notes(rules: CacheRules) -> Iterator[str]:
    """Yield what nobody publishes, what is not sure, what the project set, and the sources."""
    fields = {"minimum": rules.minimum, "read": rules.read, "lifetimes": rules.lifetimes or None}
    unknown = [name for name, value in fields.items() if value is None]
    parts = [
        ("not published", [", ".join(unknown)] if unknown else []),
        ("to know", rules.notes),
        ("set by your file", [", ".join(rules.overridden)] if rules.overridden else []),
        ("read", [f"{one.read}  {one.url}: {one.what}" for one in rules.sources]),
    ]
    for title, lines in parts:
        if lines:
            yield f"  {title}:"
        for line in lines:
            yield from textwrap.wrap(
                line, 96, initial_indent="    - ", subsequent_indent="      ",
                break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip


def _amount(value: object, of: str) -> str:
    return "not published" if value is None else f"{value:,} {of}"


def _times(value: object) -> str:
    return "not published" if value is None else f"x {value} of an input token's price"
