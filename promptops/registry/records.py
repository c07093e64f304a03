"""Calls of a registry's prompts, written down in the ledger of the application."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import PromptopsError
from promptops.ledger.place import DEFAULT
from promptops.recording.raw import Asked
from promptops.recording.recorder import Recorder
from promptops.recording.recording import Recording
from promptops.recording.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.model.money import Price
    from promptops.pricing.prices import Prices
    from promptops.recording.raw import Said
    from promptops.recording.recording import Taker
    from promptops.recording.texts import Which
    from promptops.registry.handle import PromptHandle
    from promptops.registry.rendered import Rendered

LEDGER: Final = "PROMPTOPS_LEDGER"
DAY: Final = 86_400  # seconds


class PromptCall(Recording):
    """A call with one of a registry's prompts, which can be rendered by it."""

    __slots__ = ("prompt",)

    def __init__(self, taker: Taker, handle: PromptHandle, said: Said) -> None:
        super().__init__(taker, asked(handle), said)
        self.prompt = handle

    def render(self, /, **inputs: Any) -> Rendered:
        """Return the prompt's messages for some inputs; their characters are counted by part.

        Raises:
            InputError: Inputs are missing, unknown or of the wrong type; all are listed.
            RenderError: The template fails on these inputs.
        """
        rendered = self.prompt.render(**inputs)
        texts = tuple(message.text for message in rendered.messages)
        attached = rendered.tools if rendered.schema is None else (*rendered.tools, rendered.schema)
        roles = tuple(message.role for message in rendered.messages) if self.keeps else ()
        self.sent(texts, inputs, self.prompt.inputs, attached, roles)
        return rendered


def asked(handle: PromptHandle) -> Asked:
    """Return which text a handle is of, for which model."""
    ref, metadata = handle.ref, handle.prompt.metadata
    most = metadata.params.get("max_tokens") or metadata.params.get("max_output_tokens")
    return Asked(
        metadata.model,
        ref.name,
        ref.source if ref.version is None else f"v{ref.version}",
        ref.sha256.removeprefix("sha256:"),
        ref.label,
        ref.variant,
        most if isinstance(most, int) else None,
    )


def recorder(
    root: Path | None = None,
    *,
    texts: Which | None = None,
    redact: Callable[[str], str] | None = None,
) -> Recorder:
    """Return what writes calls to $PROMPTOPS_LEDGER, else to the ledger of a project or folder.

    Args:
        root: The project's folder; without, it is the current one.
        texts: Of which calls texts are kept: none, errors, all, or a share of them from 0 to 1;
            without, as the project's settings say.
        redact: Returns of each text the one to keep; without, the settings may name one.

    Raises:
        ConfigError: ``texts`` is none of these.
    """
    named = os.environ.get(LEDGER)
    path = Path(named) if named else (root or Path.cwd()) / DEFAULT
    found = _settings(root or Path.cwd())
    which, function = found or ("none", None)
    kept = Texts(which if texts is None else texts, redact or function)
    if found is None and redact is None:  # nobody knows what was to be taken out
        kept = Texts()
    return Recorder(path, pricing(root), texts=kept)


def _settings(folder: Path) -> tuple[Which, Callable[[str], str] | None] | None:
    """Return which texts a project's settings have kept, and what redacts them.

    None where they cannot be read.
    """
    from promptops.config import find_project
    from promptops.ledger.redaction import Later

    try:
        here = find_project(folder)
    except PromptopsError as error:
        logging.getLogger("promptops").warning("texts of calls are not kept: %s", error)
        return None
    own = here.config.ledger
    return own.texts, None if own.redact is None else Later(here)


def pricing(root: Path | None) -> Callable[[str, float], Price | None]:
    """Return what tells a model's price at a time: a project's, else the bundled one."""

    @lru_cache(maxsize=400)  # days: an import may hold a year, in any order
    def of(day: int) -> Prices:
        from promptops.config import find_project
        from promptops.pricing.prices import project_prices
        from promptops.templates.files import Folder

        here = find_project(root or Path.cwd())
        when = datetime.fromtimestamp(day * DAY, UTC).date()
        return project_prices(Folder(here.root).read, here.config, (), None, when)

    def price(model: str, at: float) -> Price | None:
        try:
            return of(int(at // DAY)).find(model)
        except (PromptopsError, ValueError, OverflowError, OSError):
            # A call whose settings or whose clock are broken is better kept without its price.
            return None

    return price
