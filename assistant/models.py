"""The assistant's own rows: what was asked and answered, and confirmations that were given out."""

from __future__ import annotations

import threading
from datetime import datetime
from weakref import WeakSet

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from app.data.column_types import Instant, Key
from app.data.repository import Repository


class Turn(SQLModel, table=True):
    """One question of a person and its answer; what was not understood is found here too."""

    __tablename__ = "assistant_turn"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    thread: str = Field(index=True)
    account_id: int = Field(sa_type=Key, index=True)
    asked_at: datetime = Field(sa_type=Instant)
    question: str = Field(sa_column=Column(Text, nullable=False))
    state: str
    answer: str = Field(sa_column=Column(Text, nullable=False))
    tool: str = ""
    arguments: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    choices: str = Field(default="[]", sa_column=Column(Text, nullable=False))


class Confirmation(SQLModel, table=True):
    """A confirmation that was given out, by its nonce: good once."""

    __tablename__ = "assistant_confirmation"
    nonce: str = Field(primary_key=True)
    account_id: int = Field(sa_type=Key)
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


_prepared: WeakSet[Repository] = WeakSet()
_preparing = threading.Lock()


def prepare(repository: Repository) -> None:
    """Make the assistant's tables where they are missing, once a process and office."""
    if repository in _prepared:
        return
    with _preparing, repository.database.writing() as connection:
        SQLModel.metadata.create_all(connection, tables=[Turn.__table__, Confirmation.__table__])  # type: ignore[attr-defined]
    _prepared.add(repository)
