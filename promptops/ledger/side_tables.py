"""The tables beside recorded calls: texts of calls, kept on request, and what was not recorded."""

from __future__ import annotations

from typing import Final

SIDE_NEVER_CHANGED: Final = ("texts", "call_texts", "losses")

TEXT_COLUMNS: Final = ("text_sha256", "text")
CALL_TEXT_COLUMNS: Final = ("call_id", "position", "role", "at", "text_sha256")
LOSS_COLUMNS: Final = ("loss_id", "at", "process", "kind", "cause", "number")

# A text stands once, however many calls sent it; ``at`` is its call's time, by which it grows old.
TABLES_BESIDE_CALLS: Final = """
CREATE TABLE texts (text_sha256 TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL);

CREATE TABLE call_texts (
  call_id TEXT NOT NULL, position INTEGER NOT NULL, role TEXT NOT NULL, at REAL NOT NULL,
  text_sha256 TEXT NOT NULL, PRIMARY KEY (call_id, position)
) WITHOUT ROWID;

CREATE TABLE losses (
  loss_id TEXT NOT NULL PRIMARY KEY, at REAL NOT NULL, process TEXT NOT NULL, kind TEXT NOT NULL,
  cause TEXT NOT NULL, number INTEGER NOT NULL
) WITHOUT ROWID;

CREATE VIEW recorded_texts AS
SELECT datetime(call_texts.at, 'unixepoch') AS sent, prompt, version, contexts.model, feature,
  call_texts.call_id, position, role, text
FROM call_texts JOIN texts USING (text_sha256) LEFT JOIN calls USING (call_id)
LEFT JOIN contexts USING (context_id)"""
