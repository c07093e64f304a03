"""What a vendor says of a call's tokens -> ``Usage``, in which every token stands once.

Vendors disagree on whether the input includes what was read from and written to the cache. In a
``Usage`` it never does, and plain + read + written are all tokens of the prompt. What does not
add up is an error, since it was read by the wrong vendor's rules; no count is ever clamped.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from promptops.caching.usage_shapes import SHAPES
from promptops.errors import UsageError, nearest
from promptops.model.money import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promptops.caching.usage_shapes import Shape

_NOTHING: Final[Mapping[str, int]] = {}  # of many calls, kept once
_BODIES: Final = {"message": "anthropic", "response": "openai", "chat.completion": "openai"}


class UsageRefused(UsageError):
    """A usage that cannot be read, or that contradicts itself."""


def normalised(usage: object, vendor: str) -> Usage:
    """Return a vendor's usage, a mapping or an object of its SDK, with every token counted once.

    Raises:
        UsageRefused: The vendor is not known, a count is missing, or the counts contradict one
            another.
    """
    shapes = SHAPES.get(vendor)
    if shapes is None:
        known = ", ".join(SHAPES)
        raise UsageRefused(f"no rules for usage of {vendor!r}{nearest(vendor, SHAPES)}: {known}")
    if usage is None:
        raise UsageRefused(f"{vendor}: the answer tells no usage")
    for shape in shapes:
        if count_at(usage, shape.input, vendor) is not None:
            return by_shape(usage, shape, vendor)
    wanted = " or ".join(shape.input.split("|")[0] for shape in shapes)
    raise UsageRefused(f"{vendor}: the usage has no {wanted}: is it another vendor's?")


def of_response(body: object, vendor: str = "") -> Usage:
    """Return the usage of a vendor's answer, a mapping or an object of its SDK.

    Without ``vendor`` its shape says whose it is.

    Raises:
        UsageRefused: It is an error, nobody's known shape, or its usage is wrong.
    """
    error = _at(body, "error")
    if error is not None:
        raise UsageRefused("the answer is an error, which has no usage")
    usage = _at(body, "usage|usageMetadata|usage_metadata")
    return normalised(usage, vendor or vendor_of(body))


def vendor_of(body: object) -> str:
    """Return whose rules read the usage of an answer; DeepSeek, Groq and so on are told by name.

    Raises:
        UsageRefused: No known shape.
    """
    if _at(body, "usageMetadata|usage_metadata") is not None:
        return "google"
    usage = _at(body, "usage")
    if _at(usage, "inputTokens") is not None:
        return "bedrock"
    if _at(usage, "prompt_cache_hit_tokens") is not None:
        return "deepseek"
    if _at(usage, "prompt_tokens") is not None:
        return "openai"
    kind = _at(body, "type") or _at(body, "object")
    found = _BODIES.get(kind) if isinstance(kind, str) else None
    if found is None:
        raise UsageRefused("the answer has no shape that is known: say whose it is")
    return found


def by_shape(usage: object, shape: Shape, who: str) -> Usage:
    """Return a usage as its shape says; ``who`` opens the messages of errors.

    Raises:
        UsageRefused: A count is missing or the counts contradict one another.
    """
    _no_stranger(usage, shape, who)
    told = _required(usage, shape.input, who)
    read = _one(usage, shape.read, who) or 0
    write = _written(usage, shape, who)
    output = _output(usage, shape, told, who)
    plain = told
    if shape.includes:
        plain -= read + sum(write.values())
        if -shape.rounding <= plain < 0:
            read, plain = read + plain, 0  # what it rounded up was not read
    miss = count_at(usage, shape.miss, who) if shape.miss else None
    if plain < 0 or read < 0:
        cached = f"{read} read and {sum(write.values())} written"
        told_as = f"{shape.input.split('|')[0]} is {told}, which should include {cached}"
        raise UsageRefused(f"{who}: {told_as}: these are another vendor's numbers")
    if miss is not None and miss != plain:
        raise UsageRefused(f"{who}: {shape.miss} is {miss}, but {told} - {read} read is {plain}")
    more = count_at(usage, shape.more_input, who) if shape.more_input else None
    return Usage(plain + (more or 0), output, read, write)


def _written(usage: object, shape: Shape, who: str) -> Mapping[str, int]:
    """Return the tokens written, by lifetime; none of 0."""
    parts = {ttl: count_at(usage, path, who) for ttl, path in shape.by_ttl.items()}
    listed = _at(usage, shape.write_list) if shape.write_list else None
    for entry in listed if isinstance(listed, list) else ():
        ttl = _at(entry, "ttl")
        parts[str(ttl)] = (parts.get(str(ttl)) or 0) + _required(entry, "inputTokens", who)
    total = _one(usage, shape.write, who)
    told = [tokens for tokens in parts.values() if tokens is not None]
    if told:
        found = {ttl: tokens for ttl, tokens in parts.items() if tokens}
        summed = sum(told)
        if total not in {None, summed}:
            named = shape.write[0]
            raise UsageRefused(f"{who}: {named} is {total}, its lifetimes add up to {summed}")
        return found or _NOTHING
    return {shape.default: total} if total else _NOTHING


def _output(usage: object, shape: Shape, prompt: int, who: str) -> int:
    found = sum(count_at(usage, path, who) or 0 for path in shape.output)
    total = count_at(usage, shape.total, who) if shape.total else None
    thought = count_at(usage, shape.reasoning, who) if shape.reasoning else None
    # xAI counts thoughts apart from the completion; only the total tells.
    return found + thought if thought and total == prompt + found + thought else found


def _no_stranger(usage: object, shape: Shape, who: str) -> None:
    for name, value in _items(usage):
        counted = type(value) is int and value and "cache" in str(name)
        if counted and name not in shape.names:
            told = f"{who}: {name} is {value}, which is no field of this vendor's"
            raise UsageRefused(f"{told}: whose numbers are these?")


def _items(usage: object) -> Iterable[tuple[str, Any]]:
    if isinstance(usage, Mapping):
        return usage.items()
    extra = getattr(usage, "__pydantic_extra__", None) or {}
    return {**getattr(usage, "__dict__", {}), **extra}.items()


def _one(usage: object, paths: Sequence[str], who: str) -> int | None:
    """Return a count that may stand in one of several fields; None where it stands in none."""
    if len(paths) == 1:
        return count_at(usage, paths[0], who)
    found = {path: count_at(usage, path, who) for path in paths}
    told = {path: tokens for path, tokens in found.items() if tokens is not None}
    if len(set(told.values())) > 1:
        raise UsageRefused(f"{who}: {' and '.join(f'{k} = {v}' for k, v in told.items())} differ")
    return next(iter(told.values()), None)


def _required(usage: object, path: str, who: str) -> int:
    found = count_at(usage, path, who)
    if found is None:
        raise UsageRefused(f"{who}: the usage has no {path.split('|', maxsplit=1)[0]}")
    return found


def count_at(usage: object, path: str, who: str) -> int | None:
    """Return the tokens at a path, None where nothing is.

    Raises:
        UsageRefused: Something else is there.
    """
    # One name in a plain reply is by far most of what is asked.
    value = usage[path] if type(usage) is dict and path in usage else _at(usage, path)
    if value is None or (type(value) is int and value >= 0):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # data frames write whole numbers as 12.0
    if type(value) is not int or value < 0:
        raise UsageRefused(f"{who}: {path.split('|', maxsplit=1)[0]} is no count of tokens")
    return value


def _at(value: object, path: str) -> Any:
    if type(value) is dict and path.isidentifier():
        return value.get(path)
    for names in _steps(path):
        found = None
        for name in names:
            if type(value) is dict or isinstance(value, Mapping):  # the first is far quicker
                found = value.get(name)
            else:
                found = getattr(value, name, None)
            if found is not None:
                break
        value = found
    return value


@cache
def _steps(path: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(names.split("|")) for names in path.split("."))
