"""``[tool.promptops.lint]``: which rules run, and how strictly."""

from __future__ import annotations

from dataclasses import field
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any, Final

from promptops import shape
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LintSettings:
    """Which rules run, how strictly, and with which options."""

    select: tuple[str, ...] | None = None  # None: all
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()  # globs of files that are never linted
    fail_on: str = "warning"
    severity: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warn_above_usd_per_month: Decimal | None = None  # a note that saves more is a warning
    baseline: str | None = None  # a path below the root
    plugins: tuple[str, ...] = ()  # entry points of the group promptops.rules

    def excludes(self, path: str) -> bool:
        """Return whether a path below the root is never linted: it or a folder above it."""
        globs = [glob.rstrip("/") for glob in self.exclude]
        return any(fnmatch(path, one) or fnmatch(path, f"{one}/*") for one in globs)


_SEVERITY: Final = shape.choice("error", "warning", "note")
LINT: Final = shape.record(
    LintSettings,
    {
        "select": shape.list_of(shape.string),
        "extend-select": shape.list_of(shape.string),
        "ignore": shape.list_of(shape.string),
        "exclude": shape.list_of(shape.string),
        "fail-on": _SEVERITY,
        "severity": shape.mapping_of(_SEVERITY),
        "rules": shape.mapping_of(shape.mapping_of(shape.anything)),
        "per-file-ignores": shape.mapping_of(shape.list_of(shape.string)),
        "warn-above-usd-per-month": shape.decimal,
        "baseline": shape.string,
        "plugins": shape.list_of(shape.string),
    },
)
