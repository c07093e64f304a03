"""``promptops rule``."""

from __future__ import annotations

import click

from promptops.cli.common import emit, project
from promptops.errors import UsageError


@click.command("rule")
@click.argument("wanted", metavar="[CODE|NAME]", required=False)
@click.option("--all", "everything", is_flag=True, help="List all rules.")
def command(wanted: str | None, everything: bool) -> None:
    """Explain a lint rule, by its code or name."""
    from promptops.lint.catalogue import all_rules, find

    rules = all_rules(project().config.lint.plugins)
    if everything:
        for rule in rules:
            emit(f"{rule.code}  {rule.severity.label:<7}  {rule.name:<22} {rule.summary}")
        return
    if wanted is None:
        raise UsageError("name a rule, or give --all to list them")
    rule = find(wanted, rules)
    options = "".join(
        f"- `{k.replace('_', '-')}` (default {v!r})\n" for k, v in rule.options.items()
    )
    emit(f"# {rule.code} {rule.name} ({rule.severity.label})\n\n{rule.explanation}\n")
    if options:
        emit(f"\n## Options (`[tool.promptops.lint.rules.{rule.name}]`)\n\n{options}")
