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
        top = self.root / below
        for folder, names, files in os.walk(top):
            names[:] = sorted(n for n in names if not n.startswith(".") and n not in _SKIPPED)
            for name in sorted(files):
                if not Path(folder, name).is_symlink():
                    yield Path(folder, name).relative_to(self.root).as_posix()

    def links(self, below: str = "") -> Iterator[str]:
        """Yield the links below a folder, which ``paths`` leaves out."""
        for folder, names, files in os.walk(self.root / below):
            names[:] = sorted(n for n in names if not n.startswith(".") and n not in _SKIPPED)
            for name in sorted((*files, *names)):
                if Path(folder, name).is_symlink():
                    yield Path(folder, name).relative_to(self.root).as_posix()

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
        real = os.path.realpath(written)
        if os.path.normcase(real) != os.path.normcase(written):
            raise PromptopsError(f"{path}: is a link or lies behind one, which is not followed")
        return read_file(Path(real))


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
    try:
        _refuse_special(path)
        with path.open("rb") as file:
            found = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise PromptopsError(f"{path}: cannot be read: {said}") from error
    if len(found) > MAX_BYTES:
        raise PromptopsError(f"{path}: larger than {MAX_BYTES // 1024**2} MiB, which is no prompt")
    return found


def _refuse_special(path: Path) -> None:
    # To open a named pipe would wait for a writer for ever.
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise PromptopsError(f"{path}: is no regular file")


def write_file(path: Path, data: bytes) -> None:
    """Write a file aside and put it in place, so that no reader ever sees half of it.

    Raises:
        PromptopsError: It cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
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
