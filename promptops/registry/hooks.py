"""Who is told of a render: callbacks, and the current span of OpenTelemetry."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promptops.registry.rendered import Ref, Rendered

# It is given the ref and the names of the inputs that the caller gave, never a value.
Callback = Callable[["Ref", tuple[str, ...]], object]

LOGGER: Final = "promptops"
_TRACE: Final = "opentelemetry.trace"


class Hooks:
    """The callbacks of one registry; a failing one is logged, and the render goes on."""

    def __init__(self) -> None:
        self.callbacks: list[Callback] = []

    def rendered(self, rendered: Rendered, inputs: Iterable[str]) -> None:
        """Tell everyone of a render."""
        if self.callbacks:
            names = tuple(inputs)
            for callback in self.callbacks:
                try:
                    callback(rendered.ref, names)
                except Exception as error:  # noqa: BLE001 - a callback may raise anything
                    _report("a callback of on_render failed", rendered, error)
        # Without the module there is no span; so it is never imported here.
        if _TRACE in sys.modules:
            try:
                span = sys.modules[_TRACE].get_current_span()
                if span.is_recording():
                    span.set_attributes(rendered.otel)
            except Exception as error:  # noqa: BLE001 - so may an exporter's span
                _report("no attributes were set on the span", rendered, error)


def _report(what: str, rendered: Rendered, error: Exception) -> None:
    import logging

    logging.getLogger(LOGGER).error("%s: %s", rendered.ref.name, what, exc_info=error)
