"""Where a registry's versions come from: a project's files, or a bundle.

``Versions`` and ``Bundle`` are such sources. A registry holds one at a time; a bundle that reloads
itself hands the next one to ``Registry.swap``, which puts it in place with one assignment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from promptops.registry.labels import Labels
    from promptops.templates.prompt import Prompt


class Source(Protocol):
    """Versions by name and number; each text that is handed out was hashed on the way."""

    @property
    def labels(self) -> Labels:
        """The labels that came with the versions."""

    @property
    def default_label(self) -> str | None:
        """The label that a bare name means in production, as the settings say."""

    def names(self) -> list[str]:
        """Return the names that have a version, sorted."""

    def numbers(self, name: str) -> list[int]:
        """Return the versions that a prompt has, lowest first; none where there is no prompt."""

    def prompt(self, name: str, number: int) -> Prompt:
        """Return a version's prompt, the same object each time.

        Raises:
            PromptNotFound: There is no prompt of that name.
            VersionNotFound: The prompt has no such version; the error names those there are.
            IntegrityError: No text of the promised hash is to be had.
        """

    def released(self, name: str, number: int) -> bool:
        """Return whether a version is locked, so that its text cannot change."""

    def closure(self, name: str, number: int) -> str:
        """Return a version's ``sha256:HEX``; raises what ``prompt`` raises."""

    def origin(self, name: str, number: int) -> str:
        """Return where a version's text was found: ``head``, ``frozen``, ``blob`` or ``bundle``."""

    def read(self, name: str, number: int, path: str) -> bytes | None:
        """Return a file that a version names, a tool's or a schema's, by its path in the folder."""
