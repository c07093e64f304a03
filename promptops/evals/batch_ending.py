"""How the requests of a batch end: with a result, without one, or never sent."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from promptops.evals.batch_parcel import Ended
from promptops.model.evaluation import ProviderError

if TYPE_CHECKING:
    from promptops.evals.batch_desk import Desk
    from promptops.evals.batch_parcel import Parcel
    from promptops.model.evaluation import Completion
    from promptops.providers.batch import Seen


async def results(desk: Desk, parcel: Parcel, seen: Seen) -> None:
    """Take in what a batch's results hold; what is known already is passed over.

    Raises:
        ProviderError: They could not be read to their end.
    """
    if seen.refused is not None:
        return
    async for name, came in parcel.service.results(seen):
        _one(desk, parcel, name, came, seen.ended or 0.0)


def _one(
    desk: Desk,
    parcel: Parcel,
    name: str,
    came: Completion | ProviderError,
    at: float,
    *,
    whole: bool = False,
) -> None:
    entry = parcel.entries.pop(name, None)
    intent = entry.intent if entry else parcel.strays.pop(name, None)
    if intent is None:  # known already
        return
    came = desk.ended(intent, entry, came, at)
    if entry is not None:
        parcel.ended.append(Ended(entry, came, whole))


def missing(desk: Desk, parcel: Parcel, seen: Seen) -> None:
    """Say of each request without a result why it has none."""
    who, at = parcel.service.who, seen.ended or 0.0
    error = seen.refused
    if error is None and seen.partial:
        error = ProviderError("cancelled", f"{who}: the batch ended before this was answered")
    if error is None:
        error = ProviderError("dropped", f"{who}: the results hold none for this", billed="unknown")
    for name in [*parcel.entries, *parcel.strays]:
        _one(desk, parcel, name, error, at, whole=error is seen.refused)


async def refused(desk: Desk, parcel: Parcel, error: ProviderError) -> None:
    """Say that a vendor will not have a batch: its requests go on live, which says more."""
    absent = error.status == HTTPStatus.NOT_FOUND  # a gateway that knows of no batches
    if absent or error.cause not in {"denied", "exhausted"}:
        desk.told(f"{error}: its {len(parcel.entries)} requests are asked live")
        error = ProviderError("cancelled", str(error), status=error.status)
    now = desk.calls.wall()
    for name in [*parcel.entries, *parcel.strays]:
        _one(desk, parcel, name, error, now)
    await desk.reached(parcel, "collected")


async def released(desk: Desk, parcel: Parcel) -> None:
    """Say of intents that nobody waits for any more that they were never sent."""
    if parcel.strays:
        parcel.batch = replace(parcel.batch, vendor_file_id=None)  # which holds them, too
    error = ProviderError("cancelled", "prepared for a batch, and never sent")
    for name in list(parcel.strays):
        _one(desk, parcel, name, error, desk.calls.wall())
    if not parcel.entries:
        await desk.reached(parcel, "collected")
