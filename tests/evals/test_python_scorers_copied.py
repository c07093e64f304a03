"""Scorers in Python can be handed to other processes."""

from __future__ import annotations

import copy
import pickle

from promptops.evals import Equals


def test_a_scorer_is_copied_and_pickled_with_its_options() -> None:
    one = Equals("x", weight=2)
    assert copy.copy(one) == copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert copy.deepcopy(one).weight == 2
