"""The scorers that an eval file lists, as data; ``promptops.scorers`` says what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.evals.plan import ScorerSpec
from promptops.evals.plan_file_kinds import ANYTHING, Kind, mapping, several
from promptops.shape import Wrong

if TYPE_CHECKING:
    from promptops.scorers.scorer import Scorer
    from promptops.shape import Path

_COMMON: Final = {
    "name": "What reports call it.",
    "weight": "How much it counts in the total.",
    "not": "Whether its value is turned round.",
    "input": "What of an answer it looks at.",
    "where": "The values of slices at which it applies.",
}


def _scorer(value: Any, path: Path, problems: list[Wrong]) -> ScorerSpec | None:
    if isinstance(value, str) and value:
        return ScorerSpec(value)
    if not isinstance(value, dict) or len(value) != 1:
        problems.append(Wrong(path, "expected a scorer's name, or one name with its options"))
        return None
    ((kind, options),) = value.items()
    if not isinstance(kind, str) or not kind:
        problems.append(Wrong(path, "expected a scorer's name, or one name with its options"))
        return None
    before, place = len(problems), (*path, kind)
    if options is not None and not isinstance(options, dict):
        from promptops.scorers.catalogue import own

        known = own(kind)
        if known is None or known.main is None:
            problems.append(_unfit(kind, path))
            return None
        options = {known.main: options}
    checked = mapping(ANYTHING).shape(options or {}, place, problems)
    name = checked.get("name", kind)
    if not isinstance(name, str) or not name:
        problems.append(Wrong((*place, "name"), "expected a name"))
    return ScorerSpec(kind, checked) if len(problems) == before else None


def _unfit(kind: str, path: Path) -> Wrong:
    """Return what is wrong with a scorer that is given a bare value: its name, or the value."""
    from promptops.errors import nearest
    from promptops.scorers.catalogue import names

    known = names()
    if kind in known:
        return Wrong((*path, kind), "expected a mapping of options")
    return Wrong(path, f"there is no scorer {kind!r}{nearest(kind, known)}")


def spec_of(scorer: Scorer) -> ScorerSpec:
    """Return what a file has to write for a scorer; what goes without saying is left out.

    So plans that mean the same are the same, and have one hash.
    """
    kind = scorer.kind
    own = {
        key: value
        for key, value in scorer.options.items()
        if key not in kind.options or value != kind.options[key].default
    }
    common: dict[str, Any] = {}
    if scorer.name != kind.name:
        common["name"] = scorer.name
    if scorer.weight != 1:
        common["weight"] = scorer.weight
    if scorer.inverted:
        common["not"] = True
    if scorer.reads != kind.reads[0]:
        common["input"] = scorer.reads
    if scorer.where:
        common["where"] = scorer.where
    return ScorerSpec(kind.name, _listed({**own, **common}))


def _listed(value: Any) -> Any:
    """Return a value with lists for tuples, as a file has them."""
    if isinstance(value, dict):
        return {key: _listed(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_listed(one) for one in value]
    return value


def scorers_schema() -> dict[str, Any]:
    """Return the schema of ``scorers`` with a sentence for every key; all kinds are imported."""
    from promptops.scorers.schema import json_schema

    schema = json_schema()
    item, named = schema["items"]["anyOf"]
    kinds = {name: _kind(name, one) for name, one in item["properties"].items()}
    several_of = [{**item, "properties": kinds}, {**named, "minLength": 1}]
    return {**schema, "items": {"anyOf": several_of}, "minItems": 1, "uniqueItems": True}


def _kind(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    said = str(schema.get("description") or f"The scorer {name}").rstrip(".")
    found = {**schema, "description": f"{said[:1].upper()}{said[1:]}."}
    if "anyOf" in schema:
        found["anyOf"] = [_options(name, one) for one in schema["anyOf"]]
    return _options(name, found)


def _options(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    if "properties" not in schema:
        return schema
    options = {
        key: {**one, "description": _COMMON.get(key, f"An option of {name}; see docs/scorers.md.")}
        for key, one in schema["properties"].items()
    }
    return {**schema, "properties": options}


SCORERS: Final = several(Kind(_scorer, {}), least=1)
