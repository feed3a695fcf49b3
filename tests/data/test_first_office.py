"""An office that the very first schema made opens under today's code, and everything that was in it is of use."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlmodel import SQLModel

from app.core.actor import SYSTEM
from app.core.errors import KeyReused
from app.data import accounts, sealing
from app.data.database import Database
from app.jobs.runner import due_jobs, run_job
from app.ledger import Ledger
from app.office import Office
from tests.conftest import open_office

OLD = Path(__file__).parent / "old_offices"


@pytest.fixture
def old_office(database_url: str, tmp_path: Path) -> Office:
    """The fixed tables of the first schema with their rows, opened by today's code."""
    database = Database(database_url)
    text = (OLD / f"first.{database.dialect}.sql").read_text()
    with database.writing() as connection:
        for statement in filter(str.strip, text.split(";\n")):
            connection.exec_driver_sql(statement)
    database.close()
    return open_office(tmp_path, database_url)


def test_every_table_and_column_of_today_is_there(old_office: Office) -> None:
    with old_office.repository.database.reading() as connection:
        known = inspect(connection)
        for table in SQLModel.metadata.sorted_tables:
            there = {column["name"] for column in known.get_columns(table.name)}
            assert {column.name for column in table.columns} <= there, table.name
    old_office.repository.close()


def test_people_audit_numbers_keys_and_jobs_go_on(old_office: Office) -> None:
    assert accounts.sign_in(old_office.repository, "ann", "not-a-secret").token
    bob = old_office.as_user("bob")
    assert bob.draft("supplier").values["name"] == "Half"
    assert bob.create("supplier", {"name": "Second vendor"}).number == "S-00002", "numbers go on"
    with bob.transaction() as tx:
        assert tx.claim("key-1", ["x"]) == {"number": "S-00001"}, "an old key gives its first answer"
        with pytest.raises(KeyReused):
            tx.claim("key-1", ["y"])
    assert {run_job(old_office.repository, job) for job in due_jobs(old_office.repository)} == {"done"}
    with old_office.repository.transaction(SYSTEM) as tx:
        sealing.seal(tx)
        assert sealing.verify(tx).broken == ()
        assert Ledger(tx).verify() == []
    old_office.repository.close()
