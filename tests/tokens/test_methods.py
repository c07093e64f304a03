import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st
from tiktoken.model import MODEL_PREFIX_TO_ENCODING, MODEL_TO_ENCODING
from tiktoken_ext import openai_public

from promptops.model.tokens import CountMethod
from promptops.model.usage import Calibration
from promptops.tokens.methods import ENCODINGS, MIN_CALLS, UNKNOWN, method_for

RUSSIAN = "Отвечай кратко и вежливо."
GERMAN = "Prüfe die Länge der Antwort."


@pytest.mark.parametrize("name", sorted(ENCODINGS.keys() - {"gpt-oss"}))
def test_a_listed_name_has_tiktokens_encoding(name: str) -> None:
    encoding = ENCODINGS[name]
    assert tiktoken.encoding_name_for_model(name) == encoding


def test_the_encoding_of_gpt_oss_is_o200k_base_with_other_special_tokens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", lambda _, expected_hash: expected_hash)
    harmony, base = openai_public.o200k_harmony(), openai_public.o200k_base()
    assert tiktoken.encoding_name_for_model("gpt-oss-120b") == "o200k_harmony"
    assert harmony["pat_str"] == base["pat_str"]
    assert harmony["mergeable_ranks"] == base["mergeable_ranks"]


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o-2024-08-06",
        "gpt-4o-mini",
        "gpt-4.1-nano-2025-04-14",
        "gpt-4-0613",
        "gpt-4-turbo",
        "gpt-3.5-turbo-0125",
        "gpt-5-mini-2025-08-07",
        "gpt-5.6-sol",
        "o3-mini",
        "ft:gpt-4o-mini-2024-07-18:acme::abc",
        "ft:gpt-4o:acme:name:id",
        "ft:gpt-4:acme::id",
        "ft:gpt-3.5-turbo-0125:acme::id",
    ],
)
def test_dated_and_tuned_models_are_counted_as_their_base(name: str) -> None:
    expected = CountMethod("exact", tiktoken.encoding_name_for_model(name))
    assert method_for(f"openai:{name}") == expected
    assert method_for(f"azure:{name}") == expected


@pytest.mark.parametrize("name", sorted({*MODEL_TO_ENCODING, *MODEL_PREFIX_TO_ENCODING}))
def test_every_name_that_tiktoken_lists_has_its_encoding(name: str) -> None:
    encoding = tiktoken.encoding_name_for_model(name).replace("o200k_harmony", "o200k_base")
    known = encoding in set(ENCODINGS.values())
    for whole in (name, f"{name}2030-01-01") if name.endswith("-") else (name,):
        found = method_for(f"openai:{whole}")
        assert (found == CountMethod("exact", encoding)) == known
        assert known or found.method != "exact"


@pytest.mark.parametrize("name", ["chatgpt-4o", "gpt-4.5", "gpt-4.50", "o30", "gpt-40"])
def test_a_name_that_only_begins_like_a_listed_one_is_not_exact(name: str) -> None:
    with pytest.raises(KeyError):
        tiktoken.encoding_name_for_model(name)
    assert method_for(f"openai:{name}").method != "exact"


def test_without_a_model_the_figures_are_plain_o200k() -> None:
    assert method_for(None, RUSSIAN) == CountMethod("exact", "o200k_base")


@pytest.mark.parametrize("name", ["gpt-6-astra", "gpt-6.1-sol", "gpt-6-luna-2026-10-01"])
def test_an_unlisted_gpt_is_assumed_to_count_like_the_listed(name: str) -> None:
    assert method_for(f"openai:{name}") == CountMethod("scaled", "o200k_base")
    assert method_for(f"openai:{name}").describe() == "scaled: o200k_base assumed"


@pytest.mark.parametrize(
    ("model", "text", "factor", "band"),
    [
        ("anthropic:claude-sonnet-5-5", "hello", "1.477", ("0.95", "1.08")),
        ("anthropic:claude-opus-4-7", "", "1.477", ("0.95", "1.08")),
        ("anthropic:claude-opus-4.8", "", "1.477", ("0.95", "1.08")),
        ("anthropic:claude-fable-5-2", GERMAN, "1.65", ("0.90", "1.13")),
        ("anthropic:claude-haiku-5-5", RUSSIAN, "1.717", ("0.76", "1.22")),
        ("anthropic:claude-haiku-4-5-20251001", "hello", "1.146", ("0.91", "1.06")),
        ("anthropic:claude-3-5-sonnet-20241022", "hello", "1.146", ("0.91", "1.06")),
        ("anthropic:claude-sonnet-4-20250514", "hello", "1.146", ("0.91", "1.06")),
        ("anthropic:claude-opus-4-6", GERMAN, "1.264", ("0.89", "1.08")),
        ("bedrock:anthropic.claude-opus-4-7-v1:0", "hello", "1.477", ("0.95", "1.08")),
        ("bedrock:us.anthropic.claude-sonnet-4-20250514-v1:0", RUSSIAN, "1.634", ("0.75", "1.27")),
        ("google:gemini-2.5-pro", RUSSIAN, "1.05", ("0.90", "1.20")),
        ("groq:llama-3.3-70b-versatile", "hello", "0.995", ("0.97", "1.03")),
        ("groq:deepseek-r1-distill-llama-70b", "hello", "0.995", ("0.97", "1.03")),
        ("openrouter:qwen/qwen3-32b", RUSSIAN, "1.75", ("0.54", "1.46")),
        ("deepseek:deepseek-v4-pro", "hello", "1.02", ("0.98", "1.02")),
        ("mistral:codestral-2508", GERMAN, "1.11", ("0.87", "1.13")),
    ],
)
def test_another_vendors_tokens_are_scaled_from_o200k(
    model: str, text: str, factor: str, band: tuple[str, str]
) -> None:
    edges = (Decimal(band[0]), Decimal(band[1]))
    assert method_for(model, text) == CountMethod("scaled", "o200k_base", Decimal(factor), edges)


