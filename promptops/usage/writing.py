"""A usage file's text with what was measured in it; all else stays as people wrote it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError
from promptops.templates.decoding import decode
from promptops.templates.frontmatter import parse
from promptops.templates.yaml_edit import Inline, Misplaced, rewritten
from promptops.usage_file.reading import UsageFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.model.usage import Calibration
    from promptops.usage.measure import Figure
    from promptops.usage.sync import Plan

HEADER: Final = "# How prompts are used. `promptops usage sync` writes what it has measured.\n"


def written(data: bytes, where: str, wanted: Plan) -> bytes:
    """Return a usage file's bytes with what is planned; all else in it stays as it is.

    Raises:
        ConfigError: It is laid out so that this takes a person.
    """
    if not wanted.changed:
        return data
    text = decode(data, where).source.text if data else HEADER
    bom = text[: text.startswith("\ufeff")]
    tree = dict(_tree(wanted))
    if not parse(text[len(bom) :]).data:
        tree = {"version": 1, **tree}
    try:
        after = (bom + rewritten(text[len(bom) :], tree)).encode()
        right = UsageFile.parse(after, where) == wanted.after
    except (Misplaced, ConfigError):
        right = False
    if not right:
        told = (
            "it is laid out (aliases or `?` keys, perhaps) so that a figure cannot be set by itself"
        )
        raise ConfigError(f"{where}: {told}: write each prompt's figures out")
    return after


def _tree(wanted: Plan) -> Iterator[tuple[str, Any]]:
    """Yield what is to be set, as ``rewritten`` takes it."""
    prompts: dict[str, dict[str, Any]] = {}
    for entry in wanted.entries:
        if not entry.written:
            continue
        keys: dict[str, Any] = {}
        inside: dict[str, dict[str, Any]] = {}
        for change in entry.changes:
            key, dot, below = change.key.partition(".")
            value = _plain(change.key, change.after)
            if dot:
                inside.setdefault(key, {})[below] = value
                value = Inline(inside[key])
            keys[key] = value
        if entry.calibrated:
            keys["calibration"] = {one.model: _calibration(one.after) for one in entry.calibrated}
        if entry.text:
            keys["text"] = entry.text
        prompts[entry.name] = {**keys, "from": entry.origin}
    if prompts:
        yield "prompts", prompts
    models = {
        one.model: _calibration(one.after) for one in wanted.calibration if one.before != one.after
    }
    if models:
        yield "calibration", models


def _calibration(one: Calibration) -> Inline:
    told = {"factor": one.factor, "low": one.low, "high": one.high, "calls": one.calls}
    encoded = {} if one.encoded is None else {"encoded": one.encoded}
    until = {} if one.until is None else {"until": one.until}
    return Inline({**told, **encoded, **until}, whole=True)


def _plain(key: str, figure: Figure) -> Any:
    if isinstance(figure, Decimal):
        return figure
    if key != "calls_per_month":
        most = {} if figure.most is None else {"p99": figure.most}
        return Inline({"p50": figure.expected, "p95": figure.high, **most}, whole=True)
    if figure.low is None:
        return figure.expected
    edges = {"low": figure.low, "expected": figure.expected, "high": figure.high}
    return Inline(edges, whole=True)
