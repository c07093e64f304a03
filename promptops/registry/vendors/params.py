"""The declared params under a vendor's names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptops.registry.vendors.conversation import refuse

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from promptops.registry.rendered import Rendered


def renamed(
    rendered: Rendered, names: Mapping[str, str], reserved: Collection[str]
) -> dict[str, Any]:
    """Return the params under a vendor's names.

    Raises:
        RenderError: Params set what the prompt itself sets, or one thing twice; all are named.
    """
    own = [repr(name) for name in rendered.params if name in reserved]
    if own:
        refuse(rendered, f"params cannot set {', '.join(own)}: the prompt's own text and files do")
    found = {names.get(name, name): value for name, value in rendered.params.items()}
    if len(found) < len(rendered.params):
        new = [names.get(name, name) for name in rendered.params]
        twice = [repr(name) for name in rendered.params if new.count(names.get(name, name)) > 1]
        refuse(rendered, f"params say one thing twice: {', '.join(twice)}")
    return found


def with_extra_body(params: dict[str, Any], known: frozenset[str]) -> dict[str, Any]:
    """Return keyword arguments of a client that names its parameters.

    What it has no name for goes into ``extra_body``, which the client adds to the request as it is.
    """
    found = {name: value for name, value in params.items() if name in known}
    extra = {name: value for name, value in params.items() if name not in known}
    if extra:
        found["extra_body"] = {**extra, **found.get("extra_body", {})}
    return found


def listed(params: dict[str, Any], name: str) -> None:
    """Turn a single stop sequence into a list, where the vendor wants a list."""
    if isinstance(params.get(name), str):
        params[name] = [params[name]]


def model(rendered: Rendered, key: str = "model") -> dict[str, str]:
    """Return the model as the vendor names it, if one is declared."""
    return {} if rendered.model is None else {key: rendered.model.partition(":")[2]}
