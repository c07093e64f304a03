"""Counts of texts, the known ones from the cache and the others with one encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.tokens.cache import FILE_NAME, CountCache, cache_folder, text_key
from promptops.tokens.reconstructed import PREFIX, Reconstruction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from promptops.tokens.encoder import Encoders


class TokenCounter:
    """Counts tokens exactly; a warm count loads no tokenizer."""

    def __init__(self, cache: CountCache | None) -> None:
        self.cache = cache
        self._contents: Callable[[], Iterable[bytes]] | None = None

    def expect(self, contents: Callable[[], Iterable[bytes]], encoding: str) -> None:
        """Let one encoder serve all texts made of the words in these.

        It is made at once where nothing is counted yet, so that processes can inherit it.
        """
        self._contents = contents
        if self.cache is None or not self.cache.path.is_file():
            self._encoders(encoding).wide()

    def encoded(self, texts: Sequence[str], encoding: str) -> list[int]:
        """Return each text's number of tokens in an encoding.

        An encoder is costly to make and serves all texts of a call: ask for many at once.

        Raises:
            TokenizerError: A text that the tokenizer cannot read.
            VocabularyError: The vocabulary is missing or is not the expected one.
        """
        keys = [text_key(encoding, text) for text in texts]
        counts = self.cache.get(dict.fromkeys(keys)) if self.cache else {}
        unknown = {key: text for key, text in zip(keys, texts, strict=True) if key not in counts}
        if unknown:
            counted = self._count(list(unknown.values()), encoding)
            fresh = dict(zip(unknown, counted, strict=True))
            if self.cache:
                self.cache.put(fresh)
            counts |= fresh
        return [counts[key] for key in keys]

    def recalled(self, texts: Sequence[str], encoding: str) -> list[int] | None:
        """Return the same where all of it was counted before; None where it takes a tokenizer."""
        keys = [text_key(encoding, text) for text in texts]
        counts = self.cache.get(dict.fromkeys(keys)) if self.cache else {}
        return [counts[key] for key in keys] if counts.keys() >= set(keys) else None

    def _count(self, texts: Sequence[str], encoding: str) -> list[int]:
        if encoding.startswith(PREFIX):
            return Reconstruction(encoding).count(texts)
        return self._encoders(encoding).count(texts)

    def _encoders(self, encoding: str) -> Encoders:
        from promptops.tokens.encoder import encoders

        found = encoders(encoding)
        if self._contents is not None:
            found.expect(self._contents())
            self._contents = None
        return found


def default_counter() -> TokenCounter:
    """Return a counter that remembers in the user's cache folder, if there is one."""
    try:
        return TokenCounter(CountCache(cache_folder() / FILE_NAME))
    except RuntimeError:  # no home folder, as in some containers
        return TokenCounter(None)
