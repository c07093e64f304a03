import os
import sys
from collections.abc import Sequence

import pytest

from promptops.costs import sharing
from promptops.costs.sharing import shared

ITEMS = list(range(sharing.FEWEST * 4))


def squares(share: Sequence[int]) -> list[int]:
    return [one * one for one in share]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # pytest-xdist has threads
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")
def test_many_items_are_shared_out_and_come_back_in_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sharing, "_cores", lambda: 3)
    assert shared(ITEMS, squares) == squares(ITEMS)

    def who(share: Sequence[int]) -> list[int]:
        return [os.getpid()] * len(share)

    pids = shared(ITEMS, who)
    assert len(set(pids)) == 3
    assert pids[0] == os.getpid()
    assert set(shared(ITEMS, who, len(ITEMS))) == {os.getpid()}


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks")
def test_the_share_of_a_process_that_fails_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_cores", lambda: 2)
    here = os.getpid()

    def only_here(share: Sequence[int]) -> list[int]:
        if os.getpid() != here:
            os._exit(9)
        return squares(share)

    assert shared(ITEMS, only_here) == squares(ITEMS)


def test_few_items_are_worth_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_cores", lambda: 8)
    few = ITEMS[: sharing.FEWEST]

    def who(share: Sequence[int]) -> list[int]:
        return [os.getpid()] * len(share)

    assert set(shared(few, who)) == {os.getpid()}
