"""``reconciler github``: what the workflows of docs/github.md call."""

from __future__ import annotations

import click

from reconciler.cli.github_comment import comment
from reconciler.cli.github_issues import issues
from reconciler.cli.github_run import run


@click.group()
def github() -> None:
    """Run inside a GitHub workflow: report a run, comment on a pull request, keep issues."""


for _command in (run, comment, issues):
    github.add_command(_command)
