"""The cases of an eval: surveyed once, so that nothing is paid for what is wrong, then streamed."""

from __future__ import annotations

from dataclasses import field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from promptops.errors import DatasetError
from promptops.evals.dataset.columns import Columns
from promptops.evals.dataset.fitting import Checks, together
from promptops.evals.dataset.identity import case_hash, input_hash
from promptops.evals.dataset.index import Index, Seen
from promptops.evals.dataset.opening import opened
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from promptops.evals.dataset.source import Source
    from promptops.evals.plan import EvalPlan
    from promptops.model.evaluation import Case
    from promptops.model.prompt import Input

_TOLD: Final = 20  # problems
_SLICES: Final = 1_000  # values of one column


@dataclass(frozen=True, slots=True)
class Survey:
    """What a dataset holds.

    ``sha256`` is over ids, inputs, expected values and clusters, whatever the order of the rows.
    ``clusters`` counts the units that vary as a whole. ``twins`` are ids of cases with the same
    inputs, the first 20 groups of ``twin_groups``. ``order`` is over the ids as they come.
    """

    sha256: str
    cases: int
    clusters: int
    expected: int  # cases that say what is expected
    slices: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    twins: tuple[tuple[str, ...], ...] = ()
    twin_groups: int = 0
    same: frozenset[bytes] = frozenset()  # hashes of the inputs that several cases have
    order: str = ""


class CaseSet:
    """The cases of a plan, for prompts whose versions declare inputs.

    ``sources`` are those of a plan's paths that stand for rows which were handed over.

    A case's inputs are those of all versions; ``fitting.inputs_for`` gives each version its own.
    """

    def __init__(
        self,
        root: Path,
        plan: EvalPlan,
        versions: Mapping[str, Mapping[str, Input] | None],
        sources: Mapping[str, Source] | None = None,
    ) -> None:
        self.plan = plan
        self.versions = versions
        inputs = together(versions)
        known, dataset = sources or {}, plan.dataset

        def columns(path: str) -> Columns:
            return Columns(known.get(path) or opened(root, plan.folder, path), dataset, inputs)

        self._columns = columns(dataset.path)
        self._trained = None if dataset.train is None else columns(dataset.train)

    def survey(self) -> Survey:
        """Return what the dataset holds, after a look at every case.

        Raises:
            DatasetError: A row cannot be read, an id is given twice, inputs do not fit a version,
                or a case is among those that baselines learn from.
        """
        with Index() as index:
            order, expected, slices = sha256(), 0, _Slices(self.plan.dataset.slice)
            count = 0
            for case in self._fitting():
                index.add(_seen(case, self._columns))
                order.update(f"{len(case.id)} {case.id}".encode())
                expected += case.expected is not None
                slices.add(case)
                count += 1
            if not count:
                raise DatasetError(f"{self._columns.source.name}: holds no case")
            self._refuse(index)
            twins = list(index.twins())
            return Survey(
                index.digest(), count, index.clusters(), expected, slices.found,
                tuple(ids for _, ids in twins if ids), len(twins),
                frozenset(inputs for inputs, _ in twins), order.hexdigest(),
            )  # fmt: skip

    def _fitting(self) -> Iterator[Case]:
        checks = Checks(self.versions)
        problems: list[str] = []
        wrong = 0
        for case in self._columns.cases():
            told = checks.problems(case)
            wrong += bool(told)
            if told and len(problems) < _TOLD:
                at = f"{self._columns.source.counted} {case.line}, case {case.id!r}"
                problems.append(f"{at}: {'; '.join(told)}")
            yield case
        if problems:
            more = f"; and {wrong - len(problems)} more cases" if wrong > len(problems) else ""
            raise DatasetError(f"{self._columns.source.name}, {'; '.join(problems)}{more}")

    def _refuse(self, index: Index) -> None:
        source = self._columns.source
        if twice := index.twice():
            where = source.counted
            told = "; ".join(f"{name!r} at {where}s {one} and {two}" for name, one, two in twice)
            hint = "" if self.plan.dataset.id else " (the same case; name a column of ids)"
            raise DatasetError(f"{source.name}: ids are given twice{hint}: {told}")
        if self._trained is None:
            return
        for case in self._trained.cases():
            index.add_trained(case.line or 0, input_hash(case.inputs))
        if learnt := index.learnt():
            told = "; ".join(f"{one} and {two}" for one, two in learnt)
            both = f"{source.name} and {self._trained.source.name}"
            raise DatasetError(f"{both} share cases, at {source.counted}s {told}")

    def cases(self, survey: Survey) -> Iterator[Case]:
        """Yield the cases again; those of no cluster that have the same inputs get one.

        Raises:
            DatasetError: They are others than were surveyed.
        """
        order, count = sha256(), 0
        for case in self._columns.cases():
            order.update(f"{len(case.id)} {case.id}".encode())
            count += 1
            if survey.same and not case.cluster:
                inputs = input_hash(case.inputs)
                if inputs in survey.same:
                    yield replace(case, cluster=f"inputs {inputs.hex()[:16]}")
                    continue
            yield case
        if (count, order.hexdigest()) != (survey.cases, survey.order):
            raise DatasetError(f"{self._columns.source.name}: changed while it was read")

    def train(self) -> Iterator[Case]:
        """Yield the cases that baselines learn from."""
        if self._trained is not None:
            yield from self._trained.cases()


class _Slices:
    """How many cases have which value, by column."""

    def __init__(self, columns: tuple[str, ...]) -> None:
        self.found: dict[str, dict[str, int]] = {column: {} for column in columns}

    def add(self, case: Case) -> None:
        for column, value in case.slices.items():
            counts = self.found[column]
            counts[value] = counts.get(value, 0) + 1
            if len(counts) > _SLICES:
                told = f"column {column!r} has more than {_SLICES} values: no slice"
                raise DatasetError(f"dataset.slice: {told}")


def _seen(case: Case, columns: Columns) -> Seen:
    try:
        inputs = input_hash(case.inputs)
        whole = case_hash(case.id, inputs, case.expected, case.cluster)
    except ValueError as error:
        told = "holds half a character (a lone surrogate)"
        raise columns.source.wrong(case.line or 0, told) from error
    return Seen(case.line or 0, case.id, inputs, case.cluster, whole)
