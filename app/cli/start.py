"""`python -m app.cli.start ...` is `daybook ...` where the command itself is not on the path."""

from __future__ import annotations

from app.cli import main

if __name__ == "__main__":
    main()
