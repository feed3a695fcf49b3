"""What is kept of each run: how far it came, what it made, which rows stayed out and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from app.data.column_types import Instant, Key


class ImportRun(SQLModel, table=True):
    """One run of an import or of a plan; `part` and `place` tell how many documents of which target are through."""

    __tablename__ = "import_run"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    name: str = Field(index=True)
    kind: str = "import"  # import plan form
    parent_id: int | None = Field(default=None, sa_type=Key, index=True)  # the run of the plan
    file: str = ""
    digest: str = ""  # of the files and of the mapping: the same again is the same run
    account_id: int = Field(sa_type=Key)
    state: str = "running"  # running done failed undone
    part: int = 0
    place: int = 0
    counts: str = Field(default="{}", sa_column=Column(Text, nullable=False))
    started_at: datetime = Field(sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)


class ImportMade(SQLModel, table=True):
    """A document that a run made; `place` -1: one that came with another, such as a product's variant."""

    __tablename__ = "import_made"
    form: str = Field(primary_key=True)
    document_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    run_id: int = Field(foreign_key="import_run.id", sa_type=Key, index=True)
    part: int = 0
    place: int = 0


class ImportChanged(SQLModel, table=True):
    """A document that a run changed, and the version that this made; the audit row of that version has the old values."""

    __tablename__ = "import_changed"
    run_id: int = Field(primary_key=True, foreign_key="import_run.id", sa_type=Key)
    form: str = Field(primary_key=True)
    document_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    version: int
    part: int = 0
    place: int = 0


class ImportRejection(SQLModel, table=True):
    """A row that stayed out, and why; `place` -1: before it became part of a document."""

    __tablename__ = "import_rejection"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    run_id: int = Field(foreign_key="import_run.id", sa_type=Key, index=True)
    part: int = 0
    place: int = -1
    file: str
    row_no: int
    column_name: str = ""
    value: str = ""
    en: str = Field(sa_column=Column(Text, nullable=False))
    zh: str = Field(sa_column=Column(Text, nullable=False))
    cells: str = Field(default="{}", sa_column=Column(Text, nullable=False))
