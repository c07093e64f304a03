"""Answers that were recorded: ``replay:anthropic:claude-sonnet-5-5`` calls nobody.

A cassette is a JSONL file, an answer a line: ``request_hash`` or ``answer_key`` (or both),
``answer`` (a text, or its parts), ``usage``, ``latency``. ``body``, ``model``, ``case_id`` and
``repeat`` let an error show how a request differs from the one that was recorded. The hash of the
body as sent comes first; a request that was not recorded is an error, never another one's answer.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError
from promptops.model.evaluation import Completion, ProviderError, ToolCall
from promptops.model.money import Usage
from promptops.model.values import dataclass
from promptops.providers.differing import first_difference

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from promptops.model.evaluation import Request

_COMPARED: Final = 200  # recorded requests that are compared with one that is missing
_PREFIX: Final = "replay:"


@dataclass(frozen=True, slots=True)
class Entry:
    """A recorded answer, and what it answered, as far as that was kept."""

    line: int
    completion: Completion
    asked: tuple[Any, Any, Any]  # model, case_id, repeat
    body: Any


def replay(cassette: Path | None) -> Replay:
    """Return who answers from a cassette; without one, from nothing.

    Raises:
        ConfigError: It cannot be read, or a line of it cannot be used.
    """
    found: dict[str, Entry] = {}
    entries: list[Entry] = []
    if cassette is None:
        return Replay(found, entries)
    try:
        with cassette.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    entry, keys = _entry(line, f"{cassette}:{number}", number)
                    entries.append(entry)
                    for key in keys:
                        _add(found, key, entry, cassette)
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "it is no UTF-8"
        raise ConfigError(f"{cassette}: cannot be read: {told}") from error
    return Replay(found, entries)


class Replay:
    """Answers from a cassette."""

    def __init__(self, found: Mapping[str, Entry], entries: list[Entry]) -> None:
        self._found = found
        self._entries = entries

    async def complete(self, request: Request) -> Completion:
        """Return the recorded answer.

        Raises:
            ProviderError: This request was not recorded.
        """
        hashed = self._found.get(f"request_hash {request.request_hash}")
        entry = hashed or self._found.get(f"answer_key {request.answer_key}")
        if entry is None:
            raise ProviderError("denied", self._missing(request))
        return entry.completion

    def _missing(self, request: Request) -> str:
        model = request.model.removeprefix(_PREFIX)
        told = f"replay: no answer is recorded for case {request.case_id!r} of {model}"
        wanted = (model, request.case_id, request.repeat)
        body = _plain(request.body)
        same = next((one for one in self._entries if one.asked == wanted), None)
        if same is None:
            known = [one for one in self._entries if one.body is not None][:_COMPARED]
            same = max(known, key=lambda one: _shared(one.body, body), default=None)
        if same is None or same.body is None:
            return f"{told}: record it again"
        return f"{told}: line {same.line} differs first at {first_difference(same.body, body)}"


def recorded(request: Request, completion: Completion) -> str:
    """Return a cassette's line, without its end."""
    usage = completion.usage
    answer = {
        "text": completion.text,
        "finish": completion.finish,
        "model_served": completion.model_served,
        "tool_calls": [asdict(one) for one in completion.tool_calls],
        "refusal": completion.refusal,
        "reasoning_tokens": completion.reasoning_tokens,
        "tier": completion.tier,
    }
    line = {
        "request_hash": request.request_hash,
        "answer_key": request.answer_key,
        "model": request.model,
        "case_id": request.case_id,
        "repeat": request.repeat,
        "body": request.body,
        "answer": {key: value for key, value in answer.items() if value not in (None, [])},
        "usage": None if usage is None else asdict(usage),
        "first_byte": completion.first_byte,
        "latency": completion.latency,
    }
    return json.dumps(line, ensure_ascii=False, allow_nan=False, default=dict)


def _entry(line: str, where: str, number: int) -> tuple[Entry, list[str]]:
    try:
        found = json.loads(line)
        keys = [
            f"{name} {found[name]}" for name in ("request_hash", "answer_key") if found.get(name)
        ]
        answer = found["answer"]
        told: dict[str, Any] = {"text": answer} if isinstance(answer, str) else dict(answer)
        calls = tuple(ToolCall(**one) for one in told.pop("tool_calls", ()))
        usage = found.get("usage")
        completion = Completion(
            **told,
            tool_calls=calls,
            usage=None if usage is None else Usage(**usage),
            first_byte=found.get("first_byte"),
            latency=found.get("latency"),
        )
        asked = (found.get("model"), found.get("case_id"), found.get("repeat", 0))
        if not keys or not isinstance(completion.text, str):
            raise ValueError  # noqa: TRY301 - told below, with all that makes a line useless
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        wanted = "a JSON object with request_hash or answer_key, answer, usage and latency"
        raise ConfigError(f"{where}: a line of a cassette is {wanted}") from None
    return Entry(number, completion, asked, found.get("body")), keys


def _add(found: dict[str, Entry], key: str, entry: Entry, cassette: Path) -> None:
    known = found.setdefault(key, entry)
    if known.completion.text != entry.completion.text:
        told = f"lines {known.line} and {entry.line} answer the same request differently"
        raise ConfigError(f"{cassette}: {told}")


def _plain(body: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(body, default=dict))


def _shared(one: Any, other: Any) -> int:
    """Return how many characters two requests begin with alike."""
    first, second = json.dumps(one), json.dumps(other)
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))
