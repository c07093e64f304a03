"""Answers without a model: does this task need one at all?

``majority`` is the most frequent expected value, ``nearest`` that of the nearest example,
``file.py:function`` what a function of the case's inputs and of the messages returns. All three
use no tokens. A value that is no text is answered as JSON.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError, nearest
from promptops.model.evaluation import Completion, ProviderError
from promptops.model.money import Usage
from promptops.providers.nearest import Index, text_of
from promptops.providers.plugin import called, from_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from promptops.model.evaluation import Case, Request
    from promptops.providers.settings import Learning, Provider, Settings

KINDS: Final = ("majority", "nearest")
_NOTHING: Final = Usage(0)


def baseline(kind: str, settings: Settings, pool: Callable[[], Executor]) -> Provider:
    """Return the baseline of a name.

    Raises:
        ConfigError: There is none of that name, or nothing to learn from.
        PluginError: Its function cannot be had.
    """
    if kind == "majority":
        return Majority(settings.learning)
    if kind == "nearest":
        return Nearest(settings.learning)
    file, _, name = kind.partition(":")
    if file.endswith(".py"):
        function = from_file(settings.root, file, name, ("inputs", "messages"))
        return Function(kind, function, pool)
    known = f"{', '.join(KINDS)} or file.py:function"
    raise ConfigError(f"no baseline {kind!r}{nearest(kind, KINDS)}: {known}")


def answer_of(value: Any) -> str:
    """Return an expected value as a model would write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Majority:
    """Answers with the most frequent expected value; of equals, the one that was seen first."""

    def __init__(self, learning: Learning) -> None:
        cases = [one for one in learning.train or learning.cases if one.expected is not None]
        if not cases:
            raise ConfigError("baseline:majority has no case with an expected value to learn from")
        self._all = Counter(answer_of(one.expected) for one in cases)
        self._clusters: dict[str, Counter[str]] = {}
        self._cluster_of: dict[str, str] = {}
        if not learning.train:
            for one in cases:
                cluster = cluster_of(one)
                self._cluster_of[one.id] = cluster
                own = self._clusters.setdefault(cluster, Counter())
                own[answer_of(one.expected)] += 1

    async def complete(self, request: Request) -> Completion:
        """Return the value.

        Raises:
            ProviderError: All cases belong to one cluster.
        """
        own = self._clusters.get(self._cluster_of.get(request.case_id, ""), Counter())
        left = {value: n - own[value] for value, n in self._all.items() if n > own[value]}
        if not left:
            raise _nothing_left("majority")
        return Completion(max(left, key=lambda value: left[value]), usage=_NOTHING)


class Nearest:
    """Answers with the expected value of the example that is most like the case."""

    def __init__(self, learning: Learning) -> None:
        self._learning = learning
        cases = [one for one in learning.train or learning.cases if one.expected is not None]
        if learning.examples is None and not cases:
            raise ConfigError("baseline:nearest has no case with an expected value to learn from")
        self._cases: Sequence[Case] = () if learning.examples else cases
        self._index = Index([text_of(one.inputs) for one in self._cases])
        # Without cases of its own, a case may not be answered with one of its cluster.
        apart = not (learning.train or learning.examples)
        self._clusters: dict[str, set[int]] = {}
        self._cluster_of: dict[str, str] = {}
        for at, one in enumerate(self._cases if apart else ()):
            self._cluster_of[one.id] = cluster_of(one)
            self._clusters.setdefault(cluster_of(one), set()).add(at)
        self._of_examples: dict[str, Index] = {}

    async def complete(self, request: Request) -> Completion:
        """Return the value.

        Raises:
            ProviderError: There is no example, or one of another cluster.
            ConfigError: The input of the examples is none, or one of them has no answer.
        """
        if self._learning.examples is not None:
            return Completion(self._by_example(request), usage=_NOTHING)
        own = self._clusters.get(self._cluster_of.get(request.case_id, ""), set())
        at = self._index.nearest(text_of(request.inputs), own)
        if at is None:
            raise _nothing_left("nearest")
        return Completion(answer_of(self._cases[at].expected), usage=_NOTHING)

    def _by_example(self, request: Request) -> str:
        name, answer = self._learning.examples or "", self._learning.answer
        examples = request.inputs.get(name)
        if not isinstance(examples, list) or not all(isinstance(one, dict) for one in examples):
            raise ConfigError(f"baseline:nearest: the input {name!r} is no list of examples")
        if any(answer not in one for one in examples):
            raise ConfigError(f"baseline:nearest: an example of {name!r} has no {answer!r}")
        asked = [{k: v for k, v in one.items() if k != answer} for one in examples]
        key = json.dumps(asked, sort_keys=True, default=str)
        index = self._of_examples.get(key)
        if index is None:
            index = self._of_examples[key] = Index([text_of(one) for one in asked])
        at = index.nearest(text_of(_alike(request.inputs, name, asked)))
        if at is None:
            raise ProviderError("invalid", f"baseline:nearest: the input {name!r} has no examples")
        return answer_of(examples[at][answer])


class Function:
    """Answers with what a function of the inputs and the messages returns."""

    def __init__(
        self, name: str, function: Callable[..., Any], pool: Callable[[], Executor]
    ) -> None:
        self._name = f"baseline:{name}"
        self._function = function
        self._pool = pool

    async def complete(self, request: Request) -> Completion:
        """Return the function's answer.

        Raises:
            ProviderError: It failed.
            PluginError: It returned neither a text nor a Completion.
        """
        messages = [{"role": role, "content": text} for role, text in request.messages]
        given = (dict(request.inputs), messages)
        found = await called(self._name, self._function, self._pool, *given)
        return found if found.usage else replace(found, usage=_NOTHING)


def cluster_of(case: Case) -> str:
    """Return what a case belongs to, which is itself where it names nothing."""
    return f"cluster {case.cluster}" if case.cluster else f"case {case.id}"


def _alike(inputs: Mapping[str, Any], examples: str, asked: list[dict[str, Any]]) -> Any:
    """Return the inputs that examples have, too; all but the examples where they share none."""
    others = {name: value for name, value in inputs.items() if name != examples}
    shared = {name: others[name] for one in asked for name in one if name in others}
    return shared or others


def _nothing_left(kind: str) -> ProviderError:
    told = f"baseline:{kind}: all cases are of the asked one's cluster: give it `train`"
    return ProviderError("invalid", told)
