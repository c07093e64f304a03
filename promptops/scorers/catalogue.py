"""All kinds of scorers: the built-in ones, those of plugins, and those of autoevals."""

from __future__ import annotations

from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import PluginError
from promptops.scorers.kind import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUP: Final = "promptops.scorers"


# So that an eval imports the kinds that it names, and no others: module -> names.
MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "choice": ("choice",),
    "contains": ("contains", "contains_all", "contains_any"),
    "equals": ("equals",),
    "grounding": ("quotes_in_input",),
    "json_fields": ("json_fields",),
    "json_text": ("json_valid", "json_schema"),
    "judges": ("judge.rubric", "judge.choice", "judge.pairwise"),
    "label": ("label",),
    "measures": ("length", "output_tokens", "latency", "cost"),
    "number": ("number",),
    "overlap": ("token_f1", "edit_similarity", "rouge", "bleu", "chrf"),
    "python": ("python",),
    "refusal": ("refusal",),
    "regex": ("regex",),
    "runs": ("macro_f1", "kappa", "auroc"),
    "sets": ("set_f1",),
    "similar": ("similar",),
    "tools": ("tool_call", "tool_sequence"),
}
_WHERE: Final = {name: module for module, names in MODULES.items() for name in names}


@cache
def built_in() -> Mapping[str, Kind]:
    """Return the kinds of this package by name, sorted."""
    return {name: kind for name in sorted(_WHERE) if (kind := own(name))}


@cache
def own(name: str) -> Kind | None:
    """Return this package's kind of a name, if there is one."""
    if name not in _WHERE:
        return None
    values = vars(import_module(f"promptops.scorers.kinds.{_WHERE[name]}")).values()
    return next(one for one in values if isinstance(one, Kind) and one.name == name)


def names() -> list[str]:
    """Return the names of all kinds, those of installed plugins included."""
    from promptops.scorers.of_autoevals import NAMES, PREFIX

    return [*sorted(_WHERE), *(PREFIX + name for name in NAMES), *_offered()]


def find(name: str) -> Kind | None:
    """Return the kind of a name, if there is one; a plugin is loaded only if it is named.

    Raises:
        PluginError: A plugin fails to load, is no scorer, or has the name of a built-in kind.
    """
    from promptops.scorers.of_autoevals import NAMES, PREFIX, autoevals

    known = own(name)
    if known is not None:
        return known
    if name.startswith(PREFIX):
        bare = name.removeprefix(PREFIX)
        return autoevals(bare) if bare in NAMES else None
    no_shadows()
    return _plugin(name) if name in _offered() else None


def no_shadows() -> None:
    """Check that no installed package offers a kind under a built-in name.

    Raises:
        PluginError: One does.
    """
    from promptops.scorers.of_autoevals import PREFIX

    for name in _offered():
        if name in _WHERE or name.startswith((PREFIX, "judge.")):
            raise PluginError(f"plugin {name!r} would shadow the built-in scorer of that name")


def _offered() -> list[str]:
    # Looking through the installed packages takes a tenth of a second where there are many.
    from importlib.metadata import entry_points

    return sorted(entry_points(group=GROUP).names)


def _plugin(name: str) -> Kind:
    from promptops.plugins import load, stamp

    found: Any = load(GROUP, name)
    marked = partial(stamp, GROUP, name)
    if isinstance(found, Kind):
        return Kind(
            name, found.function, found.scope, found.reads, found.main, found.prepare,
            found.free, marked,
        )  # fmt: skip
    if not callable(found):
        raise PluginError(f"plugin {name!r} is neither a function nor a Kind")
    return Kind(name, found, reads=("text", "json", "tool_calls"), stamp=marked)
