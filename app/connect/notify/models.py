"""The table of notices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel

from app.data.column_types import Instant, Key


class NoticeRow(SQLModel, table=True):
    """One message to one person; the job that brought it makes it come once."""

    __tablename__ = "office_notice"
    job_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    account_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False}, index=True)
    at: datetime = Field(sa_type=Instant)
    message: str
    form: str
    number: str
    facts: str = Field(sa_column=Column(Text, nullable=False))
    read_at: datetime | None = Field(default=None, sa_type=Instant)
