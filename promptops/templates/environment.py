"""Jinja as prompts use it: sandboxed, strict, plain data only."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.parser import Parser
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptops.errors import RenderLimit
from promptops.templates.blocks import Conversation, PromptBlocks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2.runtime import Context

    from promptops.config import TemplateSettings

MAX_REPEAT: Final = 1_000_000  # characters or items that a multiplication, or ranges, may make
_WIDE: Final = re.compile(r"%[^a-zA-Z%]*(?:\d{5}|\*)")

# Values are plain data: what may be asked of them by attribute is listed, all else is refused.
_TEXT = frozenset(
    "capitalize casefold count endswith find index isalnum isalpha isdecimal isdigit islower"
    " isspace isupper join lower lstrip partition removeprefix removesuffix rfind rpartition"
    " rsplit rstrip split splitlines startswith strip swapcase title upper replace".split()
)
_LIST = frozenset({"count", "index"})
_LOOP = frozenset(
    "index index0 revindex revindex0 first last length depth depth0 previtem nextitem"
    " cycle changed".split()
)
_DAY = {"year", "month", "day", "isoformat", "strftime", "weekday", "isoweekday"}
_TIME = {"hour", "minute", "second", "microsecond", "isoformat", "strftime"}
_PLAIN: Final[Mapping[type, frozenset[str]]] = {
    dict: frozenset({"items", "keys", "values", "get"}),
    str: _TEXT,
    list: _LIST,
    tuple: _LIST,
    Conversation: _LIST,
    LoopContext: _LOOP,
    date: frozenset(_DAY),
    datetime: frozenset(_DAY | _TIME | {"date", "time", "timestamp"}),
    time: frozenset(_TIME),
    timedelta: frozenset({"days", "seconds", "total_seconds"}),
}
_GLOBALS: Final = ("range", "dict", "cycler", "joiner", "namespace")


class PromptEnvironment(ImmutableSandboxedEnvironment):
    """Strict undefined values, plain data, bounded repetition."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, settings: TemplateSettings, loader: jinja2.BaseLoader | None = None) -> None:
        super().__init__(
            trim_blocks=settings.trim_blocks,
            lstrip_blocks=settings.lstrip_blocks,
            keep_trailing_newline=True,  # render.sent() takes a prompt's own
            undefined=jinja2.StrictUndefined,
            autoescape=False,
            extensions=[PromptBlocks, "jinja2.ext.do", "jinja2.ext.loopcontrols"],
            loader=loader,
            auto_reload=False,
        )
        self.globals = {name: self.globals[name] for name in _GLOBALS}
        del self.filters["attr"]
        self.filters["format"] = _format

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an item or a listed attribute of plain data; anything else is undefined."""
        kind = type(obj)
        listed = _PLAIN.get(kind)
        if listed is None:
            return self._foreign_attribute(obj, attribute)
        if attribute in listed:
            return getattr(obj, attribute)
        if kind is dict:
            try:
                return obj[attribute]
            except KeyError:
                return self.undefined(obj=obj, name=attribute)
        return self.unsafe_undefined(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item; a name that is no item is looked up as an attribute."""
        try:
            return obj[argument]
        except (TypeError, LookupError):
            if isinstance(argument, str):
                return self.getattr(obj, argument)
            return self.undefined(obj=obj, name=argument)

    def _foreign_attribute(self, obj: Any, attribute: str) -> Any:
        # Jinja's own helpers (loop, cycler, namespace, macros) and values without attributes.
        if type(obj).__module__.startswith("jinja2."):
            return super().getattr(obj, attribute)
        for kind in (dict, str, list, tuple):
            if isinstance(obj, kind) and attribute in _PLAIN[kind]:
                return getattr(obj, attribute)
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return self.unsafe_undefined(obj, attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls; the ranges of one render share an allowance."""
        if obj is self.globals.get("range"):
            made = range(*args, **kwargs)
            spent = context.vars.get(" ranges", 0) + len(made)
            if spent > MAX_REPEAT:
                raise RenderLimit(f"ranges of more than {MAX_REPEAT:,} items in one render")
            context.vars[" ranges"] = spent
            return made
        return super().call(context, obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse a multiplication, power or format that would make something huge."""
        if operator == "%" and isinstance(left, str):
            return _format(left, right) if not isinstance(right, tuple) else _format(left, *right)
        sizes = [len(side) for side in (left, right) if hasattr(side, "__len__")]
        numbers = [abs(side) for side in (left, right) if isinstance(side, int)]
        if operator == "*" and sizes and numbers and sizes[0] * numbers[0] > MAX_REPEAT:
            raise RenderLimit(f"a repetition makes more than {MAX_REPEAT:,} characters or items")
        if operator == "**" and len(numbers) == 2 and numbers[0].bit_length() * numbers[1] > 4096:  # noqa: PLR2004
            raise RenderLimit("a power makes a number of more than 4096 bits")
        return super().call_binop(context, operator, left, right)


def _format(value: Any, *args: Any, **kwargs: Any) -> str:
    """Return ``value % arguments``, the filter ``format``; wide fields are refused."""
    text = str(value)
    if _WIDE.search(text):
        raise SecurityError("a format with a field of more than 9,999 characters")
    return text % (kwargs or args)


class _Tolerated(dict[str, Any]):
    """Filters or tests of which any name is known, since an application may add its own."""

    def get(self, name: str, default: Any = None) -> Any:
        del default
        return super().get(name, _unknown)

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Any:
        return _unknown


def _unknown(*args: Any, **kwargs: Any) -> Any:
    del args, kwargs
    raise SecurityError("a filter or test of another application cannot be run here")


class _TolerantParser(Parser):
    """Reads unknown tags: with their body where an end tag follows, else alone."""

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        tag = self.stream.current
        known = tag.type == "name" and (
            tag.value in _STATEMENTS or tag.value in self.extensions or tag.value.startswith("end")
        )
        if known or tag.type != "name":
            return super().parse_statement()
        self._tag_stack.append(tag.value)
        try:
            while self.stream.current.type != "block_end":
                next(self.stream)
            if re.search(rf"\{{%[-+]?\s*end{re.escape(tag.value)}\b", self.environment.reading):  # type: ignore[attr-defined]
                return self.parse_statements((f"name:end{tag.value}",), drop_needle=True)
            return []
        finally:
            self._tag_stack.pop()


_STATEMENTS: Final = frozenset(
    "for if elif else block extends print macro include from import set with autoescape call"
    " filter".split()
)


class ForeignEnvironment(PromptEnvironment):
    """Jinja for templates of other applications: their filters, tests and tags are tolerated.

    It reads; it never renders.
    """

    reading = ""

    def __init__(self, settings: TemplateSettings) -> None:
        super().__init__(settings)
        self.filters = _Tolerated(self.filters)
        self.tests = _Tolerated(self.tests)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        self.reading = source
        return _TolerantParser(self, source, name, filename).parse()


__all__ = ["ForeignEnvironment", "PromptEnvironment", "TemplateSyntaxError"]
