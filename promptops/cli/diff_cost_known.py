"""What ``promptops diff-cost`` remembers of its last runs, and how it measures what is new."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promptops.config import Project
    from promptops.costs.facts import Measured
    from promptops.costs.known import Known
    from promptops.costs.side import Pair
    from promptops.costs.terms import Terms
    from promptops.tokens.remote import Choice

# What measures; figures are worked out anew by what is beside it.
_CODE: Final = (
    "caching", "config", "costs", "git", "model", "placement", "registry", "templates", "tokens",
    "usage_file",
)  # fmt: skip


def measuring(terms: Terms, counting: Choice) -> Callable[[Sequence[Pair]], list[Measured]]:
    """Return what measures pairs; parser and tokenizers are imported when it is called."""

    def measured(pairs: Sequence[Pair]) -> list[Measured]:
        from promptops.costs.measure import measure
        from promptops.tokens.counter import default_counter
        from promptops.tokens.remote import request_counter

        counter = default_counter()
        return measure(pairs, terms.asked, counter, request_counter(counting, counter.cache))

    return measured


def known(here: Project, terms: Terms, counting: Choice) -> Known:
    """Return what was measured before on these terms, by this code."""
    from promptops.config.code import state_of_code
    from promptops.costs.kept import FILE_NAME, Kept
    from promptops.costs.known import Known
    from promptops.templates.files import Folder
    from promptops.tokens.cache import FILE_NAME as COUNTS
    from promptops.tokens.cache import CountCache, cache_folder, mark
    from promptops.tokens.reconstructed import encoding_of

    rules = here.config.cache_rules
    own = Folder(here.root).read(rules) if rules else None
    old = terms.usage.old(terms.prices.today)
    decisive = (
        *(here.config, terms.model, terms.usage, old, terms.prices.day, own),
        encoding_of("claude"),
    )
    try:
        folder = cache_folder()
    except RuntimeError:  # no home folder, as in some containers
        return Known(None, "")
    if counting == "api":
        return Known(None, "")  # whoever asks the vendor wants its word
    counts = CountCache(folder / COUNTS)

    @cache
    def asked_about(model: str) -> bool:
        return counting == "auto" and bool(counts.get([mark(model)]))

    return Known(Kept(folder / FILE_NAME), f"{state_of_code(*_CODE)}\0{decisive!r}", asked_about)
