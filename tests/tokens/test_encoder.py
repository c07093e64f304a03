import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
import tiktoken
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.errors import TokenizerError
from promptops.tokens.cache import CountCache
from promptops.tokens.counter import TokenCounter
from promptops.tokens.encoder import (
    DIFFERENT,
    EXPECTED,
    FIXED,
    SMALL,
    Encoders,
    encode,
    encoders,
    repaired,
    small_encoder,
)
from promptops.tokens.index import between, words
from promptops.tokens.stored import index_of
from promptops.tokens.vocabulary import ENCODINGS, vocabulary
from tests.tokens.reference import NASTY, PLAIN

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"


ALPHABETS = (
    st.text(),
    st.text(alphabet="abc ABC\n\r\t.,'{}<|>0123", max_size=400),
    st.text(alphabet=st.characters(exclude_categories=[])),
    st.lists(st.sampled_from(sorted(NASTY.values())), max_size=4).map("".join),
    st.lists(st.sampled_from([" the", " of", "ing", "Über", "ção", "ский", "です", "\n  "])).map(
        "".join
    ),
)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_a_count_is_tiktokens(text: str, encoding: str) -> None:
    assert TokenCounter(None).encoded([text], encoding) == [
        len(PLAIN[encoding].encode_ordinary(text))
    ]


def ids(encoder: tiktoken.Encoding, texts: list[str]) -> list[list[int]]:
    return [encode(encoder, text) for text in texts]


def ready(encoding: str) -> Encoders:
    """Return encoders with an index of the vocabulary in the cache folder."""
    index_of(vocabulary(encoding))
    return Encoders(encoding)


