"""A worker that is killed in the midst of its jobs, and imports by hand."""

from __future__ import annotations

from app.office import Office
from tests.crashes.background import Imports, Notebooks
from tests.crashes.killing import killed


def test_imports_outlive_whoever_does_them(company: Office) -> None:
    killed(Imports(company), company.repository.database.dialect)


def test_notebook_runs_outlive_their_worker(company: Office) -> None:
    killed(Notebooks(company), company.repository.database.dialect)
