"""The table of what vendors billed: sums that stand beside recorded calls, not among them."""

from __future__ import annotations

from typing import Final

OF: Final = ("model", "tier", "workspace", "api_key", "item")
BILLED_COLUMNS: Final = (
    "billed_id", "vendor", "report", "day", "begins", "ends", "grouping", *OF, "input_tokens",
    "cache_read_tokens", "cache_write_tokens", "cache_write_long_tokens", "output_tokens",
    "write_ttl", "long_ttl", "requests", "usd",
)  # fmt: skip

# An export of the same bucket with later figures replaces it, so rows may change. ``usd`` is text:
# vendors tell dollars to more digits than a number holds.
TABLE_OF_BILLED: Final = """
CREATE TABLE billed (
  billed_id TEXT NOT NULL PRIMARY KEY, vendor TEXT NOT NULL, report TEXT NOT NULL,
  day INTEGER NOT NULL, begins REAL NOT NULL, ends REAL, "grouping" TEXT NOT NULL, model TEXT,
  tier TEXT, workspace TEXT, api_key TEXT, item TEXT, input_tokens INTEGER,
  cache_read_tokens INTEGER, cache_write_tokens INTEGER, cache_write_long_tokens INTEGER,
  output_tokens INTEGER, write_ttl TEXT, long_ttl TEXT, requests INTEGER, usd TEXT
) WITHOUT ROWID"""

# In place of the table, where a ledger is older than it.
NO_BILLED: Final = f"""
SELECT {", ".join(f'NULL AS "{name}"' for name in BILLED_COLUMNS)} WHERE 0"""
