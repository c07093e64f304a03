"""``promptops comment``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli.common import emit
from promptops.errors import UsageError

if TYPE_CHECKING:
    from promptops.cli.comment_body import Page
    from promptops.forges.forge import Forge
    from promptops.forges.surroundings import Place

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("comment")
@click.argument("file", metavar="REPORT.json", type=_FILE)
@click.option("--platform", type=click.Choice(["github", "gitlab", "bitbucket"]),
              help="Whose pull request it is.  [default: by the job's variables]")  # fmt: skip
@click.option("--repo", metavar="OWNER/NAME", help="The repository.  [default: the job's]")
@click.option("--pull-request", "number", metavar="N", type=click.IntRange(1, 2**31 - 1),
              help="The pull request.  [default: the job's]")  # fmt: skip
@click.option("--from-workflow-run", "event", metavar="EVENT.json", type=_FILE,
              help="Find the pull request of a workflow_run event, from a fork too.")  # fmt: skip
@click.option("--tag", metavar="TAG",
              help="Tells this comment from those of other jobs.  [default: default; of evals, "
                   "evals]")  # fmt: skip
@click.option("--behavior", type=click.Choice(["update", "new", "hide-and-new", "delete-and-new"]),
              default="update", show_default=True,
              help="What becomes of the earlier comment.")  # fmt: skip
@click.option("--skip-no-diff", is_flag=True,
              help="Write no first comment where no prompt changed.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Print the comment, and send nothing.")
def command(  # noqa: PLR0913 - one for each option
    *,
    file: Path,
    platform: str | None,
    repo: str | None,
    number: int | None,
    event: Path | None,
    tag: str | None,
    behavior: str,
    skip_no_diff: bool,
    dry_run: bool,
) -> None:
    """Post a report of `diff-cost`, `eval` or `eval all` to its pull request.

    It is what these print with `--format json`.

    The token is read from GITHUB_TOKEN, GITLAB_TOKEN or BITBUCKET_TOKEN. An older report never
    replaces a newer one, and the same text is not written twice. Where $GITHUB_STEP_SUMMARY is
    set, the full report goes there, too, also with --dry-run.

    Exit codes: 0 posted, or nothing to post; 2 the call, the report, the network or a permission.
    """
    from promptops.cli.comment_body import Page, read_posted, says_something, write_summary
    from promptops.forges.marks import check_tag

    data = read_posted(file)
    page = Page(data, None if tag is None else check_tag(tag))
    if dry_run:
        where = _place(platform, repo, number, event) if platform or event else None
        write_summary(data, where.head if where else None)
        emit(page.body(where.platform if where else "github", where.head if where else None))
        return
    where = _place(platform, repo, number, event)
    write_summary(data, where.head)
    forge = _forge(where, event)
    if forge is None:
        emit(f"no open pull request has {where.head}: nothing was written")
        return
    emit(_post(forge, page, where, behavior, first=not skip_no_diff or says_something(data)))


def _place(platform: str | None, repo: str | None, number: int | None, event: Path | None) -> Place:
    from dataclasses import replace

    from promptops.forges.runs import read_run
    from promptops.forges.surroundings import check_repo, place, read_event

    found = place(os.environ, "github" if event else platform)
    if event is not None:
        if repo or number or platform not in {None, "github"}:
            raise UsageError("--from-workflow-run finds the pull request itself, on GitHub")
        run = read_run(read_event(event))
        return replace(found, repo=run.repo, number=None, head=run.sha)
    if number is not None and number != found.number:
        # The job's own commit is that of another pull request.
        found = replace(found, number=number, head=None)
    return replace(found, repo=check_repo(repo)) if repo else found


def _forge(where: Place, event: Path | None) -> Forge | None:
    from promptops.cli.comment_forge import forge_of, pull_request_of
    from promptops.forges.surroundings import check_repo

    if where.repo is None:
        raise UsageError("which repository? Say --repo OWNER/NAME")
    repo, number = check_repo(where.repo), where.number
    if event is not None:
        number = pull_request_of(where, event)
        if number is None:
            return None
    if number is None:
        raise UsageError("which pull request? The job is for none: say --pull-request N")
    return forge_of(where, repo, number)


def _post(forge: Forge, page: Page, where: Place, behavior: str, *, first: bool) -> str:
    from promptops.forges.posting import carry_out, plan

    if behavior == "hide-and-new" and not forge.hides:
        raise UsageError(f"{where.platform} cannot hide comments; delete-and-new deletes them")
    body = page.body(where.platform, where.head)
    wanted = plan(forge.comments(), page.mark(where.head), body, behavior, first=first)
    return carry_out(forge, wanted, body)
