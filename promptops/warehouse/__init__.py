"""Where recorded calls are asked about: SQLite, DuckDB, PostgreSQL; the only importer of ibis."""
