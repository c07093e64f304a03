"""Checks of a request against the types of a vendor's own client."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator


@cache
def _validator(request: Any) -> SchemaValidator:
    return SchemaValidator(_exact(TypeAdapter(request).core_schema))


def _exact(schema: Any) -> Any:
    """Return pydantic's schema with iterables read at once and unknown keys refused."""
    if isinstance(schema, list | tuple):
        return type(schema)(map(_exact, schema))
    if not isinstance(schema, dict):
        return schema
    found = {key: _exact(value) for key, value in schema.items()}
    if found.get("type") == "generator":
        found["type"] = "list"
    if found.get("type") == "typed-dict" and "extra_fields_behavior" not in found.get("config", {}):
        found["extra_behavior"] = "forbid"
    return found


def assert_is(request: Any, given: dict[str, Any]) -> None:
    """Assert that a request is of a TypedDict's type, and has no key that the type lacks."""
    _validator(request).validate_python(given, strict=True)
