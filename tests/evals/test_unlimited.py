"""A budget of a version that sets no limit to its answers rests on an assumption, which is said."""

from decimal import Decimal
from pathlib import Path

from promptops.evals.plan import BudgetSpec, RunSpec
from promptops.evals.unlimited import assumed
from promptops.ledger.ledger import Ledger
from tests.evals.test_foretold import world

BUDGET = BudgetSpec(Decimal(1))


def test_what_a_budget_takes_for_the_longest_answer_is_said(tmp_path: Path) -> None:
    with Ledger.memory() as ledger:
        made = world(tmp_path, ledger, ["tea"], limit="{}", budget=BUDGET,
                     run=RunSpec(assume_output=900))  # fmt: skip
        (told,) = assumed(made)
    assert "at most 900 tokens (run.assume_output)" in told
    assert made.variants[0].id in told


def test_nothing_is_said_where_the_prompt_or_the_file_sets_a_limit(tmp_path: Path) -> None:
    own = RunSpec(provider_options={"max_completion_tokens": 50})
    with Ledger.memory() as ledger:
        assert list(assumed(world(tmp_path, ledger, ["tea"], budget=BUDGET))) == []
        options = world(tmp_path, ledger, ["tea"], limit="{}", budget=BUDGET, run=own)
        assert list(assumed(options)) == []
        assert list(assumed(world(tmp_path, ledger, ["tea"], limit="{}"))) == []
