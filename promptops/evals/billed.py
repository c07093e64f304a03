"""How tokens of a variant are counted, and how long its answers are, by what was recorded."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from promptops.config import find_project
from promptops.evals.requests import asked
from promptops.templates.files import Folder
from promptops.tokens.methods import method_for
from promptops.usage_file.reading import UsageFile

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from promptops.evals.prepared import Prepared
    from promptops.evals.variants import Variant
    from promptops.model.tokens import CountMethod


def method_of(made: Prepared, one: Variant) -> CountMethod:
    """Return how a variant's tokens are counted: calibrated where the usage file tells a factor.

    Raises:
        ConfigError: The usage file is wrong.
    """
    file, _ = _usage(made.setting.root)
    ref, today = one.handle.ref, made.setting.prices.today
    return method_for(
        asked(one.model), "", file.calibrations(ref.name, today, ref.sha256.startswith)
    )


def recorded_answer(made: Prepared, one: Variant) -> tuple[Decimal, str] | None:
    """Return the tokens of an answer that the prompt's entry of the usage file tells, and whence.

    Raises:
        ConfigError: The usage file is wrong.
    """
    file, where = _usage(made.setting.root)
    use = file.prompts.get(one.handle.ref.name)
    if use is None or use.output_tokens is None:
        return None
    return use.output_tokens.expected, f"{where}, {use.origin}" if use.origin else where


def _usage(root: Path) -> tuple[UsageFile, str]:
    path = find_project(root).config.cost.usage
    data = Folder(root).read(path)
    return (UsageFile() if data is None else _parsed(data, path)), path


@lru_cache(maxsize=2)
def _parsed(data: bytes, path: str) -> UsageFile:
    return UsageFile.parse(data, path)
