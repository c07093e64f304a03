"""Message blocks and cache marks as a Jinja extension.

Messages are collected structurally. A message block compiles to two ``yield`` statements of marker
objects around its body, and the reader of the render (``render.py``) tells markers from text by
their type. No value that is interpolated can have that type, so no data can open a message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2 import nodes
from jinja2.ext import Extension

from promptops.model.prompt import ROLES, CacheMark
from promptops.templates.markers import TTL, Boundary, Closing, Marker, Opening

if TYPE_CHECKING:
    import jinja2
    from jinja2.parser import Parser


# Blocks whose rendered text is kept aside as one string: a marker inside would be lost.
_BUFFERED: Final = frozenset({"macro", "call", "filter", "set"})
_REPEATED: Final = frozenset({"for", "if", "block", *_BUFFERED})


class PromptBlocks(Extension):
    """``{% system %}`` ... ``{% message role="..." %}`` and ``{% cache %}``."""

    tags = {*ROLES, "message", "cache"}  # noqa: RUF012 - Jinja's own declaration of it

    def __init__(self, environment: jinja2.Environment) -> None:
        super().__init__(environment)
        self.markers: dict[str, Marker] = {"close": Closing(None)}
        self.markers |= {f"open_{role}": Opening(role) for role in ROLES}

    def __getattr__(self, name: str) -> Marker:
        # Compiled templates fetch a marker as an attribute of the extension.
        try:
            return self.__dict__["markers"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        """Return the nodes of a message block or a cache mark."""
        tag = next(parser.stream)
        outer = parser._tag_stack[:-1]  # noqa: SLF001 - Jinja offers no other view of nesting
        if tag.value == "cache":
            return self._cache(parser, tag.lineno, outer)
        arguments = _arguments(parser, ("role",) if tag.value == "message" else ())
        role = arguments.get("role") if tag.value == "message" else tag.value
        if role not in ROLES:
            parser.fail(f'a message needs role="..." with one of {", ".join(ROLES)}', tag.lineno)
        for within in outer:
            if within in self.tags or within in _BUFFERED:
                parser.fail(f"a {tag.value} block stands inside a {within} block", tag.lineno)
        body = parser.parse_statements((f"name:end{tag.value}",), drop_needle=True)
        opening = self._yield(f"open_{role}", tag.lineno)
        return nodes.Scope([opening, *body, self._yield("close", tag.lineno)], lineno=tag.lineno)

    def _cache(self, parser: Parser, lineno: int, outer: list[str]) -> nodes.Node:
        arguments = _arguments(parser, ("ttl", "name"))
        ttl, name = arguments.get("ttl"), arguments.get("name")
        if ttl is not None and not TTL.match(ttl):
            parser.fail(
                f'a cache mark\'s ttl is a number and a unit, such as "5m", not {ttl!r}', lineno
            )
        for within in outer:
            if within in _REPEATED:
                parser.fail(f"a cache mark stands inside a {within} block", lineno)
        if not any(within in self.tags for within in outer):
            parser.fail("a cache mark stands outside a message block", lineno)
        marker = f"cache_{len(self.markers)}"
        self.markers[marker] = Boundary(CacheMark(ttl, name))
        return self._yield(marker, lineno)

    def _yield(self, marker: str, lineno: int) -> nodes.Output:
        value = nodes.ExtensionAttribute(self.identifier, marker, lineno=lineno)
        return nodes.Output([value], lineno=lineno)


def marker_of(node: nodes.Node, environment: jinja2.Environment) -> Marker | None:
    """Return the marker that a node yields, if it is one of this extension's."""
    if isinstance(node, nodes.Output) and len(node.nodes) == 1:
        value = node.nodes[0]
        if isinstance(value, nodes.ExtensionAttribute):
            return getattr(environment.extensions[value.identifier], value.name, None)
    return None


def _arguments(parser: Parser, known: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    while parser.stream.current.type != "block_end":
        if found:
            parser.stream.skip_if("comma")
        name = parser.stream.expect("name")
        if name.value not in known or name.value in found:
            says = f"known: {', '.join(known)}" if known else "it takes none"
            parser.fail(f"unexpected argument {name.value!r}; {says}", name.lineno)
        parser.stream.expect("assign")
        found[name.value] = parser.stream.expect("string").value
    return found
