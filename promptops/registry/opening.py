"""What a registry is opened from: a bundle's place, a project's folder, a mounted labels file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from promptops.errors import LabelError, RegistryError

if TYPE_CHECKING:
    import os

    from promptops.registry.bundle_place import Place
    from promptops.registry.labels import Labels
    from promptops.registry.source import Source
    from promptops.registry.work import Work

PACKAGED: Final = "prompts.bundle.json"


def bundle_place(
    path: str | os.PathLike[str] | None, environment: str | None, package: str | None
) -> Place | None:
    """Return where the bundle lies that is asked for, or None where it is a project's folder.

    Raises:
        RegistryError: There is no such package, or a URL cannot be opened.
    """
    from promptops.registry.bundle_place import PACKAGE, place

    if path is not None:
        url = isinstance(path, str) and "://" in path
        return place(path) if url or not Path(path).is_dir() else None
    if environment:
        return place(environment)
    if package is not None:
        from importlib import resources

        found = place(f"{PACKAGE}{package}/{PACKAGED}")
        return found if resources.files(package).joinpath(PACKAGED).is_file() else None
    return None


def project(folder: Path, package: str | None) -> Work:
    """Return the project that a folder belongs to.

    Raises:
        RegistryError: It has no prompts folder.
        ConfigError: Its settings are wrong.
    """
    from promptops.config import find_project
    from promptops.registry.work import Work

    found = find_project(folder)
    prompts = found.root / found.config.folder
    if not prompts.is_dir():
        told = f"{prompts}: no such folder; name the project or a bundle: Registry.load(PATH)"
        raise RegistryError(f"{PACKAGED} is not in {package!r}, and {told}" if package else told)
    return Work(found.root, found.config)


def mounted_labels(path: str, source: Source) -> Labels:
    """Return the labels of a file that stands in place of the source's own.

    Raises:
        LabelError: It cannot be read, or names versions that are not there; all are listed.
    """
    from promptops.registry.labels import Labels
    from promptops.templates.files import read_file

    data = read_file(Path(path))
    if data is None:
        raise LabelError(f"{path}: no such file, though PROMPTOPS_LABELS_FILE names it")
    labels = Labels.parse(data, path)
    known = {name: source.numbers(name) for name in labels.named}
    problems = labels.problems or labels.missing(known)
    if problems:
        raise LabelError("; ".join(map(str, problems)))
    return labels
