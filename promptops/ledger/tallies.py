"""How many records a process was handed and has settled, in memory that outlives a kill.

A recorder's process has a file in the memory of the machine (``/dev/shm``, so on Linux alone), of
8 KB, that it locks as long as it lives. Whoever finds it unlocked knows what was lost with the
process. It is no file beside the ledger: on a full disk, a process that touches one as memory ends.
"""

from __future__ import annotations

import mmap
import os
import struct
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from promptops.model.calls import Loss

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

try:
    import fcntl

    _LOCKS = True
except ImportError:  # there nobody could tell that a process is gone
    _LOCKS = False

MEMORY: Final = Path("/dev/shm")  # noqa: S108 - names in it are made of chance, and locked
KINDS: Final = ("call", "outcome")
KILLED: Final = "the process was killed"
UNWRITABLE: Final = "the ledger could not be written"
_SLOTS: Final = 256  # threads that may hand over at the same moment
_SIZE: Final = 8_192
_NUMBER: Final = struct.Struct("<q")
_REST: Final = struct.Struct("<qqqd256s")  # settled calls and outcomes, ended, at, process
_AT_REST: Final = _SLOTS * 8 * len(KINDS)
_HANDED: Final = struct.Struct(f"<{_SLOTS * len(KINDS)}q")


class Tally:
    """The counts of one recorder; ``handed`` is called by any thread, all else by one."""

    def __init__(self, file: int, path: Path) -> None:
        self._file, self._path = file, path
        self._map = mmap.mmap(file, _SIZE)
        self._process = this_process().encode()[:255]

    @classmethod
    def begin(cls, ledger: Path) -> Self | None:
        """Return a new tally of a ledger's file; None where there is no such memory."""
        if not _LOCKS:
            return None
        path = MEMORY / f"{_prefix(ledger)}{os.urandom(10).hex()}"
        new = path.with_suffix(".new")  # until it is locked, it looks like one that was left
        try:
            file = os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except OSError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # What is written is there; a hole would be filled when it is touched, if there is room.
            if os.write(file, bytes(_SIZE)) != _SIZE:
                raise OSError  # noqa: TRY301
            made = cls(file, path)
            new.rename(path)
        except (OSError, ValueError):
            os.close(file)
            with suppress(OSError):
                new.unlink()
            return None
        return made

    def handed(self, kind: int, number: int) -> None:
        """Note that so many records of a kind were handed over by now.

        Threads may come out of order: each number has a place of its own, and the highest counts.
        """
        at = (kind * _SLOTS + number % _SLOTS) * 8
        _NUMBER.pack_into(self._map, at, number)

    def settled(self, counts: Sequence[int], now: float, *, ended: bool = False) -> None:
        """Note how many records of each kind are written, or counted as lost in the ledger."""
        _REST.pack_into(self._map, _AT_REST, *counts, ended, now, self._process)

    def leave(self) -> None:
        """Close it without a word, as in the child of a fork."""
        self._map.close()
        os.close(self._file)

    def end(self) -> None:
        """Close it, and leave nothing behind unless records are missing."""
        if not any(_missing(self._map)):
            with suppress(OSError):
                self._path.unlink()
        self.leave()


class Left(NamedTuple):
    """What a process that is gone has left behind."""

    losses: tuple[Loss, ...]
    path: Path

    def forget(self) -> None:
        """Remove it, once it is written down."""
        with suppress(OSError):
            self.path.unlink()


def left_behind(ledger: Path) -> Iterator[Left]:
    """Yield what recorders of a ledger's file have left whose processes are gone."""
    if not _LOCKS:
        return
    prefix = _prefix(ledger)
    with suppress(OSError):
        for name in os.listdir(MEMORY):  # noqa: PTH208 - names are all that is wanted
            if name.startswith(prefix) and not name.endswith(".new"):
                found = _left(MEMORY / name)
                if found is not None:
                    yield found


def _left(path: Path) -> Left | None:
    try:
        file = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        about = os.fstat(file)
        held = os.pread(file, _SIZE, 0)
    except OSError:  # its process lives
        return None
    finally:
        os.close(file)
    if about.st_uid != os.geteuid() or len(held) != _SIZE:
        return None
    *_, ended, at, process = _REST.unpack_from(held, _AT_REST)
    cause = UNWRITABLE if ended else KILLED
    of = process.rstrip(b"\0").decode("utf-8", "replace")
    name = path.name.rpartition("-")[2]
    return Left(
        tuple(
            Loss(f"{name}-{kind}", at or about.st_mtime, of, kind, cause, number)
            for kind, number in zip(KINDS, _missing(held), strict=True)
            if number > 0
        ),
        path,
    )


def _missing(held: bytes | mmap.mmap) -> tuple[int, ...]:
    """Return how many calls and outcomes were handed over and not settled."""
    numbers = _HANDED.unpack_from(held, 0)
    settled = _REST.unpack_from(held, _AT_REST)
    return tuple(
        max(numbers[kind * _SLOTS : (kind + 1) * _SLOTS]) - settled[kind]
        for kind in range(len(KINDS))
    )


def this_process() -> str:
    """Return this machine's name and this process's number."""
    import platform

    return f"{platform.node() or 'unknown'}:{os.getpid()}"


def _prefix(ledger: Path) -> str:
    named = os.path.realpath(ledger).encode("utf-8", "surrogateescape")
    return f"promptops-{sha256(named).hexdigest()[:16]}-"
