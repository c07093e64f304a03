"""The registry as an application uses it: get a prompt, render it.

What a source of versions needs is imported when one is opened: yaml for prompt files and labels,
git for a revision or a lost copy, neither for a bundle; never click, tiktoken or a database.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from promptops.registry import overrides
from promptops.registry.hooks import Hooks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from typing import Unpack

    from promptops.errors import PromptopsError
    from promptops.recording.raw import Said, Told
    from promptops.recording.recording import Taker
    from promptops.registry.handle import PromptHandle
    from promptops.registry.hooks import Callback
    from promptops.registry.labels import Labels
    from promptops.registry.records import PromptCall
    from promptops.registry.reload import Reload
    from promptops.registry.source import Source
    from promptops.registry.work import Work

ENVIRONMENT: Final = "PROMPTOPS_ENV"
BUNDLE: Final = "PROMPTOPS_BUNDLE"
LABELS: Final = "PROMPTOPS_LABELS_FILE"


class Registry:
    """Prompts by reference; it may be shared between threads and tasks."""

    def __init__(self, source: Source, work: Work | None = None) -> None:
        """Serve a source's versions; ``work`` adds a project's heads. ``Registry.load`` opens both.

        Raises:
            LabelError: $PROMPTOPS_LABELS_FILE is wrong or names versions that are not there.
        """
        self._production = os.environ.get(ENVIRONMENT) == "production"
        self._hooks = Hooks()
        self._work = work
        self._reload: Reload | None = None
        self._recorder: Taker | None = None
        self.swap(source)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        package: str | None = None,
        reload: float | None = None,
    ) -> Registry:
        """Return the registry of a path: a bundle's file or URL, or a folder of a project.

        Without one, it is the bundle of $PROMPTOPS_BUNDLE, else ``prompts.bundle.json`` in the
        package, else the project that the current folder belongs to. ``reload`` is the number of
        seconds after which a bundle is looked at again; by default, it is read once.

        Raises:
            RegistryError: There is no bundle, it cannot be read, or the project has no prompts.
            LabelError: $PROMPTOPS_LABELS_FILE is wrong or names versions that are not there.
            ConfigError: The project's settings are wrong.
        """
        from promptops.registry import opening

        place = opening.bundle_place(path, os.environ.get(BUNDLE), package)
        if place is None:
            work = opening.project(Path.cwd() if path is None else Path(path), package)
            return cls(work.versions, work)
        from promptops.registry.bundle import Bundle
        from promptops.registry.reload import Reload

        if reload is None:
            return cls(Bundle(place.read(), place.name))

        def swap(bundle: Bundle) -> None:
            registry.swap(bundle)

        reloading = Reload(place, swap, interval=reload)
        registry = cls(reloading.bundle)
        registry._reload = reloading
        return registry

    @property
    def names(self) -> list[str]:
        """The prompts' names, sorted."""
        return self._now.names()

    @property
    def labels(self) -> Labels:
        """The labels that references are resolved by."""
        return self._now.labels

    @property
    def stale(self) -> PromptopsError | None:
        """Why the newest bundle is not the one in use, if so."""
        return None if self._reload is None else self._reload.stale

    def get(self, reference: str, key: str | int | None = None) -> PromptHandle:
        """Return what a reference means: ``NAME``, ``NAME@v3``, ``NAME@production`` and so on.

        ``key``, such as a user's id, decides which version of a split label is meant. Texts of a
        project are read once: a registry shows the files as they were when first asked for.

        Raises:
            UsageError: The reference cannot be read.
            PromptNotFound: There is no prompt of that name.
            VersionNotFound: It has no such version.
            IntegrityError: The version's text is not the one that was locked.
            LabelError: The label is not there or points nowhere, or is split and there is no key.
            RegistryError: Unreleased text is asked for where there is none or it is refused.
            GitError: The revision is unknown.
        """
        if self._reload is not None:
            self._reload.poll()
        wanted = overrides.current.get()
        if wanted is not None:
            reference = overrides.applied(self, reference, wanted)
        now = self._now
        handle = now.handles.get(reference)
        return now.resolve(reference, key) if handle is None else handle

    def override(self, wanted: Mapping[str, str]) -> AbstractContextManager[None]:
        """Take other versions inside a ``with``: ``{"support/triage": "v4"}``, or a label.

        Every reference to the prompt then means that one, in this thread or task and in the tasks
        that it starts. Overrides nest; the innermost wins.

        Raises:
            UsageError: It is no version, label, work, git:REV or sha256:HASH.
            RegistryError: There is no such prompt or version.
        """
        for name, to in wanted.items():
            self._now.check(f"{name}@{to}")
        return overrides.overridden(self, wanted)

    def on_render(self, callback: Callback) -> Callback:
        """Call ``callback(ref, input_names)`` after each render; usable as a decorator.

        It never sees a value. What it raises is logged under ``promptops``, and the render goes on.
        """
        self._hooks.callbacks.append(callback)
        return callback

    @property
    def recorder(self) -> Taker:
        """What calls are handed to; it can be set, such as to one of your own."""
        if self._recorder is None:
            from promptops.registry.records import recorder

            self._recorder = recorder(None if self._work is None else self._work.root)
        return self._recorder

    @recorder.setter
    def recorder(self, taker: Taker) -> None:
        self._recorder = taker

    def record(
        self, reference: str, /, key: str | int | None = None, **tags: Unpack[Said]
    ) -> PromptCall:
        """Return a block that writes a call down, with what its answer used and cost.

        In it stand ``call.render(...)`` and ``call.response(answer)``. Writing it never raises.

        Raises:
            PromptopsError: As ``get`` does.
        """
        from promptops.registry.records import PromptCall

        return PromptCall(self.recorder, self.get(reference, key), tags)

    def outcome(self, kind: str, /, **told: Unpack[Told]) -> None:
        """Say what came of a call (``call=call.id``) or of a ``session``, from any process.

        It never raises. Told twice with the same ``id``, or ``at`` the same time, it is one.
        """
        from promptops.recording.recording import outcome

        self.recorder.put(outcome(kind, **told))

    def swap(self, source: Source) -> None:
        """Put another source of versions in place, all at once; handles that were got stay good.

        Raises:
            LabelError: $PROMPTOPS_LABELS_FILE is wrong or names versions that are not there.
        """
        from promptops.registry.opening import mounted_labels
        from promptops.registry.resolution import Resolver

        mounted = os.environ.get(LABELS)
        labels = mounted_labels(mounted, source) if mounted else None
        self._now = Resolver(source, labels, self._work, self._hooks, production=self._production)
