"""A run in the hands of one process: its lease, and the signs of life that keep it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from promptops.errors import LedgerError
from promptops.ledger.leases import TakenOver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from promptops.ledger.leases import Lease
    from promptops.ledger.ledger import Ledger

BEAT: Final = 15.0  # seconds between signs of life


@asynccontextmanager
async def held(
    ledger: Ledger, run_id: str, taken: Callable[[str], None], beat: float = BEAT
) -> AsyncIterator[Lease]:
    """Hold a run while the block runs; ``taken`` is told if another process takes it over.

    Raises:
        LedgerError: A live process has it.
    """
    lease = ledger.lease(run_id)
    beating = asyncio.ensure_future(_beat(lease, taken, beat))
    try:
        yield lease
    finally:
        beating.cancel()
        lease.release()


async def _beat(lease: Lease, taken: Callable[[str], None], beat: float) -> None:
    while True:
        await asyncio.sleep(beat)
        try:
            await asyncio.to_thread(lease.beat)
        except TakenOver as error:
            taken(str(error))
            return
        except LedgerError:  # whoever writes so long will be done before the lease is stale
            continue
