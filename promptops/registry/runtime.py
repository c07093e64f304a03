"""The registry as an application uses it: get a prompt, render it.

It imports jinja2 and, to read prompt files, yaml; never git unless a revision is asked for, never
click, tiktoken or a database.
"""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from promptops.config import find_project
from promptops.errors import LabelError, RegistryError, RenderError
from promptops.registry.catalog import Catalog
from promptops.registry.references import Reference
from promptops.registry.rendered import Ref, Rendered
from promptops.registry.versions import Versions
from promptops.templates.files import Files, Folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.config import Config
    from promptops.templates.prompt import Prompt

ENVIRONMENT: Final = "PROMPTOPS_ENV"


class PromptHandle:
    """One text of a prompt, ready to be rendered."""

    def __init__(self, prompt: Prompt, ref: Ref, files: Files, config: Config) -> None:
        self.prompt = prompt
        self.ref = ref
        self._files = files
        self._config = config

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The declared inputs by name."""
        return self.prompt.metadata.inputs or {}

    def render(self, /, **inputs: Any) -> Rendered:
        """Return the messages for some inputs.

        Raises:
            InputError: Inputs are missing, unknown or of the wrong type; all are listed.
            RenderLimit: The output or a repetition is larger than allowed.
            RenderError: The template fails on these inputs.
        """
        messages = self.prompt.renderer.render(inputs)
        declared = self.prompt.metadata
        return Rendered(
            messages,
            self.ref,
            declared.model,
            declared.params,
            self._tools,
            self._schema,
            declared.cache,
        )

    @cached_property
    def _tools(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._json(name) for name in self.prompt.metadata.tools)

    @cached_property
    def _schema(self) -> Mapping[str, Any] | None:
        output = self.prompt.metadata.output
        return None if output is None or output.schema is None else self._json(output.schema)

    def _json(self, name: str) -> Mapping[str, Any]:
        path = f"{self._config.folder}/{name}" if self._config.folder else name
        data = self._files.read(path)
        if data is None:
            raise RenderError(f"{self.ref.name}: there is no file {path}")
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise RenderError(f"{path}: not valid JSON: {error}") from error
        if not isinstance(found, dict):
            raise RenderError(f"{path}: expected a JSON object")
        return found


class Registry:
    """The prompts of a project; it may be shared between threads."""

    def __init__(self, root: Path, config: Config) -> None:
        """Look at a project; ``Registry.load`` finds one."""
        self.root = root
        self.config = config
        self._files = Folder(root)
        self._handles: dict[str, PromptHandle] = {}

    @classmethod
    def load(cls, path: str | Path | None = None) -> Registry:
        """Return the registry of the project that a folder (default: the current) belongs to.

        Raises:
            RegistryError: The project has no prompts folder.
            ConfigError: Its settings are wrong.
        """
        project = find_project(Path.cwd() if path is None else Path(path))
        folder = project.root / project.config.folder
        if not folder.is_dir():
            raise RegistryError(f"{folder}: no such folder; name the project: Registry.load(PATH)")
        return cls(project.root, project.config)

    @property
    def names(self) -> list[str]:
        """The prompts' names, sorted."""
        return self._versions.catalog.names

    @cached_property
    def _versions(self) -> Versions:
        return Versions(self._files, self.config, blob=self._blob)

    def get(self, reference: str) -> PromptHandle:
        """Return what a reference means: ``NAME``, ``NAME@v3``, ``NAME@work``, ``NAME@git:REV``.

        Texts are read once; a registry shows the files as they were when first asked for.

        Raises:
            UsageError: The reference cannot be read.
            PromptNotFound: There is no prompt of that name.
            VersionNotFound: It has no such version.
            IntegrityError: The version's text is not the one that was locked.
            LabelError: A label is asked for, or none is where production needs one.
            GitError: The revision is unknown.
        """
        handle = self._handles.get(reference)
        if handle is None:
            handle = self._handles[reference] = self._get(Reference.parse(reference))
        return handle

    def _get(self, wanted: Reference) -> PromptHandle:
        production = os.environ.get(ENVIRONMENT) == "production"
        if wanted.kind == "version":
            return self._version(wanted.name, int(wanted.value or 0))
        if wanted.kind == "git":
            return self._at_revision(wanted.name, str(wanted.value))
        if wanted.kind in {"head", "work"}:
            if production:
                told = f"{wanted}: in production a version is named, such as {wanted.name}@v1"
                raise LabelError(f"{told}; {ENVIRONMENT}=production refuses unreleased text")
            return self._handle(self._versions.catalog, wanted.name, "head", self._files)
        told = "labels and hashes cannot be resolved from a folder of prompts"
        raise LabelError(f"{wanted}: {told}; name a version, such as {wanted.name}@v1")

    def _version(self, name: str, number: int) -> PromptHandle:
        prompt = self._versions.prompt(name, number)
        frozen = prompt.path not in self._versions.catalog.paths.values()
        closure = self._versions.closure(name, number)
        ref = Ref(name, number, closure, "frozen" if frozen else "head")
        files = self._versions.files_of(name, number) if frozen else self._files
        return PromptHandle(prompt, ref, files, self.config)

    def _at_revision(self, name: str, revision: str) -> PromptHandle:
        from promptops.git import Repository

        repository = Repository.find(self.root)
        files = repository.files(repository.resolve(revision), self.root)
        return self._handle(Catalog(files, self.config), name, f"git:{revision}", files)

    def _handle(self, catalog: Catalog, name: str, source: str, files: Files) -> PromptHandle:
        prompt = catalog.head(name)
        ref = Ref(name, prompt.metadata.version, catalog.closure(name), source)
        return PromptHandle(prompt, ref, files, self.config)

    def _blob(self, oid: str) -> bytes | None:
        from promptops.errors import GitError
        from promptops.git import Repository

        try:
            return Repository.find(self.root).blob(oid)
        except GitError:
            return None
