"""The versions that a run asked, found again: their very texts, or what stands in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.config import Config
from promptops.errors import PromptopsError
from promptops.evals.variants import Variant, variants
from promptops.git.state import DIRTY
from promptops.registry.handle import PromptHandle
from promptops.registry.hooks import Hooks
from promptops.registry.rendered import Ref
from promptops.templates.loader import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.evals.plan import EvalPlan
    from promptops.evals.prepared import Setting
    from promptops.evals.scope import Text

_GONE: Final = "gone.prompt.j2"
_BLANK: Final = b"---\nversion: 1\n---\n{% user %}\n(this text is not kept)\n{% enduser %}\n"


def found_again(
    plan: EvalPlan, texts: Sequence[Text], commit: str | None, setting: Setting
) -> tuple[list[Variant], frozenset[str]]:
    """Return a run's variants, and the ids of those whose texts are not to be found.

    A text that has changed since is looked for under its hash, and at the run's commit.

    Raises:
        PromptopsError: The run did not write down what it asked, and the prompt is not there.
    """
    if not texts:
        return variants(plan, setting.handle), frozenset()
    made, lost = [], set()
    for one in texts:
        handle = _exact(plan.prompt, one, commit, setting)
        if handle is None:
            lost.add(one.id)
            handle = _blank(plan.prompt, one)
        made.append(Variant(one.id, one.version, one.model, handle, one.baseline))
    return made, frozenset(lost)


def _exact(prompt: str, one: Text, commit: str | None, setting: Setting) -> PromptHandle | None:
    for reference in _references(prompt, one, commit):
        try:
            handle = setting.handle(reference)
        except PromptopsError:
            continue
        if handle.ref.sha256 == one.sha256:
            return handle
    return None


def _references(prompt: str, one: Text, commit: str | None) -> Iterator[str]:
    if not one.baseline:
        yield f"{prompt}@{one.version}"
    if one.number is not None:
        yield f"{prompt}@v{one.number}"
    yield prompt
    yield f"{prompt}@{one.sha256}"
    if commit is not None:
        yield f"{prompt}@git:{commit.removesuffix(DIRTY)}"


class _OneFile:
    def paths(self, below: str = "") -> Iterator[str]:
        yield _GONE

    def read(self, path: str) -> bytes | None:
        return _BLANK if path == _GONE else None


def _blank(name: str, one: Text) -> PromptHandle:
    prompt = load(_OneFile(), _GONE, Config(), name)
    ref = Ref(name, one.number, one.sha256, "gone")
    return PromptHandle(prompt, ref, lambda _: None, Hooks())
