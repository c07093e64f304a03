"""``promptops ledger export``."""

from __future__ import annotations

from pathlib import Path

import click

from promptops.cli.common import emit, project


@click.command("export")
@click.argument("place", metavar="FOLDER|postgresql://…")
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are kept.  [default: .promptops/ledger.db]")  # fmt: skip
def command(*, place: str, ledger: Path | None) -> None:
    """Copy recorded calls to a new folder of Parquet files, by day, or into PostgreSQL.

    What is in the database already stays; copying twice changes nothing. `ledger query --from`
    asks either the same questions.

    Exit codes: 0 copied, 2 it cannot be.
    """
    from promptops.ledger.place import DEFAULT
    from promptops.warehouse.copying import to_parquet, to_postgres
    from promptops.warehouse.warehouse import is_postgres

    source = ledger or project().root / DEFAULT
    copied = to_postgres(source, place) if is_postgres(place) else to_parquet(source, Path(place))
    emit(", ".join(f"{rows:,} {name}" for name, rows in copied.items()))
