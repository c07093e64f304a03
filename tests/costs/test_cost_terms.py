from datetime import date
from decimal import Decimal

import pytest

from promptops.costs.terms import Prices, parse_calls, parse_model, parse_price
from promptops.errors import UsageError
from promptops.pricing.book import bundled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5000", 5_000),
        ("120k/mo", 120_000),
        ("1.2M", 1_200_000),
        ("1_000,000/month", 1_000_000),
        ("0", 0),
    ],
)
def test_calls_are_a_number_with_a_scale(text: str, expected: int) -> None:
    assert parse_calls(text).expected == expected


@pytest.mark.parametrize("text", ["", "many", "-5", "5/day", "1e9", "٣", "5 k", "nan"])
def test_calls_that_are_no_number_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--calls"):
        parse_calls(text)


def test_a_price_gives_both_rates() -> None:
    found = parse_price("bedrock:anthropic.claude-v9:0=input:3.4,output:17")
    assert found.model == "bedrock:anthropic.claude-v9:0"
    assert (found.rates.input, found.rates.output) == (Decimal("3.4"), Decimal(17))


@pytest.mark.parametrize(
    "text",
    [
        "a:b",
        "a:b=input:3",
        "a:b=input:3,output:x",
        "a:b=input:3,output:4,tax:1",
        "b=input:1,output:1",
        "a:b=input:-1,output:1",
        "a:b=input:nan,output:1",
    ],
)
def test_a_price_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="write 'provider:model=input"):
        parse_price(text)


def test_a_model_names_its_provider() -> None:
    assert parse_model("openai:gpt-5") == "openai:gpt-5"
    with pytest.raises(UsageError, match="provider:model"):
        parse_model("gpt-5")


def test_a_given_price_comes_before_the_book_s_by_any_of_the_model_s_names() -> None:
    given = parse_price("gemini:gemini-2.5-pro=input:1,output:2")
    prices = Prices(bundled(), date(2026, 11, 20), {given.model: given})
    assert prices.find("google:gemini-2.5-pro") == given
    other = prices.find("openai:gpt-5")
    assert other is not None
    assert other.rates.input == Decimal("1.25")


def test_an_unknown_model_has_no_price_and_a_reason() -> None:
    prices = Prices(bundled(), date(2026, 11, 20))
    assert prices.find("openai:gpt-5-minni") is None
    assert "did you mean 'openai:gpt-5-mini'" in prices.why_unknown("openai:gpt-5-minni")
