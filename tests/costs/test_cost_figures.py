from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.reporters.cost_figures import change, money, parts, share, visible


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("1195.2", "$1,195"),
        ("100", "$100"),
        ("2.5", "$2.50"),
        ("0.003559328", "$0.00356"),
        ("0.0112", "$0.0112"),
        ("0.0000000004", "$0.000000000400"),
        ("0", "$0.00"),
        ("-51.12", "-$51.12"),
    ],
)
def test_money_is_rounded_by_its_size(amount: str, expected: str) -> None:
    assert money(Decimal(amount)) == expected


def test_what_is_unknown_is_a_dash_and_never_zero() -> None:
    assert money(None) == "-"
    assert change(None) == "-"
    assert change(Decimal(0)) == "$0"


def test_parts_are_rounded_so_that_they_sum_to_the_total_shown() -> None:
    assert parts([Decimal("747.05376"), Decimal("21.02688")]) == ["+$747", "+$21"]
    assert parts([Decimal("33.335"), Decimal("33.335"), Decimal("33.330")]) == [
        "+$34", "+$33", "+$33",
    ]  # fmt: skip


@given(st.lists(st.decimals(-(10**6), 10**6, places=6), min_size=1, max_size=6))
def test_shown_parts_always_sum_to_the_shown_total(amounts: list[Decimal]) -> None:
    shown = [Decimal(part.replace("$", "").replace(",", "")) for part in parts(amounts)]
    total = sum(amounts, Decimal(0))
    if total:
        assert sum(shown) == Decimal(money(total).replace("$", "").replace(",", ""))


def test_a_share_of_nothing_is_new() -> None:
    assert share(Decimal(5), Decimal(0)) == "new"
    assert share(Decimal(5), None) == "new"
    assert share(Decimal("768.080640"), Decimal("427.119360")) == "+180 %"
    assert share(Decimal("0.012"), Decimal(5)) == "+0.2 %"
    assert share(Decimal(0), Decimal(5)) == ""


def test_a_name_cannot_move_the_cursor() -> None:
    assert visible("a\x1b[31m\nb") == "a\\x1b[31m\\nb"
