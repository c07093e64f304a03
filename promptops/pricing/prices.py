"""The prices of a project: those given, its own, its lock's, and those that came with promptops."""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from promptops.errors import UnknownModel
from promptops.model.values import dataclass
from promptops.pricing.age import aged, changes
from promptops.pricing.book import bundled, full_name
from promptops.pricing.found import Found, Layer, Override
from promptops.pricing.lock import LOCK, parse_lock
from promptops.pricing.own import check, price_of, rule_for, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from promptops.config import Config
    from promptops.config.prices import OwnPrice
    from promptops.model.money import Price
    from promptops.pricing.book import PriceBook


@dataclass(frozen=True)
class Prices:
    """What models cost on a day; of the layers the first that knows a model wins.

    They are the prices of the command line, those of the project's settings, the book, and, where
    that is the project's lock, the prices that came with this version. A discount of the settings
    or factor of the settings changes what the lists say.
    """

    book: PriceBook  # the project's lock, or the bundled one
    day: date
    layer: Layer = "bundled"
    given: Mapping[str, Price] = field(default_factory=dict)
    own: Mapping[str, OwnPrice] = field(default_factory=dict)  # by provider:model or provider
    today: date | None = None

    def find(self, model: str) -> Price | None:
        """Return what a model costs, if that is known."""
        found = self.look_up(model)
        return found and found.price

    def price(self, model: str) -> Price:
        """Return what a model costs.

        Raises:
            UnknownModel: It has no known price.
        """
        found = self.look_up(model)
        if found is None:
            raise UnknownModel(self.why_unknown(model))
        return found.price

    def doubt(self, model: str) -> str:
        """Return what is not certain about a model's price, if anything."""
        found = self.look_up(model)
        return found.book.doubt(model, self.day) if found and found.book else ""

    def why_unknown(self, model: str) -> str:
        """Return what to do about a model without a price."""
        if self.look_up(model) is not None:
            return ""
        # The widest list has the nearest names.
        book = bundled() if self.book.find(model) is None else self.book
        try:
            book.price(model, self.day)
        except UnknownModel as error:
            return str(error)
        return ""

    def origin(self, model: str) -> str:
        """Return where a model's price is from, as reports print it; nothing if it has none."""
        found = self.look_up(model)
        if found is None:
            return ""
        return told(found.layer or found.price.source, found.changed)

    def overrides(self, models: Iterable[str]) -> list[Override]:
        """Return the prices among those of some models that are not the list's, by model."""
        by_name: dict[str, Override] = {}
        for model in models:
            found = self.look_up(model)
            if found is not None and found.own is not None:
                name, rates = found.price.model, found.price.rates
                off = None if found.changed is None else found.changed.discount
                own = (found.own, off, rates.input, rates.output, rates.cache_read)
                by_name[name] = Override(name, *own)
        return [by_name[name] for name in sorted(by_name)]

    def remarks(self, models: Iterable[str], *, batch: bool = False) -> list[str]:
        """Return what a reader should know of the prices of some models, a sentence each.

        Changes of batch rates alone are told where some calls go in batches.
        """
        asked = sorted(set(models))
        age = [] if self.today is None else aged(self.book.as_of, self.today, self.layer)
        begun = dict.fromkeys(one for model in asked for one in self._changed(model, batch))
        return [*age, *begun, *filter(None, map(self.doubt, asked))]

    def look_up(self, model: str) -> Found | None:
        """Return a model's price and its layer."""
        if model not in self._known:
            self._known[model] = self._find(model)
        return self._known[model]

    @cached_property
    def _known(self) -> dict[str, Found | None]:
        return {}

    def _find(self, model: str) -> Found | None:
        if not self.given and not self.own:
            return self._listed(model)
        names = self.names(model)
        for name, price in self.given.items():
            if not names.isdisjoint(self.names(name)):
                return Found(price, "command line")
        own = rule_for(self.own, names, self.day)
        if own is not None and own.share is None:
            return Found(price_of(own, model), "settings")
        listed = self._listed(model)
        if own is None or own.share is None or listed is None:
            return listed
        source = told(listed.price.source, own)
        price = replace(listed.price.times(own.share), source=source)
        return listed._replace(price=price, own="settings", changed=own)

    def _listed(self, model: str) -> Found | None:
        for book, layer in self._books():
            try:
                return Found(book.price(model, self.day), None, book, layer)
            except UnknownModel:
                continue
        return None

    def _books(self) -> Iterator[tuple[PriceBook, Layer]]:
        yield self.book, self.layer
        if self.layer == "lock":
            yield bundled(), "bundled"  # read only where the lock lacks a model

    def names(self, model: str) -> set[str]:
        """Return all names of a model that decide which of the layers has its price."""
        known = {book.find(model) for book, _ in self._books()}
        return {full_name(model), *(name for name in known if name is not None)}

    def _changed(self, model: str, batch: bool) -> Iterator[str]:
        found = self.look_up(model)
        if self.today is not None and found is not None and found.book is not None:
            for change in changes(found.book, model, self.day, self.today):
                if change.batch and not batch:
                    continue
                yield f"{change.told}; here it is priced as on {self.day}"


def list_prices() -> Prices:
    """Return the prices that came with this version, as of their day."""
    return Prices(bundled(), bundled().as_of)


def project_prices(
    read: Callable[[str], bytes | None],
    config: Config,
    given: Iterable[Price] = (),
    at: date | None = None,
    today: date | None = None,
) -> Prices:
    """Return the prices of a project.

    Args:
        read: Gives a file's bytes by its path below the project's root, None where there is none.
        config: The project's settings.
        given: Prices of the command line; they come first.
        at: The day whose prices are asked for; without, the day of the lock or of the bundled list.
        today: Lets prices be called old; without, none are.

    Raises:
        PricesError: The lock cannot be read or does not have the hash that it names.
        ConfigError: A price of the settings can have no effect.
    """
    content = read(LOCK)
    book = bundled() if content is None else parse_lock(content)
    layer: Layer = "bundled" if content is None else "lock"
    named = {price.model: price for price in given}
    if config.prices:
        check(config.prices, [bundled(), book])
    return Prices(book, at or book.as_of, layer, named, config.prices, today)
