"""Answers that come in any order."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.evals.calling import Outcome
from promptops.evals.gathered import Gathered
from promptops.ledger.ledger import Ledger
from promptops.ledger.rows import Item
from promptops.model.evaluation import Case
from tests.evals.costing_desks import SONNET, variant

DESK = variant("---\nmodel: house:one\n---\n{% user %}Which yard?{% enduser %}\n")


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(4)))
def test_a_case_has_its_answers_in_their_order_whenever_they_came(came: list[int]) -> None:
    items = [Item("run", "lamp", "v1", SONNET, 0, f"key {at}", f"hash {at}", at) for at in came]
    with Ledger.memory() as ledger, ledger.writer() as writer:
        variants = {("v1", SONNET): DESK}
        gathered = Gathered(variants, (), writer, lambda: 0.0, lambda *_: Decimal(0))
        gathered.lost([(one, Outcome("stopped")) for one in items], own=False)
        gathered.finish([Case("lamp", {})])
    assert [one.repeat for one in gathered.seen[DESK.id]["lamp"]] == [0, 1, 2, 3]
