"""Which evals a change touches: what each reads, against what git says has changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from promptops.errors import PromptopsError, UsageError
from promptops.evals.touched import named_files
from promptops.git import Repository
from promptops.registry.catalog import Catalog
from promptops.registry.references import is_label
from promptops.templates.files import Folder

if TYPE_CHECKING:
    from promptops.config import Project
    from promptops.evals.plan import EvalPlan


@dataclass
class Changes:
    """The files below a project's root that differ from a base, and the commit checked out."""

    here: Project
    paths: frozenset[str]
    commit: str
    catalog: Catalog = field(init=False)

    def __post_init__(self) -> None:
        self.catalog = Catalog(Folder(self.here.root), self.here.config)

    @classmethod
    def of(cls, here: Project, text: str) -> Self:
        """Return the changes of a range: ``main...HEAD`` since they parted, or since a revision.

        Raises:
            GitError: A revision is not known, or there is no repository.
            UsageError: The range ends elsewhere than at the commit that is checked out.
        """
        with Repository.find(here.root) as repository:
            head = repository.resolve("HEAD")
            first, dots, last = text.partition("..")
            last = last.removeprefix(".")
            if dots and repository.resolve(last or "HEAD") != head:
                told = f"evals run on the files as they stand: check {last} out first"
                raise UsageError(f"--changed {text!r}: {told}")
            base = repository.resolve(first or "HEAD")
            if text.startswith(f"{first}..."):
                base = repository.merge_base(base, head)
            return cls(here, repository.changed(base, here.root), head)

    def touch(self, path: str, plan: EvalPlan) -> bool:
        """Whether something that the plan of an eval file reads has changed."""
        read = {path, *named_files(plan), *self._of_prompt(plan.prompt)}
        folder = self.here.config.folder
        if any(is_label(one) for one in plan.versions):
            read.add(f"{folder}/labels.yaml".lstrip("/"))
        return not read.isdisjoint(self.paths)

    def _of_prompt(self, name: str) -> set[str]:
        folder = f"{self.here.config.folder}/".lstrip("/")
        try:
            inside = {f"{folder}{one}" for one in self.catalog.depends(name)}
            broken = bool(self.catalog.head(name).problems)
        except PromptopsError:
            broken, inside = True, set()
        # Of a broken prompt nobody knows what it reads; running it tells what is wrong.
        return set(self.paths) if broken else {self.catalog.paths[name], *inside}
