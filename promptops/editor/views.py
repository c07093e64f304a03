"""The prompts of one project as rules see them, each looked at anew only where it changed."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from promptops.errors import PromptopsError
from promptops.lint.results import Recorder
from promptops.lint.view import ENCODING, View
from promptops.lint.worker import Worker
from promptops.templates.loader import load
from promptops.tokens.counter import TokenCounter

if TYPE_CHECKING:
    from datetime import date

    from promptops.config import Project
    from promptops.editor.open_files import OpenFiles
    from promptops.lint.merge import Linted

KEPT: Final = 64  # views; each holds a parsed prompt


@lru_cache(1024)
def count(text: str) -> int:
    """Return a text's tokens of o200k_base; what is typed is not worth a place on disk."""
    return TokenCounter(None).encoded([text], ENCODING)[0]


class _Known:
    """A prompt as it was seen, for as long as no file that was read for it has changed."""

    def __init__(self, recorder: Recorder, view: View) -> None:
        self.recorder = recorder
        self.view = view
        self.linted: Linted | None = None

    def holds(self) -> bool:
        again = Recorder(self.recorder.files)
        try:
            for path in list(self.recorder.read_so_far):
                again.read(path)
        except PromptopsError:
            return False
        return again.read_so_far == self.recorder.read_so_far


class Views:
    """The rules of one project and the views of its prompts; for one thread."""

    def __init__(self, project: Project, files: OpenFiles, today: date) -> None:
        """Select the rules.

        Raises:
            ConfigError: The settings name an unknown rule or option.
            PluginError: A plugin is missing or fails.
        """
        self.project = project
        self.files = files
        self.worker = Worker(project, today)
        self._known: dict[str, _Known] = {}

    def serves(self, project: Project, today: date) -> bool:
        """Return whether these are the views of a project with today's settings."""
        return self.project == project and self.worker.today == today

    def view(self, path: str) -> View:
        """Return a prompt as its files are now.

        Raises:
            PromptopsError: There is no such file.
        """
        return self._fresh(path).view

    def linted(self, path: str) -> Linted:
        """Return what single prompts' rules find in a prompt as its files are now.

        Raises:
            PromptopsError: There is no such file.
        """
        known = self._fresh(path)
        if known.linted is None:
            engine = self.worker.engine
            linted = engine.lint(known.view)
            known.linted = linted._replace(findings=engine.apart(linted.findings))
        return known.linted

    def _fresh(self, path: str) -> _Known:
        known = self._known.pop(path, None)
        if known is None or not known.holds():
            recorder, config = Recorder(self.files), self.project.config
            prompt = load(recorder, path, config)
            today = self.worker.today
            view = View(prompt, count, config.model, files=recorder, today=today, config=config)
            known = _Known(recorder, view)
        self._known[path] = known
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return known


class Projects:
    """The views of all projects that files were opened in."""

    def __init__(self) -> None:
        self._projects: dict[str, Views] = {}

    def of(self, project: Project, files: OpenFiles, today: date) -> Views:
        """Return a project's views, over some texts that are open.

        Raises:
            ConfigError: The settings name an unknown rule or option.
            PluginError: A plugin is missing or fails.
        """
        key = str(project.root)
        known = self._projects.get(key)
        if known is None or not known.serves(project, today):
            known = self._projects[key] = Views(project, files, today)
        known.files.texts = files.texts  # what a view has yet to read is read as it is now
        return known
