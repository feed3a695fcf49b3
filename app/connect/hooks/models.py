"""The tables of hooks and of what they delivered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.data.column_types import Instant, Key


class HookRow(SQLModel, table=True):
    """One address that something outside may deliver to; its secret is made of the office's key and `salt`."""

    __tablename__ = "office_hook"
    __table_args__ = (UniqueConstraint("connector", "shop"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    connector: str
    shop: str
    target: str = ""  # what the connector does with it, such as the name of an import
    account_id: int = Field(foreign_key="office_account.id", sa_type=Key)
    salt: str
    created_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)


class DeliveryRow(SQLModel, table=True):
    """One delivery, kept once by the number that its sender gave it."""

    __tablename__ = "office_delivery"
    __table_args__ = (UniqueConstraint("hook_id", "delivery_no"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    hook_id: int = Field(foreign_key="office_hook.id", sa_type=Key)
    delivery_no: str
    sha256: str
    body: str = Field(sa_column=Column(Text, nullable=False))
    received_at: datetime = Field(sa_type=Instant)
