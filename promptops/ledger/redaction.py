"""The function that a project's settings name to take out of texts what may not be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.config import Project


def redaction(here: Project) -> Callable[[str], str] | None:
    """Return what redacts a project's texts; None where its settings name nothing.

    What it returns refuses to hand on anything but a text.

    Raises:
        PluginError: It cannot be loaded.
    """
    reference = here.config.ledger.redact
    if reference is None:
        return None
    from promptops.plugins import named

    function = named(reference, here.root)

    def redact(text: str) -> str:
        found = function(text)
        if not isinstance(found, str):
            raise TypeError(f"{reference} returned a {type(found).__name__} in place of a text")
        return found

    return redact


class Later:
    """A project's redaction, which is loaded with the first text and on the thread of that."""

    def __init__(self, here: Project) -> None:
        self._here = here
        self._redact: Callable[[str], str] | None = None
        self._error: PluginError | None = None

    def __call__(self, text: str) -> str:
        """Return the text to keep.

        Raises:
            PluginError: The function cannot be loaded; it is tried once.
        """
        if self._redact is None and self._error is None:
            try:
                self._redact = redaction(self._here)
            except PluginError as error:
                self._error = error
        if self._redact is None:
            raise self._error or PluginError("no function is named")
        return self._redact(text)
