"""The terms of ``promptops diff-cost``: the project's settings under what the command line says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from promptops.cli.diff_cost_sides import Sides
    from promptops.config import Project
    from promptops.config.cost import Policy
    from promptops.costs.comparison import Comparison, PriceChange
    from promptops.costs.terms import Terms
    from promptops.costs.waivers import Waiver
    from promptops.pricing.prices import Prices
    from promptops.templates.files import Files
    from promptops.tokens.remote import Choice
    from promptops.usage_file.reading import UsageFile


class Given(NamedTuple):
    """What the command line says; None and empty is nothing."""

    model: str | None = None
    calls: str | None = None
    prices: tuple[str, ...] = ()
    at: date | None = None
    usage: Path | None = None
    allow_source: bool = False
    counting: Choice = "auto"


def terms(here: Project, given: Given, today: date) -> Terms:
    """Return the terms that hold on both sides.

    Raises:
        UsageError: An option cannot be read.
        ConfigError: A settings file is wrong.
        PricesError: The lock of prices is not what it says it is.
    """
    from promptops.caching.own import rules_of
    from promptops.costs.terms import Terms, parse_calls, parse_model
    from promptops.templates.files import Folder

    usage, name = _usage(here, given.usage)
    return Terms(
        _prices(here, Folder(here.root), given, today),
        rules_of(here),
        usage,
        name,
        parse_model(given.model) if given.model else None,
        here.config.model,
        parse_calls(given.calls) if given.calls else None,
        given.allow_source,
        here.config.folder,
    )


def _prices(here: Project, files: Files, given: Given, today: date) -> Prices:
    from promptops.pricing.given import parse_price
    from promptops.pricing.prices import project_prices

    own = [parse_price(text) for text in given.prices]
    return project_prices(files.read, here.config, own, given.at, today)


def _usage(here: Project, file: Path | None) -> tuple[UsageFile, str]:
    from promptops.templates.files import Folder, read_file
    from promptops.usage_file.reading import UsageFile

    if file is None:
        path = here.config.cost.usage
        return UsageFile.read(Folder(here.root), path), path
    data = read_file(file)
    if data is None:
        raise UsageError(f"--usage {str(file)!r}: there is no such file")
    return UsageFile.parse(data, str(file)), file.name


def price_change(
    comparison: Comparison, here: Project, base: Files, given: Given, terms: Terms
) -> PriceChange | None:
    """Return what another lock of prices at the base means; None where it is the same."""
    from dataclasses import replace

    from promptops.costs.comparison import PriceChange
    from promptops.costs.diff import rows
    from promptops.errors import PromptopsError

    now = terms.prices
    try:
        was = _prices(here, base, given, now.today or now.day)
    except PromptopsError:
        return None
    if was.book.sha256 == now.book.sha256 and was.day == now.day:
        return None
    changed = tuple(model for model in comparison.models if was.find(model) != now.find(model))
    if not changed:
        return None
    again = rows([row.pair for row in comparison.rows], replace(terms, prices=was))
    before = {row.pair.name: row for row in again}
    found = [
        _more(row.head_month, before[row.pair.name].head_month)
        for row in comparison.rows
        if row.new is not None and row.new.model in changed
    ]
    known = [one for one in found if one is not None]
    total = sum(known) if known and len(known) == len(found) else None
    return PriceChange(was.day, now.day, total or None, changed)


def _more(after: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if after is None or before is None else after - before


def age(prices: Prices, models: Sequence[str]) -> int | None:
    """Return how many days old the prices are; None where none was used."""
    from promptops.pricing.age import days_old

    if not models or prices.today is None:
        return None
    return days_old(prices.book.as_of, prices.today)


def waived(
    sides: Sides, comparison: Comparison, policy: Policy | None, labels: Sequence[str]
) -> list[Waiver]:
    """Return what waives the policy: labels of the pull request, trailers of its commits."""
    import os

    from promptops.costs import waivers

    if policy is None:
        return []
    trailers: list[tuple[str, str]] = []
    base, head = comparison.base.sha, comparison.head.sha
    if policy.waiver_trailer and base is not None:
        trailers = sides.repository.trailers(base, head or "HEAD", "Cost-Waiver")
    return waivers.waivers(policy, waivers.labels(os.environ, labels), trailers)


def idle(sides: Sides) -> list[str]:
    """Return what to say of tables of the policy that are about no prompt of the project."""
    from fnmatch import fnmatchcase

    policy = sides.here.config.cost.policy
    if policy is None or not policy.prompts:
        return []
    names = {*sides.catalog.names, *sides.versions.names()}
    return [
        f"cost.policy.prompts: there is no prompt {glob!r}, so its limits limit nothing"
        for glob in policy.prompts
        if not any(fnmatchcase(name, glob) for name in names)
    ]
