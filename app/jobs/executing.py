"""The process that executes a notebook: papermill, which ends when the worker that waits for it has died.

Started by its path; its standard input is a pipe whose other end only the worker holds.
"""

from __future__ import annotations

import os
import threading


def main() -> None:
    """Run papermill with the arguments of this process."""
    threading.Thread(target=_end_with_worker, daemon=True).start()
    from papermill.cli import papermill

    papermill()


def _end_with_worker() -> None:
    """Two tries of one run would write the same files: nobody goes on for a worker that is gone."""
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
