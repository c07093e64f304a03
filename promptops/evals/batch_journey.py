"""The way of one batch: prepared, uploaded, submitted, ended, collected; each is a row.

From ``uploaded`` on a vendor may have the batch, whether its id came back or not. So nothing is
sent from there on before the vendor's list was asked, and a batch of it that may be this one has
shown whose it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.errors import ConfigError
from promptops.evals.batch_desk import Left
from promptops.evals.batch_ending import missing, refused, released, results
from promptops.evals.retries import RULES
from promptops.model.evaluation import ProviderError

if TYPE_CHECKING:
    from promptops.evals.batch_desk import Desk
    from promptops.evals.batch_parcel import Parcel
    from promptops.providers.batch import Seen

SLACK: Final = 86_400.0  # seconds that this clock may be ahead of a vendor's


async def journey(desk: Desk, parcel: Parcel, *, wait: bool) -> None:
    """Take a batch as far as it comes; without ``wait``, until it is at work.

    Raises:
        Left: It stays with its vendor.
        ConfigError: The vendor refuses to tell of it.
    """
    if desk.stopped.is_set():
        raise Left
    waits = wait or parcel.batch.state in {"submitted", "ended"}
    try:
        seen = await submitted(desk, parcel, wait=wait)
    except ProviderError as error:
        await refused(desk, parcel, error)
        return
    if seen is None:
        return
    if not waits:
        raise Left
    seen = await _ended(desk, parcel, seen, wait=wait)
    if parcel.batch.state != "ended":
        await desk.reached(parcel, "ended", seen.ended)
    await desk.patient(lambda: results(desk, parcel, seen))
    missing(desk, parcel, seen)
    await desk.reached(parcel, "collected")


async def submitted(desk: Desk, parcel: Parcel, *, wait: bool) -> Seen | None:
    """Return a batch as its vendor has it, made now or before, and once; None if it is empty.

    Raises:
        ProviderError: The vendor will not have it, and has not made it.
        Left: The run was stopped before, or does not wait to learn what became of it.
    """
    name = parcel.batch.vendor_batch_id
    if name is not None:
        return await desk.patient(lambda: parcel.service.look(name))
    found = None
    if parcel.batch.state == "uploaded":
        found = await _matched(desk, parcel, wait=wait)
    if found is None:
        await released(desk, parcel)
        if not parcel.entries:
            return None
        found = await _made(desk, parcel, wait=wait)
    await desk.reached(parcel, "submitted", vendor_batch_id=found.id)
    desk.notes.submitted(parcel)
    desk.told(f"{parcel.service.who}: batch {found.id} of {len(parcel.entries)} requests")
    return found


async def _made(desk: Desk, parcel: Parcel, *, wait: bool) -> Seen:
    service, tried = parcel.service, 0
    while True:
        if desk.stopped.is_set():
            raise Left
        try:
            handed = parcel.handed()
            file = parcel.batch.vendor_file_id
            if service.uploads and file is None:
                file = await service.upload(handed)
            if parcel.batch.state == "prepared" or file != parcel.batch.vendor_file_id:
                await desk.reached(parcel, "uploaded", vendor_file_id=file)
            return await service.submit(handed, file)
        except ProviderError as error:
            if parcel.batch.state == "uploaded" and error.billed == "unknown":
                found = await _matched(desk, parcel, wait=wait)
                if found is not None:
                    return found
            tried += 1
            if tried >= RULES[error.cause].attempts:
                raise
            await desk.pause(error.retry_after or desk.pace.first * 2.0 ** (tried - 1))


async def _matched(desk: Desk, parcel: Parcel, *, wait: bool) -> Seen | None:
    """Return the batch of a parcel that was sent already, if it was.

    Raises:
        ConfigError: This account cannot tell.
    """
    if parcel.batch.account != parcel.service.account:
        raise ConfigError(
            f"{parcel.service.who}: batch {parcel.batch.batch_id} may have been sent with another "
            "key: set that one, so that it is not paid twice"
        )
    desk.told(f"{parcel.service.who}: looking for a batch that may have been sent already")
    found = await desk.patient(lambda: _listed(desk, parcel, wait=wait))
    if found is None:
        # What was sent a moment ago may not be listed yet.
        await desk.pause(desk.pace.settle)
        found = await desk.patient(lambda: _listed(desk, parcel, wait=wait))
    return found


async def _listed(desk: Desk, parcel: Parcel, *, wait: bool) -> Seen | None:
    service = parcel.service
    names = {*parcel.entries, *parcel.strays}
    candidates: list[Seen] = []
    owned = desk.owned()
    async for seen in service.recent(parcel.batch.at - SLACK):
        if service.uploads:
            if seen.nonce == parcel.batch.nonce:
                return seen
        elif (parcel.batch.provider, seen.id) in owned:
            continue
        elif seen.requests == len(names) and seen.refused is None:
            candidates.append(seen)
    for candidate in reversed(candidates):
        if await _is(desk, parcel, candidate, names, wait=wait):
            return candidate
    return None


async def _is(desk: Desk, parcel: Parcel, candidate: Seen, names: set[str], *, wait: bool) -> bool:
    """Whether a batch is the one that was sent: its results alone tell, so they are waited for."""
    seen = await _ended(desk, parcel, candidate, wait=wait)
    found = False
    async for name, _ in parcel.service.results(seen):
        if name not in names:
            return False
        found = True
    return found


async def _ended(desk: Desk, parcel: Parcel, seen: Seen, *, wait: bool) -> Seen:
    seconds = desk.pace.first
    while seen.ended is None:
        desk.notes.progress(parcel, seen)
        if not wait:
            raise Left
        await desk.pause(seconds)
        seconds = min(seconds * desk.pace.growth, desk.pace.longest)
        name = seen.id
        seen = await desk.patient(lambda name=name: parcel.service.look(name))  # type: ignore[misc]
    return seen
