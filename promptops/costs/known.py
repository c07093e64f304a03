"""What was measured of pairs of prompts before, for as long as nothing that decided it differs.

A pair is known by its prompts' names, paths and contents, by the settings and by the code. What
was read besides, partials, samples, tools and schemas, is kept with it as ids of contents, and
has to be the same again. So a second look at the same change takes neither Jinja nor YAML nor a
tokenizer; a wrong or missing entry costs the time of measuring.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.costs.facts import Measured
from promptops.costs.plain import dumps, loads
from promptops.costs.reading import UNREADABLE
from promptops.costs.sharing import shared
from promptops.costs.side import Head
from promptops.git.files import GitFiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from promptops.costs.kept import Kept
    from promptops.costs.side import Pair, Status

Reads = dict[str, str | None]
_BATCH: Final = 100  # pairs that are measured together


class Known(NamedTuple):
    """Measured pairs, of one state of settings and code, and where they are kept."""

    kept: Kept | None
    settings: str
    otherwise: Callable[[str], bool] = lambda _: False  # whether a model may now be counted so

    def find(self, pairs: Iterable[Pair]) -> dict[Pair, Measured | None]:
        """Return what is known of pairs; None of one that is only known to be unchanged."""
        if self.kept is None:
            return {}
        keys = {key: pair for pair in pairs if (key := self._key(pair)) is not None}
        found: dict[Pair, Measured | None] = {}
        for key, value in self.kept.get(keys).items():
            pair = keys[key]
            try:
                old, new, measured = loads(value)
                right = _holds(pair.old, old) and _holds(pair.new, new)
                if right and self._counts(measured):
                    found[pair] = measured
            except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError):
                continue  # not as this version writes it
        return found

    def keep(self, measured: Mapping[Pair, Measured | None]) -> None:
        """Remember what was measured; None where a pair is unchanged and was not looked at."""
        if self.kept is None or not measured:
            return
        values = {}
        for pair, one in measured.items():
            key = self._key(pair)
            reads = [
                side.files.ids if isinstance(side, Head) else {} for side in (pair.old, pair.new)
            ]
            if key is None or any(UNREADABLE in ids.values() for ids in reads):
                continue
            try:
                values[key] = dumps((*reads, one))
            except TypeError:
                continue
        self.kept.put(values)

    def _counts(self, measured: object) -> bool:
        if not isinstance(measured, Measured):
            return measured is None
        models = {side.model for side in (measured.old, measured.new) if side and side.model}
        return not any(map(self.otherwise, models))

    def _key(self, pair: Pair) -> bytes | None:
        told = [self.settings]
        for side in (pair.old, pair.new):
            if side is None:
                told += ["", "", ""]
            elif isinstance(side, Head) and (own := side.ids.of(side.path)) not in {
                None,
                UNREADABLE,
            }:
                told += [side.name, side.path, str(own)]
            else:
                return None
        return sha256("\0".join(told).encode("utf-8", "surrogatepass")).digest()


def _holds(side: object, reads: Reads) -> bool:
    if not isinstance(side, Head):
        return not reads
    return all(side.ids.of(path) == one for path, one in reads.items())


def compare(
    pairs: Sequence[Pair],
    measure: Callable[[Sequence[Pair]], Sequence[Measured]],
    known: Known,
    *,
    everything: bool,
) -> tuple[list[Measured], Counter[Status]]:
    """Return the pairs that changed or moved, measured, and how many there are of each status.

    All pairs are measured where ``everything`` is asked for.
    """
    found = known.find(pair for pair in pairs if everything or not pair.untouched)
    waiting = [
        pair
        for pair in pairs
        if (everything and found.get(pair) is None) or (pair not in found and not pair.untouched)
    ]

    def work(share: Sequence[Pair]) -> list[Measured | None]:
        return _fresh(share, measure, known, everything=everything)

    found |= zip(waiting, shared(waiting, work), strict=True)
    measured = [one for pair in pairs if (one := found.get(pair)) is not None]
    if not everything:
        measured = [one for one in measured if one.moved or one.status != "unchanged"]
    statuses = Counter(_status(found.get(pair)) for pair in pairs)
    return measured, statuses


def _fresh(
    pairs: Sequence[Pair],
    measure: Callable[[Sequence[Pair]], Sequence[Measured]],
    known: Known,
    *,
    everything: bool,
) -> list[Measured | None]:
    """Return what is measured of pairs, None of those that did not change, and remember it."""
    fresh: dict[Pair, Measured | None] = dict.fromkeys(pairs)
    for start in range(0, len(pairs), _BATCH):
        some = pairs[start : start + _BATCH]
        _read_ahead(some)
        wanted = [pair for pair in some if everything or pair.moved or not pair.moved_only]
        if wanted:
            fresh.update(zip(wanted, measure(wanted), strict=True))
        _forget(some)
    known.keep(fresh)
    return list(fresh.values())


def _read_ahead(pairs: Iterable[Pair]) -> None:
    """Read the prompts' own files of a commit in one go."""
    paths: dict[GitFiles, list[str]] = {}
    for side in (side for pair in pairs for side in (pair.old, pair.new)):
        if isinstance(side, Head) and isinstance(side.ids.files, GitFiles):
            paths.setdefault(side.ids.files, []).append(side.path)
    for files, wanted in paths.items():
        files.prefetch(wanted)


def _forget(pairs: Iterable[Pair]) -> None:
    """Let go of what was parsed: thousands of syntax trees are a gigabyte."""
    for pair in pairs:
        for side in (pair.old, pair.new):
            if isinstance(side, Head):
                side.forget()


def _status(measured: Measured | None) -> Status:
    if measured is None:
        return "unchanged"
    return "renamed" if measured.moved else measured.status
