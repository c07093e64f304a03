"""What the usage file tells of a prompt: its calls, its answers, what its tokens are billed as."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.errors import PromptopsError
from promptops.model.usage import OLD, Use, old

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from promptops.lint.view import View
    from promptops.model.cost import CostMetadata
    from promptops.model.usage import Calibration
    from promptops.usage_file.reading import UsageFile

_DEFAULT: Final = "usage.yml"


class Answers(NamedTuple):
    """How long recorded answers were, without thoughts, and what is to be known of that."""

    median: Decimal
    most: Decimal  # at ``share``
    share: str  # "p99", or "p95" of few calls
    told: str  # "over 1,204 calls", with an age and a change of the text
    sure: bool  # it is of the text as it stands, and not old


def find_usage(view: View) -> UsageFile | None:
    """Return the project's usage file; None where there is none, or it is wrong: costs say how."""
    if view.files is None:
        return None
    path = _DEFAULT if view.config is None else view.config.cost.usage
    try:
        data = view.files.read(path)
        return None if data is None else _parsed(data, path)
    except PromptopsError:
        return None


def find_use(view: View) -> Use:
    """Return what the usage file says of the prompt."""
    file = view.of(find_usage)
    return Use() if file is None else file.prompts.get(view.prompt.name, Use())


def find_cost(view: View) -> CostMetadata:
    """Return what is known of a prompt's calls and answers, of the usage file or declared."""
    declared, file = view.prompt.metadata.cost, view.of(find_usage)
    return declared if file is None else file.cost(view.prompt.name, declared)


def find_calibrations(view: View) -> Mapping[str, Calibration]:
    """Return what models bill for a token of the prompt, by provider:model."""
    file = view.of(find_usage)
    if file is None:
        return {}
    return file.calibrations(view.prompt.name, view.today, lambda start: not _changed(view, start))


def find_answers(view: View) -> Answers | None:
    """Return how long the prompt's recorded answers were, where that was measured."""
    use = view.of(find_use)
    tokens = use.output_tokens
    if tokens is None or tokens.high is None or use.calls is None:
        return None
    changed, aged = bool(use.text) and _changed(view, use.text), old(use.until, view.today)
    told = f"over {use.calls:,} calls"
    told += " before the text changed" if changed else ""
    told += f", over {OLD} days ago" if aged else ""
    most, share = (tokens.high, "p95") if tokens.most is None else (tokens.most, "p99")
    return Answers(tokens.expected, most, share, told, not (changed or aged))


def _changed(view: View, start: str) -> bool:
    """Return whether the prompt's text is another than one whose hash begins so."""
    from promptops.config import Config
    from promptops.registry.closure import closure_hash, dependencies

    if view.files is None:
        return False
    try:
        depends = dependencies(view.prompt, view.files, view.config or Config())
        return not closure_hash(view.prompt, depends).startswith(start)
    except PromptopsError:
        return False


@lru_cache(maxsize=4)
def _parsed(data: bytes, path: str) -> UsageFile:
    from promptops.usage_file.reading import UsageFile

    return UsageFile.parse(data, path)
