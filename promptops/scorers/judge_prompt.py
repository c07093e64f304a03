"""The prompt of a judge: pinned, with the answers as untrusted inputs, and the reason first."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from promptops.errors import ConfigError
from promptops.model.values import dataclass
from promptops.scorers.normalise import without_fence
from promptops.scorers.reading import NotJson, as_text, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.evaluation import Completion
    from promptops.model.prompt import Input

_PINNED: Final = re.compile(r"[a-z0-9_/-]+@(?:v[1-9][0-9]*|sha256:[0-9a-f]{8,64})\Z")
_WORDS: Final = {"pass": 1.0, "yes": 1.0, "true": 1.0, "fail": 0.0, "no": 0.0, "false": 0.0}


class Handle(Protocol):
    """What of the registry's handle is needed here."""

    @property
    def inputs(self) -> Mapping[str, Input]:
        """The declared inputs."""

    prompt: Any
    ref: Any

    def file(self, path: str) -> bytes | None:
        """Return a file of the prompts folder."""


@dataclass(frozen=True, slots=True)
class JudgePrompt:
    """A judge's prompt, checked.

    ``closure`` is the hash of all that it sends; ``reason`` and ``verdict`` are properties of its
    answer, ``words`` what the verdict may be, in the schema's order.
    """

    reference: str
    closure: str
    inputs: frozenset[str]
    reason: str
    verdict: str
    words: tuple[str, ...]

    def read(self, completion: Completion) -> tuple[str, str]:
        """Return the word and the reason of an answer.

        Raises:
            NotJson: It was cut, refused, or is not of the schema.
        """
        if completion.finish != "stop" or completion.refusal is not None:
            raise NotJson(f"the judge's answer ended with {completion.finish}")
        found: Any = parsed(without_fence(completion.text))
        if not isinstance(found, dict):
            raise NotJson("the judge's answer is no JSON object")
        word = as_text(found.get(self.verdict))
        if self.verdict not in found or word not in self.words:
            raise NotJson(f"the judge's {self.verdict!r} is none of {', '.join(self.words)}")
        why = found.get(self.reason)
        if not isinstance(why, str):
            raise NotJson(f"the judge gives no {self.reason!r}")
        return word, why


def unpinned(reference: str) -> str:
    """Return why a reference is no pinned version, or nothing."""
    if _PINNED.match(reference):
        return ""
    return f"{reference!r} is not pinned: a judge is NAME@v2, so that it cannot change unnoticed"


def judge_prompt(
    reference: str, handle: Handle, answers: tuple[str, ...], verdict: str = ""
) -> JudgePrompt:
    """Return a judge's prompt, checked; ``answers`` are the inputs that take answers.

    Raises:
        ConfigError: It is not pinned, trusts the answers, or asks for no reason before a verdict.
    """
    if told := unpinned(reference):
        raise ConfigError(told)
    for name in answers:
        declared = handle.inputs.get(name)
        if declared is None:
            raise ConfigError(f"{reference} has no input {name!r} for the answer")
        if not declared.untrusted:
            raise ConfigError(f"{reference}: the input {name!r} must be `untrusted: true`")
    fields = _fields(reference, handle)
    enums = [name for name, field in fields.items() if "enum" in field]
    chosen = verdict or (enums[0] if len(enums) == 1 else "")
    if chosen not in enums:
        told = f"{', '.join(enums) or 'none'} has an enum" if not verdict else f"not {verdict!r}"
        raise ConfigError(f"{reference}: name the `verdict` among its properties: {told}")
    reason = next(iter(fields))
    if fields[reason].get("type") != "string" or reason == chosen:
        raise ConfigError(f"{reference}: the first property of its answer must be the reason")
    words = tuple(as_text(word) for word in fields[chosen]["enum"])
    names = frozenset(handle.inputs)
    closure = str(handle.ref.sha256)
    return JudgePrompt(reference, closure, names, reason, chosen, words)


def worth(prompt: JudgePrompt, scores: Mapping[str, float] | None) -> dict[str, float]:
    """Return what each verdict of a prompt is worth, by a scorer's ``scores`` or by itself.

    Raises:
        ConfigError: A verdict is left out, or it is not known what the words are worth.
    """
    if scores:
        missing = [word for word in prompt.words if word not in scores]
        if missing:
            raise ConfigError(f"{prompt.reference}: `scores` leave out {', '.join(missing)}")
        return {word: float(scores[word]) for word in prompt.words}
    if all(word in _WORDS for word in prompt.words):
        return {word: _WORDS[word] for word in prompt.words}
    try:
        numbers = {word: float(word) for word in prompt.words}
    except ValueError:
        told = f"say in `scores` what {', '.join(prompt.words)} are worth"
        raise ConfigError(f"{prompt.reference}: {told}") from None
    low, high = min(numbers.values()), max(numbers.values())
    if low == high:
        raise ConfigError(f"{prompt.reference}: one verdict alone tells nothing")
    return {word: (number - low) / (high - low) for word, number in numbers.items()}


def _fields(reference: str, handle: Handle) -> dict[str, Any]:
    output = handle.prompt.metadata.output
    path = None if output is None else output.schema
    data = None if path is None else handle.file(path)
    if data is None:
        raise ConfigError(f"{reference}: a judge declares `output: {{schema: FILE}}`")
    try:
        fields = json.loads(data)["properties"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ConfigError(f"{reference}: {path} is no schema of an object") from error
    if not isinstance(fields, dict) or not all(isinstance(one, dict) for one in fields.values()):
        raise ConfigError(f"{reference}: {path} is no schema of an object")
    return fields
