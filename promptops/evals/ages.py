"""Which models' answers do not age."""

from __future__ import annotations

from promptops.evals.requests import asked


def fixed(model: str) -> bool:
    """Return whether a model's name is known to mean one model for ever, as a dated one does.

    Of a name that nobody knows that is not known.
    """
    from promptops.vendormodels.book import bundled

    known = bundled().find(asked(model))
    return known is not None and known.moves is False
