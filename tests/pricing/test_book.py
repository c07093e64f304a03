import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from promptops.errors import UnknownModel
from promptops.model.money import Rates, Usage
from promptops.pricing.book import BUNDLED, PriceBook, bundled

AS_OF = date(2026, 11, 20)
SONNET = "anthropic:claude-sonnet-5-5"


def rates(
    input_rate: str,
    output: str,
    read: str | None,
    short: str | None = None,
    hour: str | None = None,
) -> Rates:
    # Where there is a rate of an hour it is Claude, else GPT.
    lives = (("5m" if hour else "30m", short), ("1h", hour))
    writes = {ttl: Decimal(rate) for ttl, rate in lives if rate}
    return Rates(Decimal(input_rate), Decimal(output), Decimal(read) if read else None, writes)


FLAGSHIPS = {
    "anthropic:claude-fable-5-2": rates("8", "40", "0.20", "10", "16"),
    "anthropic:claude-opus-5-5": rates("4", "20", "0.20", "5", "8"),
    "anthropic:claude-sonnet-5-5": rates("2", "10", "0.10", "2.5", "4"),
    "anthropic:claude-haiku-5-5": rates("0.10", "0.50", "0.01", "0.125", "0.20"),
    "anthropic:claude-sonnet-4-6": rates("3", "15", "0.30", "3.75", "6"),
    "anthropic:claude-haiku-4-5": rates("1", "5", "0.10", "1.25", "2"),
    "openai:gpt-6-astra": rates("10", "50", "1", "12.5"),
    "openai:gpt-6.1-sol": rates("2", "10", "0.10", "2.5"),
    "openai:gpt-6-sol": rates("2", "10", "0.20", "2.5"),
    "openai:gpt-6.1-terra": rates("1", "5", "0.05", "1.25"),
    "openai:gpt-6-luna": rates("0.10", "0.50", "0.01", "0.125"),
    "openai:gpt-5.6-sol": rates("4", "20", "0.40", "5"),
    "openai:gpt-5.6-terra": rates("2", "12", "0.20", "2.5"),
    "openai:gpt-5.6-luna": rates("0.20", "1.20", "0.02", "0.25"),
    "openai:gpt-5": rates("1.25", "10", "0.125"),
    "openai:gpt-5-mini": rates("0.25", "2", "0.025"),
    "openai:gpt-4o": rates("2.5", "10", "1.25"),
    "openai:gpt-4o-mini": rates("0.15", "0.60", "0.075"),
    "google:gemini-4-argon": rates("2", "10", "0.10"),
    "google:gemini-3.8-flash": rates("0.75", "3.75", "0.075"),
    "google:gemini-3.1-pro-preview": rates("2", "12", "0.20"),
    "google:gemini-2.5-pro": rates("1.25", "10", "0.125"),
}
ABOVE = {
    "anthropic:claude-haiku-5-5": (100_000, rates("0.50", "2.50", "0.05", "0.625", "1")),
    "openai:gpt-6-astra": (272_000, rates("20", "75", "2", "25")),
    "openai:gpt-6.1-sol": (272_000, rates("4", "15", "0.20", "5")),
    "google:gemini-3.1-pro-preview": (200_000, rates("4", "18", "0.40")),
    "google:gemini-2.5-pro": (200_000, rates("2.5", "15", "0.25")),
}


@pytest.mark.parametrize(("model", "expected"), FLAGSHIPS.items())
def test_the_flagships_cost_what_their_vendors_list(model: str, expected: Rates) -> None:
    price = bundled().price(model, AS_OF)
    assert (price.model, price.rates) == (model, expected)


@pytest.mark.parametrize(("model", "expected"), ABOVE.items())
def test_long_requests_pay_another_rate(model: str, expected: tuple[int, Rates]) -> None:
    assert bundled().price(model, AS_OF).tiers == (expected,)


def test_every_new_gpt_has_the_same_cliff() -> None:
    names = [name for name in FLAGSHIPS if name.startswith(("openai:gpt-5.6", "openai:gpt-6"))]
    for price in (bundled().price(name, AS_OF) for name in names):
        ((bound, above),) = price.tiers
        below = price.rates
        assert bound == 272_000
        assert above.input == 2 * below.input
        assert above.output == Decimal("1.5") * below.output
        assert below.cache_read is not None
        assert above.cache_read == 2 * below.cache_read


def test_a_tier_is_a_cliff() -> None:
    price = bundled().price("anthropic:claude-haiku-5-5", AS_OF)
    assert price.cost(Usage(100_000)) == Decimal("0.0100")
    assert price.cost(Usage(100_001)) == Decimal("0.0500005")


@pytest.mark.parametrize(
    ("model", "day", "input_rate", "begun"),
    [
        ("google:gemini-4-argon", date(2026, 11, 30), "2", None),
        ("google:gemini-4-argon", date(2026, 12, 1), "4", date(2026, 12, 1)),
        ("google:gemini-3.8-flash", date(2026, 12, 31), "0.75", None),
        ("google:gemini-3.8-flash", date(2027, 1, 1), "1.5", date(2027, 1, 1)),
        ("openai:gpt-5.6-sol", date(2026, 8, 20), "5", None),
        ("openai:gpt-5.6-sol", date(2026, 8, 21), "4", date(2026, 8, 21)),
        ("openai:o3", date(2025, 6, 9), "10", None),
        ("openai:o3", date(2025, 6, 10), "2", date(2025, 6, 10)),
    ],
)
def test_the_price_is_that_of_the_day(
    model: str, day: date, input_rate: str, begun: date | None
) -> None:
    price = bundled().price(model, day)
    assert (price.rates.input, price.effective_from) == (Decimal(input_rate), begun)


