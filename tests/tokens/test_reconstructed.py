from __future__ import annotations

from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.model.usage import Calibration
from promptops.tokens.cache import FILE_NAME, CountCache
from promptops.tokens.counter import TokenCounter
from promptops.tokens.methods import method_for
from promptops.tokens.reconstructed import Reconstruction

ROOT = Path(__file__).parents[2]
CLAUDE = "anthropic:claude-opus-5-5"
installed = pytest.mark.skipif(find_spec("ctok") is None, reason="ctok needs Python 3.12")


@pytest.mark.skipif(find_spec("ctok") is not None, reason="ctok is here")
def test_without_ctok_claude_is_scaled() -> None:
    assert method_for(CLAUDE, "hello", reconstruct=True) == method_for(CLAUDE, "hello")


@installed
@pytest.mark.parametrize(
    ("model", "tokenizer"),
    [
        ("anthropic:claude-3-5-sonnet-20241022", "3.0"),
        ("anthropic:claude-haiku-4-5", "3.0"),
        ("anthropic:claude-opus-4-6", "3.0"),
        ("bedrock:us.anthropic.claude-opus-4-7-v1:0", "4.7"),
        ("anthropic:claude-opus-4-8", "4.8"),
        ("anthropic:claude-sonnet-5", "4.8"),
        ("anthropic:claude-haiku-5-5", "4.8"),
    ],
)
def test_each_claude_has_its_tokenizer(model: str, tokenizer: str) -> None:
    found = method_for(model, "hello", reconstruct=True)
    assert found.method == "reconstructed"
    assert found.encoding.startswith("ctok-1.")
    assert found.encoding.endswith(f":{tokenizer}")
    assert found.describe() == f"reconstructed: {found.encoding} (-5 ... +5 %)"
    assert found.scale(1000) == 1000


@installed
def test_a_reconstruction_is_better_than_a_factor_and_no_calibration() -> None:
    assert method_for(CLAUDE, "hello").method == "scaled"
    assert method_for("openai:gpt-6-astra", "hello", reconstruct=True).method == "scaled"
    measured = Calibration(Decimal("1.4"), Decimal("1.3"), Decimal("1.5"), 99)
    found = method_for(CLAUDE, "hello", {CLAUDE: measured}, reconstruct=True)
    assert found.method == "calibrated"


@installed
@pytest.mark.parametrize(
    ("tokenizer", "tokens"), [("3.0", [3, 0, 1]), ("4.7", [4, 0, 1]), ("4.8", [4, 0, 1])]
)
def test_the_frame_of_a_message_is_not_counted(tokenizer: str, tokens: list[int]) -> None:
    texts = ["hello, world", "", "the"]
    assert Reconstruction(f"ctok-1.3.0:{tokenizer}").count(texts) == tokens


@installed
@settings(max_examples=50)
@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_any_text_has_a_count(text: str) -> None:
    for tokenizer in ("3.0", "4.7", "4.8"):
        (count,) = Reconstruction(f"ctok-1.3.0:{tokenizer}").count([text])
        assert 0 <= count <= 4 * len(text) + 4


@installed
def test_what_was_reconstructed_is_remembered(tmp_path: Path) -> None:
    encoding = method_for(CLAUDE, reconstruct=True).encoding
    cache = CountCache(tmp_path / FILE_NAME)
    first = TokenCounter(cache).encoded(["hello, world", "the"], encoding)
    assert TokenCounter(cache).encoded(["the", "hello, world"], encoding) == first[::-1]
    assert TokenCounter(cache).encoded(["hello, world"], "o200k_base") == [3]


@installed
@pytest.mark.parametrize("model", [CLAUDE, "anthropic:claude-opus-4-6"])
def test_counts_are_near_those_of_the_familys_factor(model: str) -> None:
    english = [path.read_text("utf-8") for path in (ROOT / "docs").glob("*.md")]
    base = sum(TokenCounter(None).encoded(english, "o200k_base"))
    method = method_for(model, "\n".join(english), reconstruct=True)
    claude = sum(TokenCounter(None).encoded(english, method.encoding))
    assert 0.9 < claude / method_for(model, "English").scale(base) < 1.1
