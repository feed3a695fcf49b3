"""The `daybook` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from app.cli.commands import run

    run()