@pytest.mark.parametrize(
    ("name", "priced_as"),
    [
        ("anthropic:claude-sonnet-4-5-20250929", "anthropic:claude-sonnet-4-5"),
        ("anthropic:claude-sonnet-4-20250514", "anthropic:claude-sonnet-4-0"),
        ("anthropic:claude-sonnet-5.5", "anthropic:claude-sonnet-5-5"),
        ("anthropic:claude-3-5-haiku", "anthropic:claude-3-5-haiku-latest"),
        ("openai:gpt-4o-2024-08-06", "openai:gpt-4o"),
        ("openai:gpt-4o-2024-05-13", "openai:gpt-4o-2024-05-13"),
        ("openai:gpt-6-astra-2026-10-01", "openai:gpt-6-astra"),
        ("vertex:claude-opus-5-5@20261001", "google:claude-opus-5-5"),
        ("gemini:gemini-2.5-pro", "google:gemini-2.5-pro"),
        ("google:gemini-2.0-flash-001", "google:gemini-2.0-flash"),
        ("mistral:mistral-large-latest", "mistral:mistral-large"),
        ("x-ai:grok-4", "xai:grok-4-0709"),
    ],
)
def test_a_declared_name_is_priced_as_its_model(name: str, priced_as: str) -> None:
    assert bundled().price(name, AS_OF).model == priced_as


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("anthropic:claude-sonnet-4-5-turbo-xyz", "did you mean 'anthropic:claude-sonnet-4-5'"),
        ("anthropic:claude-sonnet-4-5-20259999", "did you mean 'anthropic:claude-sonnet-"),
        ("openai:gpt-4o-2031-01-01", "did you mean 'openai:gpt-4o"),
        ("openai:gpt-5-turbo", "No price is known for model 'openai:gpt-5-turbo' among the 270 of"),
        ("openai:whisper-1", "No price is known"),
        ("mistral:mistral-nemo:free", "No price is known"),
        ("acme:zzzzzzzz", "; give one in [tool.promptops.prices] or with --price"),
        ("", "No price is known"),
        ("gpt-5", "Model 'gpt-5' names no provider; use 'openai:gpt-5'"),
        ("claude-opus-5-5", "use 'anthropic:claude-opus-5-5' or 'google:claude-opus-5-5'"),
    ],
)
def test_an_unknown_model_is_an_error_of_one_line(name: str, message: str) -> None:
    with pytest.raises(UnknownModel) as caught:
        bundled().price(name, AS_OF)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("model", "day", "known"),
    [
        (SONNET, date(2020, 1, 1), "2026-11-20"),
        (SONNET, AS_OF, None),
        (SONNET, date(2027, 1, 1), None),
        ("openai:o3", date(2025, 6, 8), "2025-06-09"),
        ("openai:o3", date(2025, 6, 9), None),
        ("openai:o3", date(2025, 6, 10), None),
        ("google:gemini-4-argon", date(2026, 11, 1), "2026-11-20"),
        ("google:gemini-4-argon", date(2026, 11, 30), None),
        ("acme:zzzzzzzz", date(2020, 1, 1), None),
    ],
)
def test_a_rate_of_unknown_age_is_doubted_before_the_day_it_is_known_of(
    model: str, day: date, known: str | None
) -> None:
    told = f"first known rate of {model} is of {known}; that of {day} may have been another"
    assert bundled().doubt(model, day) == (told if known else "")


def test_a_day_before_the_first_dated_rate_has_no_price() -> None:
    rates = [{"from": "2026-05-01", "input": "1", "output": "2"}]
    book = PriceBook("a list", AS_OF, {"acme:new": {"rates": rates}})
    with pytest.raises(UnknownModel, match="'acme:new' is known before 2026-05-01"):
        book.price("acme:new", date(2026, 4, 30))
    assert book.price("acme:new", date(2026, 5, 1)).rates.input == 1
    assert book.doubt("acme:new", date(2026, 4, 30)) == ""


def test_nothing_is_free() -> None:
    for name in bundled().models:
        for day in (date(2020, 1, 1), AS_OF, date(2030, 1, 1)):
            assert bundled().price(name, day).cost(Usage(1_000, 0)) > 0


def test_only_embeddings_have_no_output_price() -> None:
    free = {n for n in bundled().models if not bundled().price(n, AS_OF).rates.output}
    assert all("embed" in name for name in free)


def test_a_rate_that_depends_on_the_hour_says_so() -> None:
    price = bundled().price("deepseek:deepseek-v4-pro", AS_OF)
    assert price.rates.input == Decimal("1.32")
    assert price.source == "genai-prices==0.2.3, dearest hour"


def test_the_book_knows_its_source_day_and_hash() -> None:
    document: dict[str, Any] = json.loads(BUNDLED.read_text(encoding="utf-8"))
    assert bundled().source == document["source"] == "genai-prices==0.2.3"
    assert bundled().as_of == date.fromisoformat(document["as_of"])
    assert bundled().sha256 == document["sha256"]


def test_the_hash_tells_a_changed_rate() -> None:
    book = bundled()
    models = {**book.models, SONNET: {"rates": [{"input": "1", "output": "10"}]}}
    assert PriceBook(book.source, book.as_of, models).sha256 != book.sha256


def test_the_book_is_read_once() -> None:
    assert bundled() is bundled()
