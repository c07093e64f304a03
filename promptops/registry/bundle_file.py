"""The form of a bundle: JSON with an entry a line, so that an entry is parsed when it is used.

    {"commit":"4be9037…",
    "labels":{…},
    "schema":"promptops.bundle/1",
    "settings":{…},
    "texts":{
    "SHA-256":"a body, a partial, a tool or a schema", …
    },
    "versions":{
    "support/triage@v3":{"body":"SHA-256","closure":"sha256:…","files":{…},…}, …
    }}

A bundle that was formatted anew is JSON all the same: it is put back into this form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from promptops.errors import RegistryError

SCHEMA: Final = "promptops.bundle"
NUMBER: Final = 1
_SECTIONS: Final = ("texts", "versions")
_TEXTS: Final = b',\n"texts":{\n'
_VERSIONS: Final = b'\n},\n"versions":{\n'
_END: Final = b"\n}}\n"
_COMMA: Final = ord(",")
_CONFLICT: Final = re.compile(rb"^(?:<<<<<<<|=======|>>>>>>>)", re.MULTILINE)

Span = tuple[int, int]


class Lines(Mapping[str, Any]):
    """A section of a bundle: entries by key, each parsed when it is asked for."""

    def __init__(self, data: bytes, section: Span, where: str) -> None:
        """Find the lines of a section.

        Raises:
            RegistryError: A line is no entry, or a key is given twice.
        """
        self._data = data
        self._where = where
        self._spans: dict[str, Span] = {}
        start, stop = section
        while start < stop:
            # A text has no line end of its own: JSON writes it as an escape.
            end = data.find(b"\n", start, stop)
            end = stop if end < 0 else end
            quote = data.find(b'":', start, end)
            key = data[start + 1 : quote].decode("utf-8", "replace")
            if quote < 0 or key in self._spans or (end < stop and data[end - 1] != _COMMA):
                told = f"holds {key!r} twice" if key in self._spans else "is damaged"
                raise RegistryError(f"{where}: {told}: build the bundle again")
            self._spans[key] = start, end if end == stop else end - 1
            start = end + 1

    def raw(self) -> dict[str, bytes]:
        """Return the entries as they are written, by key."""
        return {key: self._data[start:end] for key, (start, end) in self._spans.items()}

    def __getitem__(self, key: str) -> Any:
        start, end = self._spans[key]
        try:
            return json.loads(b"{%b}" % self._data[start:end])[key]
        except (ValueError, RecursionError, KeyError) as error:
            told = f"the entry {key!r} is damaged: build the bundle again"
            raise RegistryError(f"{self._where}: {told}") from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


class Document(NamedTuple):
    """A bundle's head as plain data, and its two sections."""

    head: dict[str, Any]
    texts: Lines
    versions: Lines


def encode(document: Mapping[str, Any]) -> bytes:
    """Return a bundle's bytes; the same data gives the same bytes."""
    fields = [
        f"{_dump(key)}:{_dump(value)}"
        for key, value in sorted(document.items())
        if key not in _SECTIONS
    ]
    for key in _SECTIONS:
        entries = sorted(document[key].items())
        lines = ",\n".join(f"{_dump(name)}:{_dump(entry)}" for name, entry in entries)
        fields.append(f"{_dump(key)}:{{\n{lines}\n}}")
    return ("{" + ",\n".join(fields) + "}\n").encode("ascii")


def decode(data: bytes, where: str) -> Document:
    """Return what a bundle's bytes hold.

    Raises:
        RegistryError: They are no bundle, or one of a newer promptops.
    """
    parts = _split(data)
    head = None if parts is None else _parsed(data[: parts.head] + b"}")
    if parts is None or not isinstance(head, dict):
        data, head = _reformed(data, where)
        parts = _split(data)
        assert parts is not None  # noqa: S101 - `encode` writes the form that `_split` reads
    _check_schema(head, where)
    return Document(head, Lines(data, parts.texts, where), Lines(data, parts.versions, where))


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


class _Parts(NamedTuple):
    """Where the head ends and the lines of the sections stand."""

    head: int
    texts: Span
    versions: Span


def _split(data: bytes) -> _Parts | None:
    """Return where the parts of a bundle stand, or None where its form is another."""
    head = data.find(_TEXTS)
    texts = head + len(_TEXTS)
    # The lines of the texts are by far the most, so the versions are looked for from the end.
    end = data.rfind(_VERSIONS, texts - 1)
    versions = end + len(_VERSIONS)
    if head < 0 or end < 0 or not data.endswith(_END):
        return None
    return _Parts(head, (texts, end), (versions, max(len(data) - len(_END), versions)))


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _reformed(data: bytes, where: str) -> tuple[bytes, dict[str, Any]]:
    """Return the bytes and the head of a bundle that was formatted anew."""
    try:
        document = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{where}: {_why(data, error)}") from error
    if not isinstance(document, dict) or not isinstance(document.get("schema"), str):
        raise RegistryError(f"{where}: not a bundle: `promptops build` writes one")
    _check_schema(document, where)
    if not all(isinstance(document.get(key), dict) for key in _SECTIONS):
        raise RegistryError(f"{where}: lacks its texts or versions: build it again")
    try:
        data = encode(document)
    except ValueError as error:
        raise RegistryError(f"{where}: is damaged: build it again") from error
    return data, {key: value for key, value in document.items() if key not in _SECTIONS}


class _TwiceError(ValueError):
    """A key is given twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _TwiceError(twice)
    return found


def _why(data: bytes, error: Exception) -> str:
    if _CONFLICT.search(data):
        return "holds a merge conflict: build the bundle again"
    if isinstance(error, _TwiceError):
        return f"holds {str(error)!r} twice: build the bundle again"
    if data.lstrip()[:1] == b"{" and not data.rstrip().endswith(b"}"):
        return "ends too early: copy or build the bundle again"
    return "not valid JSON: build the bundle again"


def _check_schema(head: Mapping[str, Any], where: str) -> None:
    name, _, number = str(head.get("schema", "")).partition("/")
    if name != SCHEMA or not number.isdecimal():
        raise RegistryError(f"{where}: not a bundle: `promptops build` writes one")
    if int(number) > NUMBER:
        told = f"a bundle of schema {number}, and this promptops reads up to {NUMBER}"
        raise RegistryError(f"{where}: {told}: upgrade promptops-toolkit")
