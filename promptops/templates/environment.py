"""Jinja as prompts use it: sandboxed, strict, plain data only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.parser import Parser
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptops.templates import allowance, limits
from promptops.templates.blocks import PromptBlocks
from promptops.templates.markers import Conversation, Marker

if TYPE_CHECKING:
    from jinja2.runtime import Context

    from promptops.config import TemplateSettings

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
_TAG_FILTER: Final = "tag {}"
_END_TAG: Final = re.compile(r"\{%[-+]?\s*end(\w+)")
_BOUNDED: Final[Mapping[str, Callable[..., str]]] = {
    "join": limits.joined,
    "replace": limits.replaced,
}


class Compiler(CodeGenerator):
    """Writes code whose loops and joined texts count against the render's allowance."""

    def visit_For(self, node: nodes.For, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        bounded = nodes.EnvironmentAttribute("counted", lineno=node.lineno)
        items = nodes.Call(bounded, [node.iter], [], None, None, lineno=node.lineno)
        items.set_environment(self.environment)
        children = node.target, items, node.body, node.else_, node.test, node.recursive
        super().visit_For(nodes.For(*children, lineno=node.lineno), frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        self.write("environment.tilde((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class PromptEnvironment(ImmutableSandboxedEnvironment):
    """Strict undefined values, plain data, bounded repetition."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})
    code_generator_class = Compiler
    counted = staticmethod(allowance.counted)
    tolerant = False
    closed: frozenset[str] = frozenset()  # tags that have an end in the text

    def __init__(self, settings: TemplateSettings, loader: jinja2.BaseLoader | None = None) -> None:
        super().__init__(
            trim_blocks=settings.trim_blocks,
            lstrip_blocks=settings.lstrip_blocks,
            keep_trailing_newline=True,  # render.sent() takes a prompt's own
            undefined=jinja2.StrictUndefined,
            autoescape=False,
            finalize=allowance.printable,
            extensions=[PromptBlocks, "jinja2.ext.do", "jinja2.ext.loopcontrols"],
            loader=loader,
            auto_reload=False,
        )
        self.globals = {name: self.globals[name] for name in _GLOBALS}
        del self.filters["attr"]
        self.filters |= limits.FILTERS_BOUNDED
        # What an application adds is known, so that it compiles; running it is the application's.
        self.tags = frozenset(settings.tags)
        for name in (*settings.filters, *map(_TAG_FILTER.format, self.tags)):
            self.filters.setdefault(name, _unknown)
        for name in settings.tests:
            self.tests.setdefault(name, _unknown)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if not self.tags:
            return super()._parse(source, name, filename)
        self.closed = frozenset(_END_TAG.findall(source))
        return _TolerantParser(self, source, name, filename).parse()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an item or a listed attribute of plain data; anything else is undefined."""
        kind = type(obj)
        listed = _PLAIN.get(kind)
        if listed is None:
            return self._foreign_attribute(obj, attribute)
        if attribute in listed:
            if kind is str and attribute in _BOUNDED:
                return partial(_BOUNDED[attribute], obj)
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
        if isinstance(obj, str):
            return self.getattr(str(obj), attribute)
        for kind in (Mapping, list, tuple):
            if isinstance(obj, kind) and attribute in (_PLAIN[dict] if kind is Mapping else _LIST):
                return getattr(obj, attribute)
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return self.unsafe_undefined(obj, attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template calls; calls are counted."""
        if obj is self.globals.get("range"):
            made = range(*args)  # the keywords are the loop's own variables
            if len(made) > limits.MAX_REPEAT:
                raise allowance.OverLimit(f"a range of more than {limits.MAX_REPEAT:,} items")
            allowance.make(len(made))
            return made
        allowance.step()
        return super().call(context, obj, *args, **kwargs)

    def get_template(self, *args: Any, **kwargs: Any) -> jinja2.Template:
        """Return an included file; it counts as ten calls, which it costs."""
        allowance.step(10)
        return super().get_template(*args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse a sum, multiplication, power or format that would make something huge."""
        if operator == "%" and isinstance(left, str):
            return limits.formatted(str(left), right)
        limits.check_operator(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def concat(self, chunks: Iterable[str]) -> str:
        """Return chunks as one text; messages cannot be part of one."""
        chunks = list(chunks)
        if any(isinstance(chunk, Marker) for chunk in chunks):
            raise SecurityError("messages cannot be kept as text, in a macro or a set block")
        allowance.make(sum(map(len, chunks)))
        return "".join(chunks)

    def tilde(self, parts: Iterable[Any]) -> str:
        """Return what ``~`` makes of values."""
        return self.concat(str(allowance.printable(part)) for part in parts)


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
    """Reads unknown tags: with their body where an end tag follows, else alone.

    Where the settings name the tags, these only; a render that comes to one fails.
    """

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        tag = self.stream.current
        environment: Any = self.environment
        known = tag.type == "name" and (
            tag.value in _STATEMENTS or tag.value in self.extensions or tag.value.startswith("end")
        )
        tags = environment.tags
        known = known or (bool(tags) and tag.value not in tags and not environment.tolerant)
        if known or tag.type != "name":
            return super().parse_statement()
        self._tag_stack.append(tag.value)
        try:
            while self.stream.current.type != "block_end":
                next(self.stream)
            inside: list[nodes.Node] = []
            if tag.value in environment.closed:
                inside = self.parse_statements((f"name:end{tag.value}",), drop_needle=True)
            if environment.tolerant:
                return inside
            made = nodes.Filter(
                nodes.Const(""),
                _TAG_FILTER.format(tag.value),
                [],
                [],
                None,
                None,
                lineno=tag.lineno,
            )
            return [nodes.ExprStmt(made, lineno=tag.lineno), *inside]
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

    tolerant = True

    def __init__(self, settings: TemplateSettings) -> None:
        super().__init__(settings)
        self.filters = _Tolerated(self.filters)
        self.tests = _Tolerated(self.tests)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        self.closed = frozenset(_END_TAG.findall(source))
        return _TolerantParser(self, source, name, filename).parse()


__all__ = ["ForeignEnvironment", "PromptEnvironment", "TemplateSyntaxError"]
