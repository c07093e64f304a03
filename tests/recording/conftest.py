"""What recorders of tests leave in the machine's memory goes with their ledgers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from promptops.ledger import tallies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def swept(tmp_path: Path) -> Iterator[None]:
    """Remove what is left of ledgers in a test's folder."""
    yield
    for ledger in (tmp_path / "ledger.db", *tmp_path.rglob("*.db")):
        for left in tallies.MEMORY.glob(f"{tallies._prefix(ledger)}*"):
            left.unlink(missing_ok=True)
