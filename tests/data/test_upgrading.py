"""An office that an earlier Daybook made opens with this one: what its fixed tables lack is added, the rest stays."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text, inspect, text

from app.data.database import Database
from app.data.repository import Repository, prepare
from app.data.upgrading import upgrade
from tests.data.factories import a_catalogue, a_form, a_person, a_repository


def old_table(database: Database) -> None:
    """Make a table as it was, with a row."""
    with database.writing() as connection:
        connection.execute(text("create table office_thing (id integer primary key, name text)"))
        connection.execute(text("insert into office_thing (id, name) values (1, 'pen')"))


def new_table() -> MetaData:
    """Give the same table as it is now: two columns and an index more."""
    metadata = MetaData()
    things = Table(
        "office_thing",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", Text),
        Column("colour", String, nullable=False, default="it's blue"),
        Column("weight", Integer),
    )
    Index("ix_office_thing_colour", things.c.colour)
    return metadata


def test_columns_and_indexes_come_in_with_their_defaults_and_rows_stay(database_url: str) -> None:
    database = Database(database_url)
    old_table(database)
    with database.writing() as connection:
        assert len(upgrade(connection, new_table(), before={"office_thing"})) == 3
        assert upgrade(connection, new_table(), before={"office_thing"}) == [], "a second start does nothing"
        row = connection.execute(text("select id, name, colour, weight from office_thing")).one()
        assert tuple(row) == (1, "pen", "it's blue", None)
        assert [index["name"] for index in inspect(connection).get_indexes("office_thing")] == [
            "ix_office_thing_colour"
        ]
    database.close()


def test_a_column_that_may_not_be_empty_says_what_it_needs(database_url: str) -> None:
    database = Database(database_url)
    old_table(database)
    metadata = MetaData()
    Table("office_thing", metadata, Column("id", Integer, primary_key=True), Column("size", Integer, nullable=False))
    try:
        with database.writing() as connection:
            upgrade(connection, metadata, before={"office_thing"})
    except AssertionError as refusal:
        assert "office_thing.size needs a constant default" in str(refusal)
    else:
        raise AssertionError("an impossible column was added")
    database.close()


def test_an_office_without_persons_gets_them_at_its_next_start(database_url: str) -> None:
    repository: Repository = a_repository(database_url, a_catalogue(a_form("note", {"text": "text"})))
    a_person(repository, "ann")
    with repository.database.writing() as connection:
        connection.execute(text("alter table office_account drop column person_id"))
    repository.close()
    database = Database(database_url)
    prepare(database)
    with database.reading() as connection:
        rows = connection.execute(text("select name, person_id from office_account order by id")).all()
    assert [tuple(row) for row in rows] == [("system", None), ("ann", None)]
    database.close()
