"""The inputs of prompts as Python types, for editors and type checkers.

The module that is made holds two readings of ``Registry``. A checker sees a subclass whose ``get``
knows every reference and whose handles know their inputs; Python sees promptops' own.
"""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.prompt import Input, Schema

_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_SCALARS: Final[Mapping[str, str]] = {
    "string": "str",
    "integer": "int",
    "number": "float | Decimal",
    "boolean": "bool",
}
_OTHERS: Final[Mapping[str, str]] = {
    "array": "list[Any] | tuple[Any, ...]",
    "object": "Mapping[str, Any]",
    "messages": "Sequence[Mapping[str, str]]",
}
_HEAD: Final = '''\
# Made by `promptops stubs`; `promptops stubs --check` says when it is out of date.
# ruff: noqa
# fmt: off
"""The registry of this project's prompts, with the types of their inputs."""

from typing import TYPE_CHECKING

'''
_IMPORTS: Final = """\
import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, overload

from promptops import PromptHandle, Rendered
from promptops import Registry as _Registry

"""
_REGISTRY: Final = '''
class Registry(_Registry):
    """Prompts by reference; use promptops.Registry for a reference made at run time."""

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        package: str | None = None,
        reload: float | None = None,
    ) -> Registry: ...
'''
_IGNORE: Final = "  # type: ignore[override]"


class Typed(NamedTuple):
    """A reference that an application may write, and the inputs of what it means."""

    prompt: str
    reference: str
    inputs: Mapping[str, Input] | None  # None: nothing is declared, anything goes


def stub(references: list[Typed], left_out: Mapping[str, str], *, pyi: bool = False) -> str:
    """Return a module that types some references; ``left_out`` says why others have no type.

    A ``.pyi`` file has no room for the line that Python runs: the module beside it holds that.
    """
    made = _IMPORTS + "\n".join(_classes(references, left_out, pyi=pyi))
    if pyi:
        return _HEAD.replace("from typing import TYPE_CHECKING\n\n", "") + made
    indented = "\n".join(f"    {line}" if line else "" for line in made.splitlines())
    run = 'from promptops import Registry\n\n__all__ = ["Registry"]\n'
    return f"{_HEAD}if TYPE_CHECKING:\n{indented}\nelse:\n    {run}"


def _classes(references: list[Typed], left_out: Mapping[str, str], *, pyi: bool) -> list[str]:
    """Return the classes' texts: a handle for each signature, then the registry."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for one in references:
        grouped.setdefault((one.prompt, signature(one.inputs)), []).append(one.reference)
    blocks, overloads, taken = [], [], set[str]()
    for (prompt, render), named in grouped.items():
        name = _class_name(prompt, taken)
        blocks.append(f'\nclass {name}(PromptHandle):\n    """{_plain(named)}"""\n\n{render}')
        literal = ", ".join(map(ascii, named))
        overloads.append(
            f"def get(self, reference: Literal[{literal}], key: str | int | None = None)"
            f" -> {name}: ..."
        )
    notes = [f"    # {_one_line(name)}: {_one_line(why)}\n" for name, why in left_out.items()]
    return [*blocks, _REGISTRY + "".join(notes) + _get(overloads, pyi=pyi)]


def _get(overloads: list[str], *, pyi: bool) -> str:
    if len(overloads) == 1:
        return f"    {overloads[0]}{_IGNORE}\n"
    ignores = [_IGNORE] + [""] * (len(overloads) - 1)
    made = [
        f"    @overload{ignore}\n    {one}\n"
        for one, ignore in zip(overloads, ignores, strict=True)
    ]
    if not pyi:
        made.append("    def get(self, reference: str, key: str | int | None = None) -> Any: ...\n")
    return "".join(made)


def signature(inputs: Mapping[str, Input] | None) -> str:
    """Return the method that renders a prompt, as a line of Python."""
    if inputs is None or any(iskeyword(name) for name in inputs):
        # Nothing is declared, or a name cannot be written as a parameter.
        return "    def render(self, /, **inputs: Any) -> Rendered: ...\n"
    given = "".join(f", {_parameter(entry)}" for entry in inputs.values())
    star = ", *" if given else ""
    return f"    def render(self, /{star}{given}) -> Rendered: ...{_IGNORE}\n"


def _parameter(entry: Input) -> str:
    return f"{entry.name}: {_type(entry.schema)}{'' if entry.required else ' = ...'}"


def _type(schema: Schema) -> str:
    """Return the Python type of the values that a schema lets in."""
    if schema.enum and all(isinstance(one, str | int | None) for one in schema.enum):
        return f"Literal[{', '.join(map(ascii, schema.enum))}]"
    if schema.type == "array" and schema.items is not None:
        item = _type(schema.items)
        # A list of dictionaries is no list of mappings, but a sequence of them. A plain text is a
        # sequence of texts, so that texts need a list.
        plain = schema.items.type in _SCALARS and schema.items.enum is None
        return f"list[{item}] | tuple[{item}, ...]" if plain else f"Sequence[{item}]"
    return _SCALARS.get(schema.type) or _OTHERS.get(schema.type, "Any")


def _class_name(prompt: str, taken: set[str]) -> str:
    words = "".join(word[0].upper() + word[1:] for word in _WORD.findall(prompt))
    base = f"{words}Prompt" if words[:1].isalpha() else f"P{words}Prompt"
    name, again = base, 2
    while name in taken:
        name, again = f"{base}{again}", again + 1
    taken.add(name)
    return name


def _plain(references: list[str]) -> str:
    return _one_line(", ".join(references)).replace("\\", "/").replace('"', "'")


def _one_line(text: str) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
    return shown.encode("ascii", "replace").decode()
