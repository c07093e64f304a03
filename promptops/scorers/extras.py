"""Packages that some scorers need: what is missing is known before answers are paid for."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.scorers.of_autoevals import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from promptops.scorers.scorer import Scorer


class Extra(NamedTuple):
    """A module, and the extra of promptops that installs it."""

    module: str
    name: str


NEEDS: Final[Mapping[str, Extra]] = {
    "bleu": Extra("sacrebleu", "text"),
    "chrf": Extra("sacrebleu", "text"),
    "edit_similarity": Extra("rapidfuzz", "edit"),
    "json_schema": Extra("jsonschema", "schema"),
    "rouge": Extra("rouge_score", "text"),
}
_AUTOEVALS: Final = Extra("autoevals", "autoevals")


def missing(scorers: Iterable[Scorer]) -> Iterator[str]:
    """Yield a sentence on each scorer whose package is not installed."""
    for one in scorers:
        kind = one.kind.name
        needed = _AUTOEVALS if kind.startswith(PREFIX) else NEEDS.get(kind)
        if needed is not None and not _found(needed.module):
            yield f"{kind} needs {needed.module}: install promptops-toolkit[{needed.name}]"


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:  # something stands in for it that cannot be imported
        return False
