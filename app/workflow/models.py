"""The fixed tables of workflows: definitions kept for ever, runs, their events, the tasks in inboxes, clocks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.data.column_types import Instant, Key


class Definition(SQLModel, table=True):
    """A version of a workflow that a run began with, word for word (R-11.1)."""

    __tablename__ = "workflow_definition"
    hash: str = Field(primary_key=True)
    name: str
    text: str = Field(sa_column=Column(Text, nullable=False))


class Instance(SQLModel, table=True):
    """One approval run of one document. `version` guards against two decisions at once."""

    __tablename__ = "workflow_instance"
    __table_args__ = (Index("ix_workflow_instance_document", "form", "document_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    form: str
    document_id: int = Field(sa_type=Key)
    definition: str
    workflow: str
    stage: str
    status: str
    round: int
    applicant_id: int = Field(sa_type=Key, index=True)
    version: int = 1
    started_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class WorkflowEvent(SQLModel, table=True):
    """What happened to a document, in order; each row carries the hash of the one before (R-12.1)."""

    __tablename__ = "workflow_event"
    __table_args__ = (
        UniqueConstraint("form", "document_id", "seq"),
        Index("ix_workflow_event_instance", "instance_id"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    form: str
    document_id: int = Field(sa_type=Key)
    instance_id: int | None = Field(default=None, sa_type=Key)
    seq: int
    at: datetime = Field(sa_type=Instant)
    kind: str
    act: str = ""  # of a person: submit, approve, receive
    actor_id: int = Field(sa_type=Key)
    on_behalf_of: int | None = Field(default=None, sa_type=Key)
    via: str
    definition: str = ""
    document_hash: str = ""
    rule: str = ""
    comment: str = ""
    data: str = Field(sa_column=Column(Text, nullable=False))
    previous: str = ""
    hash: str


class TaskRow(SQLModel, table=True):
    """A slot in somebody's inbox."""

    __tablename__ = "workflow_task"
    __table_args__ = (
        UniqueConstraint("instance_id", "no"),
        Index("ix_workflow_task_holder", "holder_id", "state"),
        Index("ix_workflow_task_next", "state", "next_at"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    instance_id: int = Field(sa_type=Key)
    no: int
    form: str
    document_id: int = Field(sa_type=Key)
    step: str
    round: int
    owner_id: int = Field(sa_type=Key)
    holder_id: int = Field(sa_type=Key)
    state: str
    reason: str = ""
    opened_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    next_at: datetime | None = Field(default=None, sa_type=Instant)


class Timer(SQLModel, table=True):
    """A clock of a stage: when which `after` of it is due; document 0 is the form's look at midnight."""

    __tablename__ = "workflow_timer"
    __table_args__ = (Index("ix_workflow_timer_document", "form", "document_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    form: str
    document_id: int = Field(sa_type=Key)
    stage: str
    way: int
    due_at: datetime = Field(sa_type=Instant, index=True)


class Reminded(SQLModel, table=True):
    """That somebody was told of a document (line 0) or a row of it, for one day; told again where it repeats."""

    __tablename__ = "workflow_reminder"
    form: str = Field(primary_key=True)
    document_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    line_no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    reminder: str = Field(primary_key=True)
    day: str = Field(primary_key=True)  # ISO date that `at` gave
    told_on: str  # ISO date
