"""What several tests start from: prompts in memory, and template text of all kinds."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from promptops.config import Config, TemplateSettings
from promptops.model.prompt import Message
from promptops.templates.files import Memory
from promptops.templates.loader import load
from promptops.templates.prompt import Prompt
from promptops.templates.render import Renderer

PATH = "prompts/p.prompt.j2"
TEXTS = st.text(max_size=12)
PIECES = st.sampled_from(
    [
        *("word", " ", "  ", "\n", "\r\n", "\r", "\t", "\ufeff", "é", "😀", "\u2028", "\x0b"),
        *("{{ x }}", "{{- x }}", "{{ x -}}", '{{ "a\nb" }}', "{{ {'a': 1} }}", "{{ '%}' }}"),
        *("{% if x %}", "{%- if x -%}", "{% else %}", "{%- endif %}", "{% endif -%}"),
        *("{%+ if x %}", "{%\n set y = 1\r\n%}", "{% for i in x %}", "{% endfor %}"),
        *("{# a comment #}", "{#- two\nlines -#}", "{% raw %}", "{% endraw %}", "{%- endraw -%}"),
        *("{% raw -%}", "{% system %}", "{% endsystem %}", "{% cache %}", "}}", "%}", "{", "#"),
    ]
)
TEMPLATES = st.lists(PIECES, max_size=24).map("".join)


def prompt(
    body: str | bytes,
    parts: Mapping[str, str] | None = None,
    *,
    path: str = PATH,
    config: Config | None = None,
) -> Prompt:
    """Return the prompt of a file's text, with files to include."""
    files = {path: body if isinstance(body, bytes) else body.encode()}
    files |= {f"prompts/{name}": text.encode() for name, text in (parts or {}).items()}
    return load(Memory(files), path, config or Config())


def ours(body: str, front: str = "version: 1", **more: Any) -> Prompt:
    """Return a prompt with a front matter."""
    return prompt(f"---\n{front}\n---\n{body}", **more)


def render(body: str, values: Mapping[str, Any] | None = None, **parts: str) -> str:
    """Return the text of a body that is rendered with some values."""
    return "".join(one.text for one in messages(body, values, **parts))


def messages(
    body: str, values: Mapping[str, Any] | None = None, **parts: str
) -> tuple[Message, ...]:
    """Return the messages of a body that is rendered with some values."""
    return Renderer("p", body, parts, None, TemplateSettings()).render(dict(values or {}))


def problems(found: Prompt) -> list[tuple[str, int, int]]:
    """Return what is wrong with a prompt's own file: message, line and column."""
    return [
        (one.problem.message, *found.source.position(one.problem.span.start))
        for one in found.problems
    ]
