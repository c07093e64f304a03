"""What is known of the place under the pointer: an input, or what its message costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol.types import Hover, MarkupContent, MarkupKind

from promptops.costs.quote import quote
from promptops.editor.places import messages, template_of, use_at
from promptops.editor.wording import Style, input_lines
from promptops.lint.facts.sample import find_tokens
from promptops.lint.facts.usage import find_cost
from promptops.lint.looker import Looker
from promptops.reporters.figures import dollars

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lsprotocol.types import HoverParams

    from promptops.editor.desk import Desk
    from promptops.lint.view import View
    from promptops.model.text import Span
    from promptops.templates.template import Template


def answer(desk: Desk, params: HoverParams) -> Hover | None:
    """Return an input's declaration, or the tokens and the cost of a message and its prompt."""
    view = desk.view()
    template = view and template_of(view.prompt, desk.path)
    if not view or not template:
        return None
    offset = desk.client.ruler.offset(desk.source, params.position)
    style = Style(markdown=desk.client.markdown)
    found = use_at(view.prompt, template, offset)
    declared = view.prompt.metadata.inputs or {}
    if found is not None and found[0].name in declared:
        return _hover(desk, input_lines(declared[found[0].name], style), found[1])
    if view.prompt.broken or offset < template.body.start:
        return None
    return _hover(desk, list(_figures(view, template, offset, style)), None)


def _hover(desk: Desk, lines: list[str], span: Span | None) -> Hover:
    style = Style(markdown=desk.client.markdown)
    kind = MarkupKind.Markdown if desk.client.markdown else MarkupKind.PlainText
    at = None if span is None else desk.client.ruler.range(desk.source, span)
    return Hover(MarkupContent(kind, style.paragraphs(lines)), at)


def _figures(view: View, template: Template, offset: int, style: Style) -> Iterator[str]:
    looker = Looker(view)
    about = "" if looker.method.method == "exact" else "≈"
    if template is not view.prompt.template:
        own = f"{about}{looker.tokens(_own_text(view, template)):,} tokens"
        yield f"{style.strong(template.body.source.path)}: {style.plain(own)}"
    else:
        role, tokens = _message(looker, template, offset)
        yield f"{style.strong(role)}: {style.plain(f'{about}{tokens:,} tokens of fixed text')}"
    said = f"{about}{looker.tokens(view.variant.static):,} tokens of fixed text"
    sample = find_tokens(view)
    sample = None if sample is None else looker.method.scale(sample)
    if sample is not None:
        said += f", {about}{sample:,} with the sample"
    yield f"{style.strong(view.prompt.name)}: {style.plain(f'{said}; {looker.method.describe()}')}"
    yield from _cost(view, sample, style)
    _, prefix = looker.early()
    stop = looker.first_break()
    end = f"up to {style.code(stop.expression)}" if stop else "no value changes"
    where = f", line {stop.spot.line}" if stop else ""
    if stop and stop.spot.path != template.body.source.path:
        where += f" of {stop.spot.path}"
    yield f"{style.strong('cache prefix')}: {about}{prefix:,} tokens, {end}{style.plain(where)}"


def _cost(view: View, sample: int | None, style: Style) -> Iterator[str]:
    found = quote(view.model, sample, view.of(find_cost))
    if found is None:
        return
    said = f"{dollars(found.per_call)} a call"
    if found.per_month is not None and found.calls is not None:
        said += f", {dollars(found.per_month)} a month of {int(found.calls):,} calls"
    said += f"; {view.model}, {found.source}, {found.as_of.isoformat()}"
    yield f"{style.strong('cost')}: {style.plain(said)}"


def _own_text(view: View, template: Template) -> str:
    """Return a partial's fixed text, as often as it stands in the prompt."""
    mine = (leaf for leaf in view.variant.leaves if leaf.body is template.body)
    return "".join(leaf.text for leaf in mine if leaf.expression is None)


def _message(looker: Looker, template: Template, offset: int) -> tuple[str, int]:
    """Return the role of the message around an offset and its tokens, or those of the whole."""
    blocks = looker.messages()
    for _, tag, whole in messages(template):
        if whole.start <= offset <= whole.end:
            line = template.body.source.position(tag.start)[0]
            for block in blocks:
                if block.spot.line == line:
                    return block.role, block.tokens
    return "all messages", sum(block.tokens for block in blocks)
