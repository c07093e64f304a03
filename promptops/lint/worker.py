"""Lints the prompts of one project, in this process or as one of several."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.lint.catalogue import all_rules
from promptops.lint.engine import Engine
from promptops.lint.figures import count, expect, worth
from promptops.lint.merge import Linted
from promptops.lint.results import Recorder, Result
from promptops.lint.stored import place_row, to_row
from promptops.lint.view import View
from promptops.templates.files import Folder
from promptops.templates.loader import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from promptops.config import Project
    from promptops.templates.files import Files
    from promptops.templates.prompt import Prompt

MANY: Final = 48  # files; for fewer, starting processes costs what they save
MOST: Final = 8  # processes
FIRST: Final = 6  # files that are linted before there are several processes


class Worker:
    """The rules of one project, ready to lint its files."""

    def __init__(self, project: Project, today: date | None) -> None:
        """Select the rules.

        Raises:
            ConfigError: The settings name an unknown rule or option.
            PluginError: A plugin is missing or fails.
        """
        self.project = project
        self.today = today
        self.engine = Engine(project.config, all_rules(project.config.lint.plugins), worth)

    def lint(self, path: str, files: Files, shown: str = "") -> Linted:
        """Return what is found in a prompt as it stands in some files of the project."""
        config = self.project.config
        if keys := config.templates.keys_of(path):
            from promptops.templates.containers import load_all

            prompts = load_all(files, path, keys, config)
            return _without_fixes([self._linted(one, files, shown) for one in prompts])
        return self._linted(load(files, path, config), files, shown)

    def _linted(self, prompt: Prompt, files: Files, shown: str) -> Linted:
        config = self.project.config
        view = View(prompt, count, config.model, files=files, today=self.today, config=config)
        return self.engine.lint(view, shown)

    def result(self, path: str) -> Result:
        """Return what is found in a file of the project, and what was read to find it."""
        files = Recorder(Folder(self.project.root))
        linted = self.lint(path, files)
        single = self.engine.apart(linted.findings)
        kept = {id(finding) for finding in single}
        return Result(
            files.read_so_far,
            [to_row(finding) for finding in single],
            [to_row(finding) for finding in linted.findings if id(finding) not in kept],
            [place_row(place) for place in linted.needed],
            [place_row(place) for place in linted.needless],
        )

    def results(self, paths: Sequence[str]) -> Iterator[Result]:
        """Yield the results of some files in their order, by several processes if they are many."""
        if len(paths) >= MANY:
            expect(Folder(self.project.root), paths)
        processes = min(os.cpu_count() or 1, MOST, len(paths) // (MANY // 2))
        if processes < 2:  # noqa: PLR2004
            yield from map(self.result, paths)
            return
        yield from map(self.result, paths[:FIRST])
        yield from self._shared(paths[FIRST:], processes)

    def _shared(self, paths: Sequence[str], processes: int) -> Iterator[Result]:
        # Few files need none of this, and it takes as long to import as click.
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        # A fork has everything that the first files needed; elsewhere it begins from nothing.
        _Here.worker = self
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        with ProcessPoolExecutor(
            processes, context, initializer=_begin, initargs=(self.project, self.today, paths)
        ) as pool:
            yield from pool.map(_result, paths, chunksize=max(len(paths) // (processes * 8), 1))


def _without_fixes(results: list[Linted]) -> Linted:
    """Return what is found in the values of a file; an edit of one would have to be quoted anew."""
    return Linted(
        [replace(finding, fix=None) for one in results for finding in one.findings],
        frozenset().union(*(one.needed for one in results)),
        frozenset().union(*(one.needless for one in results)),
    )


class _Here:
    """The worker of a process that was started for one, or that starts others."""

    worker: Worker | None = None


def _begin(project: Project, today: date | None, paths: Sequence[str]) -> None:
    if _Here.worker is None:
        _Here.worker = Worker(project, today)
        expect(Folder(project.root), paths)


def _result(path: str) -> Result:
    assert _Here.worker is not None  # noqa: S101 - the pool has called _begin
    return _Here.worker.result(path)
