"""Vendors' reports of what they billed, as files -> pages of buckets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from promptops.caching.trace_files import documents
from promptops.caching.trace_readers.reader import Unread
from promptops.intake import billing_anthropic, billing_openai
from promptops.intake.billing_values import results
from promptops.intake.left import Left
from promptops.intake.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from promptops.model.billed import Billed
    from promptops.model.money import Usage

VENDORS: Final = {"anthropic-usage": billing_anthropic, "openai-usage": billing_openai}
_WIDTHS: Final = ((60, "1m"), (3_600, "1h"))


class Billing:
    """A file of a vendor's reports; iterating yields the buckets of each page.

    A page is a JSON value of the file, or all of a CSV. ``more`` says that the last page had a
    next one, which is not in the file.
    """

    def __init__(self, path: Path, kind: str, *, csv: bool) -> None:
        self.kind = kind
        self.left = Left()
        self.more = False
        self._path, self._csv = path, csv

    def __iter__(self) -> Iterator[list[Billed]]:
        """Yield pages.

        Raises:
            UsageError: The file cannot be read.
        """
        self.left.clear()
        self.more = False
        if self._csv:
            yield page(self._of_csv(), "csv")
            return
        for number, value in documents(self._path):
            if not VENDORS[self.kind].fits(value):
                self.left.add(number, Unread("a value of another kind"))
                continue
            self.more = value.get("has_more") is True
            yield page(self._of_page(number, value), "api")

    def _of_page(self, number: int, value: Mapping[str, Any]) -> Iterator[Billed]:
        vendor = VENDORS[self.kind]
        for bucket, row in results(value):
            try:
                yield vendor.read(bucket, row)
            except Unread as error:
                self.left.add(number, error)

    def _of_csv(self) -> Iterator[Billed]:
        vendor = VENDORS[self.kind]
        with Table(self._path, self.left) as table:
            for number, cells in table:
                try:
                    yield vendor.read(*vendor.of_csv(dict(zip(table.head, cells, strict=False))))
                except Unread as error:
                    self.left.add(number, error)


def page(buckets: Iterable[Billed], form: str) -> list[Billed]:
    """Return the buckets of one export with what all of them are grouped by.

    Buckets that nothing tells apart are one: a vendor may group by what we do not know. Exports of
    another form, such as CSV, may call the same things otherwise.
    """
    found = list(buckets)
    names: dict[str, set[str]] = {}
    for one in found:
        names.setdefault(one.report, set()).update(one.of)
    together: dict[Any, Billed] = {}
    for one in found:
        grouping = " ".join((form, _width(one), *sorted(names[one.report])))
        key = (one.report, grouping, one.begins, tuple(sorted(one.of.items())))
        before = together.get(key)
        one = replace(one, grouping=grouping)  # noqa: PLW2901
        together[key] = one if before is None else _sum(before, one)
    return list(together.values())


def _width(one: Billed) -> str:
    lasts = None if one.ends is None else one.ends - one.begins
    return next((name for most, name in _WIDTHS if lasts is not None and lasts <= most), "1d")


def _sum(one: Billed, other: Billed) -> Billed:
    return replace(
        one,
        usage=_both(one.usage, other.usage),
        requests=_added(one.requests, other.requests),
        usd=_added(one.usd, other.usd),
    )


def _both(one: Usage | None, other: Usage | None) -> Usage | None:
    if one is None or other is None:
        return one or other
    writes = {**one.cache_write_tokens}
    for ttl, tokens in other.cache_write_tokens.items():
        writes[ttl] = writes.get(ttl, 0) + tokens
    return replace(
        one,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cache_read_tokens=one.cache_read_tokens + other.cache_read_tokens,
        cache_write_tokens=writes,
    )


def _added(one: Any, other: Any) -> Any:
    return one if other is None else other if one is None else one + other


def vendor_of(value: Any) -> str | None:
    """Return the kind of report that a JSON value is a page of; None: it is none."""
    return next((kind for kind, vendor in VENDORS.items() if vendor.fits(value)), None)


def vendor_of_head(head: Sequence[str]) -> str | None:
    """Return the kind of report that a CSV with these columns is; None: it is none."""
    return next((kind for kind, vendor in VENDORS.items() if vendor.fits_head(head)), None)
