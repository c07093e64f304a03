"""Indexes in the user's cache folder: public data, checked by hash, never code."""

from __future__ import annotations

import os
import struct
import sys
from array import array
from contextlib import suppress
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from promptops.tokens.cache import FILE_NAME, cache_folder
from promptops.tokens.index import KEY, UNIT, Index, build

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.tokens.vocabulary import Vocabulary

FORMAT: Final = b"promptops vocabulary index 2\n"
# Byte order, the vocabulary's SHA-256, and that of all that follows.
_HEADER: Final = struct.Struct(f"<{len(FORMAT)}s6s32s32s")
_COUNT: Final = struct.Struct("<I")  # how many tokens


def index_of(vocabulary: Vocabulary) -> Index:
    """Return the index of a vocabulary, from the cache folder or made and kept there.

    Raises:
        VocabularyError: It has to be made, and the vocabulary cannot be read.
    """
    if (known := stored(vocabulary)) is not None:
        return known
    made = build(vocabulary.chunks())
    if path := path_of(vocabulary):
        save(made, path, vocabulary.expected)
    return made


def stored(vocabulary: Vocabulary) -> Index | None:
    """Return the index of a vocabulary from the cache folder, None where it is not there."""
    path = path_of(vocabulary)
    return load(path, vocabulary.expected) if path else None


def path_of(vocabulary: Vocabulary) -> Path | None:
    """Return where the index of a vocabulary is kept, None without a folder for it."""
    try:
        return cache_folder() / f"{vocabulary.name}.index"
    except RuntimeError:  # no home folder, as in some containers
        return None


def counted_before() -> bool:
    """Return whether the cache folder has counts of an earlier run."""
    try:
        return (cache_folder() / FILE_NAME).is_file()
    except RuntimeError:  # as above
        return False


def load(path: Path, expected: str) -> Index | None:
    """Return an index of the vocabulary with this hash, None where anything about it is odd."""
    try:
        data = path.read_bytes()
        form, order, vocabulary, own = _HEADER.unpack_from(data)
    except (OSError, struct.error):
        return None
    if (form, order.rstrip(b"\0"), vocabulary) != (FORMAT, _order(), bytes.fromhex(expected)):
        return None
    if sha256(memoryview(data)[_HEADER.size :]).digest() != own:
        return None
    (tokens,) = _COUNT.unpack_from(data, _HEADER.size)
    start = _HEADER.size + _COUNT.size
    ends = [start + KEY * length for length in (0, tokens, 2 * tokens, 3 * tokens + 1)]
    keys, ranks, offsets = (array(UNIT, data[one:other]) for one, other in pairwise(ends))
    return Index(keys, ranks, offsets, data[ends[-1] :])


def save(index: Index, path: Path, expected: str) -> None:
    """Write an index aside and then in one step; a folder that cannot be written is left."""
    arrays = (index.keys, index.ranks, index.offsets)
    parts = [_COUNT.pack(len(index.ranks)), *(part.tobytes() for part in arrays), index.blob]
    own = sha256()
    for part in parts:
        own.update(part)
    header = _HEADER.pack(FORMAT, _order(), bytes.fromhex(expected), own.digest())
    aside = path.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            file.writelines([header, *parts])
        aside.replace(path)
    with suppress(OSError):
        aside.unlink(missing_ok=True)


def _order() -> bytes:
    return sys.byteorder.encode()
