"""Where a bundle lies: on disk, in a package, or behind a URL that fsspec opens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from promptops.errors import RegistryError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

PACKAGE: Final = "package://"
# What file systems call the things that change with a file.
_STAMPS: Final = ("ETag", "etag", "LastModified", "last_modified", "updated", "mtime", "size")
_CHANGING: Final = frozenset(_STAMPS) - {"size"}


class Place(Protocol):
    """A bundle's place."""

    @property
    def name(self) -> str:
        """The place, as messages name it."""

    def stamp(self) -> object:
        """Return what is another value once another bundle lies here; raises what ``read`` does."""

    def read(self) -> bytes:
        """Return the bundle's bytes.

        Raises:
            RegistryError: There is none, or it cannot be read.
        """


def place(where: str | os.PathLike[str] | Traversable) -> Place:
    """Return the place of a path, a ``package://NAME/FILE``, a URL or a package's resource.

    Raises:
        RegistryError: There is no such package, or fsspec is missing or does not know the URL.
    """
    if isinstance(where, str) and where.startswith(PACKAGE):
        return _packaged(where)
    if isinstance(where, str) and "://" in where:
        return Remote(where)
    if isinstance(where, str | os.PathLike):
        return OnDisk(Path(where))
    return Resource(where)


class OnDisk:
    """A file."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    def stamp(self) -> object:
        """Return the file's identity, size and time; a link's are those of what it points to."""
        try:
            found = self._path.stat()
        except (OSError, ValueError) as error:
            raise _unreadable(self.name, error) from error
        return found.st_ino, found.st_size, found.st_mtime_ns

    def read(self) -> bytes:
        """Return the file's bytes."""
        try:
            return self._path.read_bytes()
        except (OSError, ValueError) as error:
            raise _unreadable(self.name, error) from error


class Resource:
    """A file inside a package, which may be a zip file."""

    def __init__(self, resource: Traversable) -> None:
        self.name = str(resource)
        self._resource = resource

    def stamp(self) -> object:
        """Return a constant: an installed package does not change."""
        return None

    def read(self) -> bytes:
        """Return the file's bytes."""
        try:
            return self._resource.read_bytes()
        except (OSError, ValueError, KeyError) as error:
            raise _unreadable(self.name, error) from error


class Remote:
    """A file behind a URL."""

    def __init__(self, url: str) -> None:
        scheme, _, rest = url.partition("://")
        # A signature in the query and a password before the host stay out of messages.
        self.name = f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}"
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            told = "a URL needs fsspec: `pip install 'promptops-toolkit[fsspec]'`"
            raise RegistryError(f"{self.name}: {told}") from error
        try:
            self._system, self._path = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise _unreadable(self.name, error) from error

    def stamp(self) -> object:
        """Return what the file system says of the file, or its bytes where it says too little."""
        try:
            self._system.invalidate_cache()
            found: dict[str, Any] = self._system.info(self._path)
        except Exception as error:  # each file system raises errors of its own
            raise _unreadable(self.name, error) from error
        if _CHANGING.isdisjoint(found):
            return self.read()
        return [str(found.get(key)) for key in _STAMPS]

    def read(self) -> bytes:
        """Return the file's bytes."""
        try:
            return bytes(self._system.cat_file(self._path))
        except Exception as error:
            raise _unreadable(self.name, error) from error


def _packaged(where: str) -> Resource:
    from importlib import resources

    package, _, path = where.removeprefix(PACKAGE).partition("/")
    try:
        found = resources.files(package).joinpath(path)
    except (ImportError, ValueError, TypeError) as error:
        raise RegistryError(f"{where}: there is no package {package!r}") from error
    resource = Resource(found)
    resource.name = where
    return resource


def _unreadable(name: str, error: Exception) -> RegistryError:
    if isinstance(error, FileNotFoundError | KeyError):
        return RegistryError(f"{name}: there is no bundle here; `promptops build -o` writes one")
    said = (error.strerror if isinstance(error, OSError) else None) or str(error)
    first = (said.strip() or type(error).__name__).splitlines()[0]
    return RegistryError(f"{name}: cannot be read: {first}")
