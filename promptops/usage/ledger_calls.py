"""The recorded calls of a ledger, as a usage file is measured of."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from promptops.caching.traces import Extra, Recorded
from promptops.ledger.place import Place, told
from promptops.model.money import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from promptops.caching.trace_reading import Unreadable

_HEAD: Final = b"SQLite format 3\0"
_QUERY: Final = """
SELECT at, call_id, prompt, version, prompt_sha256, model, model_served, tenant, session, tier,
  source, error, retry_cause, {encoded},
  input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, write_ttl,
  cache_write_long_tokens, long_ttl, reasoning_tokens
FROM calls JOIN contexts USING (context_id)
"""
_COUNTED: Final = "SELECT 1 FROM sqlite_master WHERE name = 'counted'"  # older ledgers have none
_OF_PROMPT: Final = " WHERE prompt = :prompt ORDER BY at DESC LIMIT :most"
MOST: Final = 20_000  # calls of a prompt; more take long to draw from and say no more
_UNFIT: Final = "unfit"  # the answer could not be used, and was billed
_SAYS_ATTEMPTS: Final = "record"  # imports may not know which calls follow others


def is_ledger(path: Path) -> bool:
    """Return whether a file is a database, and so no trace."""
    try:
        with path.open("rb") as file:
            return file.read(len(_HEAD)) == _HEAD
    except OSError:
        return False


@dataclass(slots=True)
class LedgerCalls:
    """The calls of a ledger's file; an attempt that could not be used counts by the next one.

    With ``prompt`` they are those of one, and at most the newest ``MOST`` of them.
    """

    path: Path
    prompt: str | None = None
    repeated: int = 0
    unread: dict[str, Unreadable] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Recorded]:
        """Yield the calls in any order.

        Raises:
            LedgerError: The file is no ledger, or cannot be read.
        """
        place = Place(str(self.path), self.path.absolute().as_uri(), self.path)
        with closing(place.connect(write=False)) as connection, told(place.name):
            counts = connection.execute(_COUNTED).fetchone() is not None
            query = _QUERY.format(encoded="o200k_tokens" if counts else "NULL")
            query += " LEFT JOIN counted USING (call_id)" if counts else ""
            if self.prompt is not None:
                query += _OF_PROMPT
            for row in connection.execute(query, {"prompt": self.prompt, "most": MOST}):
                yield _recorded(*row)


def _recorded(  # noqa: PLR0913, PLR0917 - a column each
    at: float, call_id: str, prompt: str | None, version: str | None, sha256: str | None,
    model: str, served: str | None, tenant: str | None, session: str | None, tier: str | None,
    source: str, error: str | None, cause: str | None, encoded: int | None, *counts: Any,
) -> Recorded:  # fmt: skip
    plain, output, read, short, short_ttl, long, long_ttl, thought = counts
    usage = None
    if plain is not None:
        written = {ttl: n for ttl, n in ((short_ttl, short), (long_ttl, long)) if ttl and n}
        usage = Usage(plain, output or 0, read or 0, written)
    rejected = None
    if source == _SAYS_ATTEMPTS or error == _UNFIT:
        rejected = _UNFIT in (cause, error)
    return Recorded(
        at,
        id=call_id,
        prompt=f"{prompt}@{version}" if prompt and version else prompt,
        model=model,
        session=session,
        usage=usage,
        reasoning=thought,
        encoded=encoded,
        rejected=rejected,
        batch=tier == "batch" if source == _SAYS_ATTEMPTS else tier == "batch" or None,
        extra=Extra(tenant=tenant, served=served, text=f"sha256:{sha256}" if sha256 else None),
    )
