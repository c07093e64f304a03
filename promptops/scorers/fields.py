"""Two JSON values, compared leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from promptops.model.values import dataclass
from promptops.scorers.normalise import Steps, normalised
from promptops.scorers.reading import as_text

_PAIRS: Final = 2_500  # of items that are compared with one another, in one unordered array
_Path = tuple[str, ...]
_Counted = tuple[int, list[str], list[str]]  # hits, paths missed, paths that are too many


@dataclass(frozen=True, slots=True)
class Comparing:
    """How leaves are compared: what is left out, which arrays have no order, what is equal."""

    ignored: tuple[_Path, ...]
    unordered: tuple[_Path, ...]
    abs_: float
    rel: float
    steps: Steps

    def compare(self, wanted: Any, found: Any, path: _Path) -> _Counted:
        """Return how many leaves agree, and the paths of the others."""
        if _among(path, self.ignored):
            return 0, [], []
        pairs: list[tuple[Any, Any, str]] | None = None
        if isinstance(wanted, Mapping) and isinstance(found, Mapping) and (wanted or found):
            keys = [*wanted, *(key for key in found if key not in wanted)]
            pairs = [(wanted.get(key, _NONE), found.get(key, _NONE), str(key)) for key in keys]
        elif _is_array(wanted) and _is_array(found) and (wanted or found):
            free = _among(path, self.unordered) or ("*",) in self.unordered
            pairs = self._paired(wanted, found, path) if free else _in_order(wanted, found)
        if pairs is None:
            return self._leaf(wanted, found, path)
        hits, missed, extra = 0, [], []
        for one, other, key in pairs:
            more = self.compare(one, other, (*path, key))
            hits += more[0]
            missed += more[1]
            extra += more[2]
        return hits, missed, extra

    def _leaf(self, wanted: Any, found: Any, path: _Path) -> _Counted:
        if wanted is not _NONE and found is not _NONE and self._equal(wanted, found):
            return 1, [], []
        return 0, list(self._leaves(wanted, path)), list(self._leaves(found, path))

    def _leaves(self, value: Any, path: _Path) -> Iterator[str]:
        if value is _NONE or _among(path, self.ignored):
            return
        if isinstance(value, Mapping) and value:
            for key, inner in value.items():
                yield from self._leaves(inner, (*path, str(key)))
        elif _is_array(value) and value:
            for at, inner in enumerate(value):
                yield from self._leaves(inner, (*path, str(at)))
        else:
            yield ".".join(path) or "the whole"

    def _equal(self, wanted: Any, found: Any) -> bool:
        if isinstance(wanted, str) and isinstance(found, str):
            return normalised(wanted, self.steps) == normalised(found, self.steps)
        if _is_number(wanted) and _is_number(found):
            one, other = Decimal(str(wanted)), Decimal(str(found))
            slack = max(Decimal(str(self.abs_)), abs(one) * Decimal(str(self.rel)))
            return abs(one - other) <= slack
        if isinstance(wanted, Mapping) or _is_array(wanted):  # empty, or of another kind
            return (
                not wanted
                and not found
                and isinstance(found, Mapping | list | tuple)
                and (isinstance(wanted, Mapping) == isinstance(found, Mapping))
            )
        return type(wanted) is type(found) and bool(wanted == found)

    def _paired(
        self, wanted: Sequence[Any], found: Sequence[Any], path: _Path
    ) -> list[tuple[Any, Any, str]]:
        """Pair equal items first, then the likest; of very many, what is left in order."""
        left: dict[str, list[Any]] = {}
        for item in found:
            left.setdefault(as_text(item), []).append(item)
        pairs, rest = [], []
        for at, item in enumerate(wanted):
            same = left.get(as_text(item))
            if same:
                pairs.append((item, same.pop(), str(at)))
            else:
                rest.append((item, str(at)))
        others = [item for items in left.values() for item in items]
        if len(rest) * len(others) <= _PAIRS:
            pairs += self._likest(rest, others, path)
        else:
            pairs += [(*pair, str(at)) for at, pair in enumerate(_filled(rest, others))]
        return pairs

    def _likest(
        self, rest: list[tuple[Any, str]], others: list[Any], path: _Path
    ) -> Iterator[tuple[Any, Any, str]]:
        scores = sorted(
            (
                (-self.compare(item, other, (*path, key))[0], at, position)
                for at, (item, key) in enumerate(rest)
                for position, other in enumerate(others)
            ),
        )
        used: set[int] = set()
        given: set[int] = set()
        for less, at, position in scores:
            if less < 0 and at not in used and position not in given:
                used.add(at)
                given.add(position)
                yield rest[at][0], others[position], rest[at][1]
        for at, (item, key) in enumerate(rest):
            if at not in used:
                yield item, _NONE, key
        for position, other in enumerate(others):
            if position not in given:
                yield _NONE, other, str(position)


_NONE: Final = object()


def split(paths: tuple[str, ...]) -> tuple[_Path, ...]:
    """Return paths as they are written, key by key."""
    return tuple(tuple(path.split(".")) for path in paths)


def _among(path: _Path, patterns: tuple[_Path, ...]) -> bool:
    return any(
        len(one) == len(path) and all(a in {"*", b} for a, b in zip(one, path, strict=True))
        for one in patterns
    )


def _in_order(wanted: Sequence[Any], found: Sequence[Any]) -> list[tuple[Any, Any, str]]:
    longest = max(len(wanted), len(found))
    ours = [*wanted, *[_NONE] * (longest - len(wanted))]
    theirs = [*found, *[_NONE] * (longest - len(found))]
    return [(a, b, str(at)) for at, (a, b) in enumerate(zip(ours, theirs, strict=True))]


def _filled(rest: list[tuple[Any, str]], others: list[Any]) -> list[tuple[Any, Any]]:
    return [(a, b) for a, b, _ in _in_order([item for item, _ in rest], others)]


def _is_array(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
