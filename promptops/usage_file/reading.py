"""``usage.yml``: how prompts are used, as people write it and as recorded calls were measured.

Numbers are exact, an unknown key is an error, and what is not said is None: no use is made up.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Final

from promptops import shape
from promptops.errors import ConfigError
from promptops.model.usage import OLD, Calibration, Use, old
from promptops.model.values import dataclass
from promptops.usage_file.shapes import USE, VERSION, calibrations, version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from promptops.model.cost import CostMetadata
    from promptops.shape import Path, Wrong
    from promptops.templates.files import Files


_NOBODY: Final = Use()


@dataclass(frozen=True, slots=True)
class UsageFile:
    """What a usage file says; a project without one has an empty one."""

    version: int = VERSION
    defaults: Use = field(default_factory=Use)
    prompts: Mapping[str, Use] = field(default_factory=dict)
    calibration: Mapping[str, Calibration] = field(default_factory=dict)  # by provider:model

    def calibrations(
        self,
        name: str,
        today: date | None = None,
        is_text: Callable[[str], bool] = lambda _: True,
        size: int | None = None,
    ) -> dict[str, Calibration]:
        """Return a prompt's calibrations by model: its own, then those of all prompts together.

        A prompt's own holds for texts of about the length that was measured: the frame of requests
        is in it. The notes say of which calls they are, until when, and what is to be known of it.

        Args:
            name: The prompt's.
            today: A measurement may be old by then.
            is_text: Whether the prompt has a text whose hash begins so.
            size: The characters of what is sent, where that is known.
        """
        use = self.prompts.get(name, _NOBODY)
        changed = bool(use.text) and not is_text(use.text)
        found = {model: _noted(one, "", today) for model, one in self.calibration.items()}
        for model, one in use.calibration.items():
            if size is not None and one.encoded is not None and not _alike(size, one.encoded):
                continue
            also = ", before its text changed" if changed else ""
            found[model] = _noted(one, f" of this prompt{also}", today)
        return found

    def cost(self, name: str, declared: CostMetadata) -> CostMetadata:
        """Return a prompt's calls and answers: of its entry, else as declared, else of all."""
        first, last = self.prompts.get(name, _NOBODY), self.defaults
        calls = first.calls_per_month or declared.calls_per_month or last.calls_per_month
        output = first.output_tokens or declared.output_tokens or last.output_tokens
        return replace(declared, calls_per_month=calls, output_tokens=output)

    def old(self, today: date | None) -> bool:
        """Return whether one of the calibrations is old."""
        known = (self.calibration, *(use.calibration for use in self.prompts.values()))
        return any(old(one.until, today) for models in known for one in models.values())

    @classmethod
    def read(cls, files: Files, path: str) -> UsageFile:
        """Return the usage file at a path below the root; YAML is imported if there is one.

        Raises:
            ConfigError: The path leads elsewhere, or the file is wrong; all problems are listed.
        """
        parts = path.replace("\\", "/").split("/")
        if not path or path.startswith(("/", "~")) or ".." in parts or ":" in path:
            raise ConfigError(f"cost.usage: {path!r} is no path below the project's root")
        data = files.read(path)
        return cls() if data is None else cls.parse(data, path)

    @classmethod
    def parse(cls, data: bytes, where: str) -> UsageFile:
        """Return what a usage file's bytes say; ``where`` opens the messages of errors.

        Raises:
            ConfigError: Something in it is wrong; all of it is listed, with its line.
        """
        from promptops.templates import frontmatter
        from promptops.templates.decoding import decode

        source, unreadable = decode(data, where)
        if unreadable is not None:
            line = source.position(unreadable.span.start)[0]
            raise ConfigError(f"{where}, line {line}: {unreadable.message}")
        bom = source.text.startswith("\ufeff")
        parsed = frontmatter.parse(source.text[bom:], exact_numbers=True)
        wrong = list(parsed.problems)
        found = None if parsed.data is None or wrong else _FILE(parsed.data, (), wrong)
        if wrong:
            at = [min(parsed.offset(one.path) + bom, len(source.text)) for one in wrong]
            lines = sorted(zip(map(source.position, at), map(_said, wrong), strict=True))
            told = "; ".join(f"line {line}: {said}" for (line, _), said in lines)
            raise ConfigError(f"{where}, {told}")
        return cls() if found is None else found


def _alike(size: int, tokens: int) -> bool:
    """Return whether a text may have about as many tokens: not surely four times more or fewer."""
    return size * 4 >= tokens and size <= tokens * 4 * 6  # a token has 1 to 6 characters


def _noted(one: Calibration, whose: str, today: date | None) -> Calibration:
    day = "" if one.until is None else f", until {one.until}"
    age = f", over {OLD} days ago" if old(one.until, today) else ""
    return replace(one, note=f"{whose}{day}{age}")


def _said(one: Wrong) -> str:
    return one.message if one.path[-1:] in {("",), ("again",)} else str(one)


def _section(inside: shape.Shape) -> shape.Shape:
    """Accept a mapping, also one that is still to be filled: a key with nothing behind it."""

    def check(value: Any, path: Path, problems: list[Wrong]) -> Any:
        return inside({} if value is None else value, path, problems)

    return check


_FILE: Final = shape.record(
    UsageFile,
    {
        "version": version,
        "defaults": _section(USE),
        "prompts": _section(shape.mapping_of(USE)),
        "calibration": _section(calibrations),
    },
)
