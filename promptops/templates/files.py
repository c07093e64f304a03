"""Where prompt files come from: a folder or anything else that hands out bytes by path."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from promptops.errors import PromptopsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_BYTES: Final = 16 * 1024 * 1024
_SKIPPED: Final = frozenset({"node_modules", "__pycache__", "site-packages"})


class Files(Protocol):
    """Files by their path below a root, with ``/``."""

    def paths(self, below: str = "") -> Iterator[str]:
        """Yield the paths below a folder, sorted; folders named ``.something`` are left out."""

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no such file."""


class Folder:
    """The files of a folder on disk; links below it are not followed, as in a git tree."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._real = os.path.realpath(root)

    def paths(self, below: str = "") -> Iterator[str]:
        """Yield the paths below a folder, sorted; folders named ``.something`` are left out."""
        start = Path(below).as_posix()
        waiting = ["" if start == "." else f"{start}/"]
        while waiting:
            prefix = waiting.pop()
            files, folders = _listed(self.root / prefix)
            yield from (prefix + name for name in files)
            waiting += [f"{prefix}{name}/" for name in reversed(folders)]

    def links(self, below: str = "") -> Iterator[str]:
        """Yield the links below a folder, which ``paths`` leaves out."""
        start = Path(below).as_posix()
        waiting = ["" if start == "." else f"{start}/"]
        while waiting:
            prefix = waiting.pop()
            folders = _listed(self.root / prefix)[1]
            yield from (prefix + name for name in _links(self.root / prefix))
            waiting += [f"{prefix}{name}/" for name in reversed(folders)]

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no such file in the folder.

        Raises:
            PromptopsError: It is a link or cannot be read.
        """
        written = os.path.normpath(os.path.join(self._real, path))  # noqa: PTH118 - keeps links
        if not written.startswith(self._real.rstrip(os.sep) + os.sep):
            return None
        if "\0" in written:
            raise PromptopsError(f"{path!r} cannot be a file's path")
        if self._linked(written):
            raise PromptopsError(f"{path}: is a link or lies behind one, which is not followed")
        return _read(written)

    def _linked(self, written: str) -> bool:
        if os.name == "nt":  # a junction is no link there, but leads away as well
            return os.path.normcase(os.path.realpath(written)) != os.path.normcase(written)
        at = self._real.rstrip("/")
        for part in written[len(at) + 1 :].split("/"):
            at = f"{at}/{part}"
            if os.path.islink(at):  # noqa: PTH114 - a Path a folder costs more than the question
                return True
        return False


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    """Return the names of a folder's files and folders, sorted, without links."""
    files, folders = [], []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif not entry.is_symlink():
                    files.append(entry.name)
    except OSError:
        return [], []
    kept = (name for name in folders if not _left_out(name))
    return sorted(files), sorted(kept)


def _links(folder: Path) -> list[str]:
    """Return the names of a folder's links, sorted, without those to folders that are left out."""
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if entry.is_symlink()]
            return sorted(one.name for one in found if not (_left_out(one.name) and one.is_dir()))
    except OSError:
        return []


def _left_out(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED


class Memory:
    """Files that are at hand."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def paths(self, below: str = "") -> Iterator[str]:
        """Yield the paths below a folder, sorted."""
        prefix = f"{below}/" if below else ""
        yield from sorted(path for path in self.files if path.startswith(prefix))

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no such file."""
        return self.files.get(path)


def read_file(path: Path) -> bytes | None:
    """Return a file's bytes, or None where there is no such file.

    Raises:
        PromptopsError: It cannot be read, is no regular file, or is larger than 16 MiB.
    """
    return _read(str(path))


def _read(path: str) -> bytes | None:
    # A Path would cost more than the reading.
    try:
        size = _size(path)
        with open(path, "rb") as file:  # noqa: PTH123
            # To ask for the most that may be there would set aside as much for each file.
            found = file.read(min(size, MAX_BYTES) + 1)
            if len(found) > size:
                found += file.read(MAX_BYTES + 1 - len(found))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise PromptopsError(f"{path}: cannot be read: {said}") from error
    if len(found) > MAX_BYTES:
        raise PromptopsError(f"{path}: larger than {MAX_BYTES // 1024**2} MiB, which is no prompt")
    return found


def _size(path: str) -> int:
    # To open a named pipe would wait for a writer for ever.
    found = os.stat(path)  # noqa: PTH116
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        raise PromptopsError(f"{path}: is no regular file")
    return found.st_size


def write_file(path: Path, data: bytes) -> None:
    """Write a file aside and put it in place, so that no reader ever sees half of it.

    What is no regular file, such as a pipe or ``/dev/null``, is written to, and never replaced.

    Raises:
        PromptopsError: It cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            aside.chmod(path.stat().st_mode)
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise PromptopsError(f"{path}: cannot be written: {error.strerror}") from error