def made(encoding: str) -> Encoders:
    """Return encoders without a folder to keep an index in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMPTOPS_CACHE_DIR", os.devnull)
        encoders = Encoders(encoding)
        encoders.expect([repaired(text).encode() for text in NASTY.values()])
        assert encoders.wide()
    return encoders


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_tier_gives_tiktokens_ids(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = list(NASTY.values())
    expected = ids(PLAIN[encoding], texts)
    assert ids(Encoders(encoding).full(), texts) == expected
    wide = made(encoding)
    assert ids(wide.encoder(texts), texts) == expected
    assert wide.spent == 0
    kept = ready(encoding)
    for text, one in zip(texts, expected, strict=True):
        content = repaired(text).encode()
        assert ids(small_encoder(kept, words(content), between(content)), [text]) == [one]
    monkeypatch.setenv("PROMPTOPS_CACHE_DIR", os.devnull)
    first = Encoders(encoding)
    assert ids(first.encoder(texts), texts) == expected
    assert first.spent


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=40, deadline=None)
@given(texts=st.lists(st.one_of(ALPHABETS), min_size=1, max_size=5))
def test_a_small_encoder_gives_tiktokens_ids(encoding: str, texts: list[str]) -> None:
    encoders = ready(encoding)
    assert encode(encoders.encoder(["tea"]), "tea")  # which a first run does without the index
    assert ids(encoders.encoder(texts), texts) == ids(PLAIN[encoding], texts)
    assert 0 < encoders.spent <= SMALL


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=12, deadline=None)
@given(texts=st.lists(st.one_of(ALPHABETS), min_size=1, max_size=5))
def test_the_encoder_of_a_first_run_gives_tiktokens_ids(encoding: str, texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setenv("PROMPTOPS_CACHE_DIR", folder)
        first = Encoders(encoding).encoder(texts)
        assert not list(Path(folder).iterdir())
    assert ids(first, texts) == ids(PLAIN[encoding], texts)


@pytest.mark.parametrize("stored", [True, False], ids=["with an index", "without one"])
@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_an_encoder_for_expected_words_gives_tiktokens_ids(
    encoding: str, stored: bool, data: st.DataObject
) -> None:
    expected = data.draw(st.lists(st.one_of(ALPHABETS), max_size=4))
    # Texts join pieces of what was expected, and say what was not.
    pieces = [piece for text in expected for piece in re.split(r"\b", text)] or [""]
    joined = st.lists(st.sampled_from(pieces), max_size=20).map("".join)
    texts = data.draw(st.lists(st.one_of(joined, *ALPHABETS), min_size=1, max_size=4))
    with pytest.MonkeyPatch.context() as patch:
        if not stored:
            patch.setenv("PROMPTOPS_CACHE_DIR", os.devnull)
        encoders = Encoders(encoding)
        encoders.expect(repaired(text).encode() for text in expected)
        for text in texts:
            assert ids(encoders.encoder([text]), [text]) == ids(PLAIN[encoding], [text])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_texts_of_expected_words_share_one_encoder(encoding: str) -> None:
    encoders = Encoders(encoding)
    encoders.expect([b"Answer in {{ language }}.", "Größe 茶".encode()])
    first = encoders.encoder(["language: 茶"])
    assert encoders.encoder(['{"Answer": "Größe", "a": 12}']) is first
    assert encoders.encoder(["Answer\ufffcin"]) is first
    assert encoders.spent == 0
    other = encoders.encoder(["Answerin full"])
    assert other is not first
    assert encoders.spent == FIXED + len("Answerin full")
    texts = ["Answerin full"]
    assert ids(other, texts) == ids(PLAIN[encoding], texts)


def test_more_words_than_can_be_expected_are_counted_all_the_same() -> None:
    encoders = Encoders("o200k_base")
    encoders.expect([b"teapot lid", b"x" * (EXPECTED + 1)])
    text = ["teapot lid", "x" * 90_000, "naïve"]
    assert encoders.count(text) == [len(one) for one in ids(PLAIN["o200k_base"], text)]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_real_files_have_tiktokens_ids(encoding: str) -> None:
    paths = [path for path in sorted(CORPUS.glob("prompts/**/*")) if path.is_file()][::20]
    if not paths:
        pytest.skip("the corpus of prompts is not here")
    texts = [path.read_bytes()[:8_000].decode("utf-8", "replace") for path in paths]
    wide, small = Encoders(encoding), Encoders(encoding)
    wide.expect(text.encode() for text in texts)
    for text in texts:
        expected = ids(PLAIN[encoding], [text])
        assert ids(wide.encoder([text]), [text]) == expected
        assert ids(small.encoder([text]), [text]) == expected
    assert wide.spent == 0


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_text_of_very_many_words_is_counted_with_the_full_encoder(encoding: str) -> None:
    encoders = Encoders(encoding)
    text = "".join(map(chr, Random(1).choices(range(0x4E00, 0x9FA5), k=DIFFERENT // 2)))
    assert len(text) + FIXED < SMALL
    assert encoders.encoder([text]) is encoders.full()
    assert encode(encoders.full(), text) == PLAIN[encoding].encode_ordinary(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_many_calls_and_long_texts_count_the_same(encoding: str) -> None:
    counter = TokenCounter(None)
    texts = [f"The {number}th message, naïvely." for number in range(SMALL // FIXED + 2)]
    texts.append("A sentence like any other. " * (SMALL // 20))
    for text in texts:
        assert counter.encoded([text], encoding) == [len(PLAIN[encoding].encode_ordinary(text))]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_no_socket_is_opened_and_no_variable_set(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setenv("PROMPTOPS_CACHE_DIR", str(tmp_path))
    environment = dict(os.environ)
    assert encode(Encoders(encoding).full(), "hello world")
    for _ in ("the first run", "with its index"):
        encoders.cache_clear()
        assert TokenCounter(None).encoded(["hello world", "x" * SMALL], encoding)
        kept = Encoders(encoding)
        assert encode(kept.encoder(["hello"]), "hello")
        assert encode(kept.encoder(["again"]), "again")
    assert list(tmp_path.iterdir()) == [tmp_path / f"{encoding}.index"]
    assert dict(os.environ) == environment


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0"])
def test_a_panic_of_the_tokenizer_is_an_error_of_one_line(
    blank: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promptops.tokens.encoder.MAX_BLANKS", 10**9)
    encoder = Encoders("o200k_base").encoder(["x"])
    with pytest.raises(TokenizerError, match=r"^o200k_base cannot read so long a run") as caught:
        encode(encoder, blank * 1_000_000)
    assert "\n" not in str(caught.value)
    assert encode(encoder, blank * 400_000)


def test_a_huge_run_of_blanks_is_an_error_of_one_line() -> None:
    with pytest.raises(TokenizerError, match="cannot read so long a run of white space") as caught:
        TokenCounter(None).encoded([" " * 2_000_000], "o200k_base")
    assert "\n" not in str(caught.value)


def test_what_is_expected_is_read_when_the_first_unknown_text_is_counted(tmp_path: Path) -> None:
    read = []

    def contents() -> Iterator[bytes]:
        read.append(1)
        yield b"Pour slowly."

    cold = TokenCounter(CountCache(tmp_path / "counts.sqlite"))
    cold.expect(contents, "o200k_base")
    assert read == [1]
    assert cold.encoded(["Pour slowly. Pour."], "o200k_base") == [5]
    warm = TokenCounter(cold.cache)
    warm.expect(contents, "o200k_base")
    assert warm.encoded(["Pour slowly. Pour."], "o200k_base") == [5]
    assert read == [1]
    assert warm.encoded(["slowly"], "o200k_base") == [2]
    assert read == [1, 1]