def test_the_factor_is_weighted_by_the_share_of_letters() -> None:
    mixed = "аб" + "abcdef"  # a quarter Cyrillic
    factor = (Decimal("1.717") + 3 * Decimal("1.477")) / 4
    assert method_for("anthropic:claude-opus-5-5", mixed + " 123 !?").factor == factor


@pytest.mark.parametrize(("letters", "factor"), [(99, "1.65"), (100, "1.477")])
def test_one_accented_letter_in_a_hundred_makes_a_text_european(letters: int, factor: str) -> None:
    text = "é" + "a" * letters
    assert method_for("anthropic:claude-opus-5-5", text).factor == Decimal(factor)


@pytest.mark.parametrize("model", ["acme:frontier-1", "frontier-1", "cohere:command-a", "", "x:"])
def test_an_unknown_family_is_a_rule_of_thumb(model: str) -> None:
    assert method_for(model, RUSSIAN) == UNKNOWN
    assert UNKNOWN.describe() == "heuristic: o200k_base x 1.2 (-20 ... +35 %)"


@given(st.text())
def test_a_factor_lies_within_its_band(text: str) -> None:
    for model in ("anthropic:claude-opus-5-5", "anthropic:claude-3-opus", "x:qwen3", "x:mistral"):
        low, high = method_for(model, text).band or (0, 0)
        assert low <= 1 <= high


CALIBRATION = Calibration(Decimal("1.00"), Decimal("0.94"), Decimal("1.06"), 1204)


def test_a_calibration_says_its_band_and_its_calls() -> None:
    model = "anthropic:claude-sonnet-5-5"
    found = method_for(model, GERMAN, {model: CALIBRATION})
    assert found.method == "calibrated"
    assert found.describe() == "calibrated: o200k_base x 1.00 (-6 ... +6 %, n=1,204)"
    assert [str(edge) for edge in found.band or ()] == ["0.94", "1.06"]
    assert found.scale(2460) == 2460


@pytest.mark.parametrize("model", ["anthropic:claude-opus-5-5", "openai:gpt-6-astra", "acme:one"])
def test_a_calibration_is_preferred_to_a_familys_factor_and_to_a_guess(model: str) -> None:
    measured = Calibration(Decimal("1.31"), Decimal("1.179"), Decimal("1.572"), MIN_CALLS)
    found = method_for(model, "hello", {model: measured})
    band = (Decimal("0.9"), Decimal("1.2"))
    assert found == CountMethod("calibrated", "o200k_base", Decimal("1.31"), band, MIN_CALLS)
    others = {f"{model}-mini": measured}
    assert method_for(model, "hello", others) == method_for(model, "hello")


def test_a_calibration_by_few_calls_is_not_used() -> None:
    few = Calibration(Decimal("1.3"), Decimal("1.2"), Decimal("1.4"), MIN_CALLS - 1)
    assert method_for("acme:one", "hello", {"acme:one": few}) == UNKNOWN


def test_a_listed_model_is_counted_exactly_whatever_its_calls_were_billed() -> None:
    model = "openai:gpt-5-mini"
    assert method_for(model, "hello", {model: CALIBRATION}) == CountMethod("exact", "o200k_base")


@given(
    st.decimals("0.5", "2.5", places=2),
    st.lists(st.decimals("0.05", "20", places=2), min_size=2, max_size=2),
)
def test_a_calibrations_factor_lies_within_its_band(factor: Decimal, edges: list[Decimal]) -> None:
    low, high = min(edges), max(edges)
    found = method_for("acme:one", "", {"acme:one": Calibration(factor, low, high, 99)})
    least, most = found.band or (Decimal(0), Decimal(0))
    assert least <= 1 <= most
    assert abs(least - min(low / factor, 1)) < Decimal("0.0001")
    assert abs(most - max(high / factor, 1)) < Decimal("0.0001")


@pytest.mark.parametrize("factor", ["0.49", "2.51", "20"])
def test_a_factor_that_nobody_is_billed_is_not_used(factor: str) -> None:
    strange = Calibration(Decimal(factor), Decimal("0.1"), Decimal(30), 99)
    assert method_for("acme:one", "", {"acme:one": strange}).method == "heuristic"


def test_methods_load_no_tokenizer() -> None:
    script = "import sys, promptops.tokens.methods; print(*sys.modules)"
    root = Path(__file__).parents[2]
    modules = subprocess.check_output([sys.executable, "-c", script], cwd=root, text=True).split()
    assert {"tiktoken", "sqlite3", "regex", "pydantic", "json"}.isdisjoint(modules)
