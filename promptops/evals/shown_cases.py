"""The cases that a run was over: those of the dataset, or what the rows say of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.errors import PromptopsError
from promptops.evals.cases import CaseSet, Survey
from promptops.evals.dataset.given import given
from promptops.evals.order import shard, unit
from promptops.ledger.rows import inputs_hash
from promptops.model.evaluation import Case

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptops.evals.plan import EvalPlan
    from promptops.evals.prepared import Setting
    from promptops.ledger.rows import Item, Run
    from promptops.model.prompt import Input

_CLUSTER: Final = "cluster "


class Cases(NamedTuple):
    """Cases with what is said of their dataset.

    ``told`` is what cannot be shown of them, or ""; ``bare`` are the ids of those without inputs.
    """

    cases: Sequence[Case]
    dataset: CaseSet
    survey: Survey
    told: str = ""
    bare: frozenset[str] = frozenset()

    @property
    def full(self) -> list[Case]:
        """The cases that are as they were."""
        return [case for case in self.cases if case.id not in self.bare]


def cases_again(
    plan: EvalPlan,
    setting: Setting,
    declared: Mapping[str, Mapping[str, Input] | None],
    runs: Sequence[Run],
    items: Sequence[Item],
) -> Cases:
    """Return the cases of the parts of a run, in the order of the dataset while that is the same.

    Of one that has changed since, the cases that are as they were are shown in full.
    """
    wanted = runs[0].dataset_sha256
    try:
        dataset = CaseSet(setting.root, plan, declared, setting.sources)
        survey = dataset.survey()
        found = list(dataset.cases(survey))
    except PromptopsError as error:
        cases = _kept(items, {})
        told = f"the dataset cannot be read ({error}): inputs and expected values are not shown"
        bare = frozenset(case.id for case in cases)
        return Cases(cases, _empty(plan, setting), _survey(wanted, cases), told, bare)
    if survey.sha256 == wanted:
        each = [tuple(map(int, run.shard.split("/"))) for run in runs]
        ids = {case.id for number, of in each for case in shard(found, number, of)}
        return Cases([case for case in found if case.id in ids], dataset, survey)
    same = {(case.id, inputs_hash(case.inputs)): case for case in found}
    cases = _kept(items, same)
    bare = frozenset(case.id for case in cases if (case.id, inputs_hash(case.inputs)) not in same)
    gone = len(bare)
    told = "the dataset has changed since: expected values are those of now, scores those of then"
    if gone:
        told += f"; inputs of {gone:,} cases that it holds no more are not shown"
    return Cases(cases, dataset, _survey(wanted, cases), told, bare)


def _empty(plan: EvalPlan, setting: Setting) -> CaseSet:
    path = plan.dataset.path
    bare = replace(plan, dataset=replace(plan.dataset, train=None))
    return CaseSet(setting.root, bare, {}, {path: given(list, path)})


def _kept(items: Sequence[Item], known: Mapping[tuple[str, str], Case]) -> list[Case]:
    found: dict[str, Case] = {}
    for item in items:
        if item.case_id not in found:
            named = item.cluster.startswith(_CLUSTER)
            cluster = item.cluster.removeprefix(_CLUSTER) if named else ""
            bare = Case(item.case_id, {}, None, cluster)
            found[item.case_id] = known.get((item.case_id, item.inputs_sha256), bare)
    return list(found.values())


def _survey(digest: str, cases: Sequence[Case]) -> Survey:
    clusters = len({unit(case) for case in cases})
    return Survey(digest, len(cases), clusters, sum(case.expected is not None for case in cases))
