"""Counting with tiktoken's own encoder, offline."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from tiktoken import Encoding

from promptops.errors import TokenizerError
from promptops.tokens.index import between, sift, slices, words
from promptops.tokens.stored import counted_before, index_of, stored
from promptops.tokens.vocabulary import all_ranks, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promptops.tokens.index import Index

# Characters: selecting tokens for more of them costs what the full encoder costs, which then serves
# all that follows. A small encoder costs what so many characters do, however short its texts.
SMALL: Final = 400_000
FIXED: Final = 25_000
FEW: Final = 20_000  # bytes: tokens for these are found in a third of the time of making an index
DIFFERENT: Final = 100_000  # bytes of words; real texts have fewer, and each byte makes four keys
EXPECTED: Final = 400_000  # bytes of words; a wide encoder for more is no smaller than the full one

MAX_BLANKS: Final = 500_000  # 700,000 pass, 1,000,000 do not
_BLANKS: Final = re.compile(r"\s+")


class Encoders:
    """The encoders of one encoding, each made when first needed."""

    def __init__(self, encoding: str) -> None:
        """Take an encoding's name.

        Raises:
            VocabularyError: There is no such vocabulary, or it is not installed.
        """
        self.vocabulary = vocabulary(encoding)
        self.spent = 0  # characters' worth of small encoders
        self._words: frozenset[bytes] = frozenset()
        self._wide: WideEncoder | None = None
        self._full: Encoding | None = None
        self._index: Index | None = None

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return each text's number of tokens, special tokens read as plain text."""
        encoder = self.encoder(texts)
        return [len(encode(encoder, text)) for text in texts]

    def encoder(self, texts: Sequence[str]) -> Encoding:
        """Return an encoder that gives these texts the ids that tiktoken gives them."""
        size = sum(map(len, texts))
        if size > SMALL:
            return self.full()
        content = _content(texts)
        if (wide := self.wide()) and wide.covers(content):
            return wide.encoding
        if not self.spent and len(content) <= FEW and not counted_before():
            self.spent = FIXED + size
            # A first run, as each in CI is, may also be the last that an index would serve.
            return self.over(self.vocabulary.within(content))
        lettered, plain = words(content), between(content)
        self.spent += FIXED + size
        many = sum(map(len, lettered)) + sum(map(len, plain)) > DIFFERENT
        if many or self._full or self.spent > SMALL:
            return self.full()
        return small_encoder(self, lettered, plain)

    def expect(self, contents: Iterable[bytes]) -> None:
        """Make one encoder serve all texts that are made of the words in these."""
        found: set[bytes] = set()
        left = EXPECTED
        for content in contents:
            fresh = words(content) - found
            left -= sum(map(len, fresh))
            if left < 0:
                break
            found |= fresh
        self._words, self._wide = frozenset(found), None

    def wide(self) -> WideEncoder | None:
        """Return the encoder for what is expected, if anything is."""
        if self._wide is None and self._words:
            self._wide = WideEncoder(self, self._words)
        return self._wide

    def full(self) -> Encoding:
        """Return tiktoken's encoder over the whole vocabulary."""
        if self._full is None:
            self._full = self.over(all_ranks(self.vocabulary))
        return self._full

    def picked(self, found: set[bytes], plain: set[bytes] | None = None) -> dict[bytes, int]:
        """Return the tokens under some keys; of those without letters, all or those under some."""
        index = self._index = self._index or stored(self.vocabulary)
        if index is None and self._words:
            # Making an index takes more time and memory, and whoever counts so much at once often
            # runs where nothing is kept.
            return sift(self.vocabulary.chunks(), found)
        index = self._index = index or index_of(self.vocabulary)
        return index.pick(found, plain=plain)

    def over(self, ranks: dict[bytes, int]) -> Encoding:
        """Return tiktoken's encoder over some tokens of the vocabulary."""
        name, pattern, _, _ = self.vocabulary
        return Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})


class WideEncoder:
    """An encoder over all tokens that texts of some words can need, whatever is between these."""

    def __init__(self, encoders: Encoders, expected: frozenset[bytes]) -> None:
        self.words = expected
        self.slices = slices(expected)
        self.encoding = encoders.over(encoders.picked(self.slices))

    def covers(self, content: bytes) -> bool:
        """Return whether no token can occur in a text that this encoder does not know.

        A token of the text is found under a slice of the text's words. All tokens without letters
        are here, and all under the slices of the words that were expected.
        """
        return slices(words(content) - self.words) <= self.slices


@cache
def encoders(encoding: str) -> Encoders:
    """Return the encoders of one encoding, which this process keeps."""
    return Encoders(encoding)


def small_encoder(encoders: Encoders, lettered: set[bytes], plain: set[bytes]) -> Encoding:
    """Return tiktoken's encoder over the tokens that a text of these words and others can need.

    It gives the text the same ids as the full one. The pattern that splits a text into pieces does
    not know the vocabulary, and within a piece the encoder only ever looks up slices of the piece;
    a token that is no slice of the text is never asked for.
    """
    return encoders.over(encoders.picked(slices(lettered), slices(plain)))


def _content(texts: Sequence[str]) -> bytes:
    return repaired("\n".join(texts)).encode()


def encode(encoder: Encoding, text: str) -> list[int]:
    """Return a text's token ids.

    Raises:
        TokenizerError: The text has a run of white space that tiktoken cannot read.
    """
    # The Rust side panics where a million blanks overflow its stack, and says so on stderr first.
    if len(text) > MAX_BLANKS and any(len(run[0]) > MAX_BLANKS for run in _BLANKS.finditer(text)):
        raise _unreadable(encoder)
    try:
        return encoder.encode_ordinary(text)
    except BaseException as error:
        # Its PanicException is no Exception and cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(encoder) from None


def _unreadable(encoder: Encoding) -> TokenizerError:
    told = f"{encoder.name} cannot read so long a run of white space"
    return TokenizerError(f"{told}: keep it under {MAX_BLANKS:,} characters")


def repaired(text: str) -> str:
    """Return the text with U+FFFD for lone surrogates, as tiktoken reads it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
