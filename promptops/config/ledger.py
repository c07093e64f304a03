"""``[tool.promptops.ledger]``: which texts of recorded calls are kept, and how all are redacted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from promptops import shape
from promptops.model.values import dataclass
from promptops.shape import Wrong

if TYPE_CHECKING:
    from decimal import Decimal

NAMED: Final = ("none", "errors", "all")


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """What comes into the ledger.

    ``texts`` are those of recorded calls: of none, of errors, of all, or of a share from 0 to 1.
    ``redact`` names what takes each text, also of evals, and returns the one to keep:
    ``package.module:function``.
    """

    texts: Literal["none", "errors", "all"] | Decimal = "none"
    redact: str | None = None


def _texts(value: Any, path: shape.Path, problems: list[Wrong]) -> Any:
    if isinstance(value, str):
        return shape.choice(*NAMED)(value, path, problems)
    found = shape.decimal(value, path, problems)
    if found is not None and not 0 <= found <= 1:
        problems.append(Wrong(path, f"a share of calls is from 0 to 1, not {found}"))
    return found


def _function(value: Any, path: shape.Path, problems: list[Wrong]) -> Any:
    found = shape.string(value, path, problems)
    if found is not None:
        module, _, function = found.partition(":")
        if not all(name.isidentifier() for name in (*module.split("."), function)):
            problems.append(Wrong(path, "names a function, as package.module:function does"))
    return found


LEDGER: Final = shape.record(LedgerSettings, {"texts": _texts, "redact": _function})
