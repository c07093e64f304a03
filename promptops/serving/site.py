"""Which address is answered with what."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

from promptops.audit.losses import losses
from promptops.audit.narrowing import NARROWED_BY, Narrowed
from promptops.audit.questions import questions
from promptops.errors import PromptopsError, UsageError
from promptops.reporters import answer_csv, answer_html, answer_json, audit_html
from promptops.reporters.answer_html import Asked
from promptops.reporters.page.markup import join
from promptops.serving import pages, reply
from promptops.warehouse.warehouse import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from promptops.audit.days import Days
    from promptops.audit.report import Audit
    from promptops.evals.listed import Listed
    from promptops.reporters.page.markup import Html
    from promptops.serving.keeping import Keeping
    from promptops.serving.reply import Reply

_SOON: Final = 1.5  # seconds that a page is waited for before it says that it must be
_LONG: Final = 120.0  # seconds that data are waited for
_DAYS: Final = ("since", "until")
_KINDS: Final = {"json": reply.JSON, "csv": reply.CSV}


class Sources(NamedTuple):
    """What pages are made of: an address of recorded calls, and what makes audits and runs."""

    address: str
    audit: Callable[[Mapping[str, str]], tuple[Audit, Days | None]]
    runs: Callable[[], Sequence[Listed]]
    run: Callable[[str], str]  # an id -> its page


class _Ready:
    """What was worked out, and the page of it with and without the word that it is old."""

    def __init__(self, made: Any) -> None:
        self.made = made
        self.texts: dict[bool, str] = {}


@dataclass(frozen=True, slots=True)
class Site:
    """The server's pages; each answer is kept until there is something else to read."""

    sources: Sources
    keeping: Keeping[_Ready]

    def begin(self) -> None:
        """Begin to work out the first page, before anybody asks for it."""
        given = dict.fromkeys(_DAYS, "")
        with suppress(PromptopsError):  # whoever asks is told
            self.keeping.found(("audit", *given.items()), self._auditing(given), 0)

    def __call__(self, path: str, query: str) -> Reply:
        """Return the answer to a path and its query."""
        place = "/" + path.strip("/")
        try:
            return self._answer(place, query)
        except PromptopsError as error:
            if place.rpartition(".")[2] in _KINDS:
                return reply.refusal(400, str(error))
            top = "/" + place.split("/")[1]
            return reply.page(pages.failure(top, str(error)), 400)

    def _answer(self, place: str, query: str) -> Reply:
        _, first, *rest = place.split("/")
        if place == "/":
            return self._audit(_given(query, _DAYS))
        if place == "/favicon.ico":
            return reply.Reply(204, reply.TEXT, b"")
        if first == "questions" and len(rest) <= 1:
            return self._question(unquote(rest[0]), query) if rest else _questions()
        if first == "runs" and len(rest) <= 1:
            return self._run(unquote(rest[0])) if rest else self._runs()
        return reply.page(pages.failure("", f"There is no page {place}."), 404)

    def _audit(self, given: Mapping[str, str]) -> Reply:
        return self._page(
            "/", ("audit", *given.items()), self._auditing(given),
            lambda made, note: _audit_page(made, given, note),
        )  # fmt: skip

    def _auditing(self, given: Mapping[str, str]) -> Callable[[], _Ready]:
        told = {name: value for name, value in given.items() if value}
        return lambda: _Ready(self.sources.audit(told))

    def _question(self, name: str, query: str) -> Reply:
        known = questions()
        name, dot, kind = name.partition(".")
        if name not in known or kind not in {"", *_KINDS} or (dot and not kind):
            return reply.page(pages.failure("/questions", f"There is no question {name!r}."), 404)
        given = _given(query, (*_DAYS, *NARROWED_BY))
        asked, window = ("question", name, *given.items()), _window(given)

        def work() -> _Ready:
            house = opened(self.sources.address)
            found = known[name].ask(house, window)
            return _Ready(replace(found, notes=(*found.notes, *losses(house, window))))

        if kind:
            found = self.keeping.found(asked, work, _LONG)
            if found.value is None or not found.fresh:
                return reply.refusal(503, "that takes long: ask again", ("Retry-After", "5"))
            return reply.data(_data(found.value.made, kind), _KINDS[kind])
        again = urlencode({key: value for key, value in given.items() if value})
        links = [
            (one.upper(), f"/questions/{quote(name)}.{one}?{again}") for one in ("csv", "json")
        ]
        return self._page(
            "/questions", asked, work,
            lambda made, note: answer_html.report(
                made, Asked(given, links), pages.nav("/questions"), note
            ),
        )  # fmt: skip

    def _runs(self) -> Reply:
        return reply.page(pages.runs(self.sources.runs()))

    def _run(self, name: str) -> Reply:
        return self._page("/runs", ("run", name), lambda: _Ready(self.sources.run(name)),
                          lambda made, _note: str(made))  # fmt: skip

    def _page(
        self,
        here: str,
        asked: Hashable,
        work: Callable[[], _Ready],
        shown: Callable[[Any, Html], str],
    ) -> Reply:
        """Return the page of an answer, or one that says that it is being worked out."""
        found = self.keeping.found(asked, work, _SOON)
        if found.value is None:
            return reply.page(pages.waiting(here, found.begun), 202, ("Retry-After", "1"))
        texts = found.value.texts
        if found.fresh not in texts:
            note = pages.as_of(found.begun, fresh=found.fresh)
            texts[found.fresh] = shown(found.value.made, note)
        return reply.page(texts[found.fresh])


def _questions() -> Reply:
    return reply.page(pages.questions((one.name, one.told) for one in questions().values()))


def _audit_page(made: tuple[Audit, Days | None], given: Mapping[str, str], note: Html) -> str:
    around = audit_html.Around(pages.nav("/"), join([note, answer_html.filters(given)]))
    return audit_html.report(*made, around)


def _data(found: Any, kind: str) -> str:
    if kind == "csv":
        return answer_csv.report(found)
    data = answer_json.report(found)
    return json.dumps(data, indent=2, ensure_ascii=False, default=str, allow_nan=False) + "\n"


def _given(query: str, names: Sequence[str]) -> dict[str, str]:
    """Return what a query says of some names, "" of those that it does not tell.

    Raises:
        UsageError: It tells another.
    """
    try:
        told = parse_qsl(query, keep_blank_values=True, max_num_fields=50)
    except ValueError:
        raise UsageError("that asks by too many names") from None
    for name, _value in told:
        if name not in names:
            raise UsageError(f"there is nothing to ask by {name!r}: {', '.join(names)}")
    return dict.fromkeys(names, "") | dict(told)


def _window(given: Mapping[str, str]) -> Narrowed:
    only = tuple((name, given[name]) for name in NARROWED_BY if given[name])
    return Narrowed(_day(given, "since"), _day(given, "until"), only)


def _day(given: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(given[name]) if given[name] else None
    except ValueError:
        raise UsageError(f"{name} {given[name]!r}: write a day, such as 2026-11-01") from None
