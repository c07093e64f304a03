"""Answers that are not of their prompt's schema, and are asked for again where a plan says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.errors import ConfigError
from promptops.model.evaluation import Case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.attempts import Ask
    from promptops.evals.plan import EvalPlan
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Completion

_NOBODY: Final = Case("", {})


def asked_again(ask: Ask, variant: Variant, times: int) -> Ask:
    """Return a call whose answer is asked for again, so often at most, where it is not valid.

    What was cut, refused or is a tool call is an answer like any other. What is no vendor's is not
    asked again: it would say the same.
    """
    schema = variant.handle.schema
    if not times or schema is None or variant.free:
        return ask
    from promptops.scorers.kinds.json_text import json_schema

    def fits(completion: Completion) -> str:
        if completion.finish != "stop":
            return ""
        found = json_schema.function(_NOBODY, completion, output_schema=schema)
        return "" if found.value else f"the answer is not of the schema: {found.reason}"

    return replace(ask, fits=fits, again=times)


def check(plan: EvalPlan, variants: Sequence[Variant]) -> None:
    """Check that invalid answers can be told from others, where they are to be asked for again.

    Raises:
        ConfigError: No version declares a schema, or what reads schemas is not installed.
    """
    if not plan.run.retry_invalid:
        return
    if all(one.handle.schema is None for one in variants):
        told = "no version declares an `output` schema, so that every answer is valid"
        raise ConfigError(f"{plan.name}: run.retry_invalid: {told}")
    try:
        import jsonschema  # noqa: F401 - needed when answers come
    except ImportError:
        told = "needs jsonschema: install promptops-toolkit[schema]"
        raise ConfigError(f"{plan.name}: run.retry_invalid {told}") from None
