"""The fixed tables: accounts, roles held, audit, outbox, commands, sequences, files, drafts, views."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.data.column_types import Instant, Key


class Account(SQLModel, table=True):
    """Who signs in; number 0 is the office itself."""

    __tablename__ = "office_account"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    name: str = Field(unique=True)
    title: str = ""
    password: str = ""
    locale: str = "en"
    active: bool = True
    created_at: datetime = Field(sa_type=Instant)
    person_id: int | None = Field(
        default=None, sa_type=Key
    )  # shared by the accounts of one person; none: it is his only one
    email: str = Field(default="", sa_column_kwargs={"server_default": ""})  # as the company's own sign-in knows it


class Session(SQLModel, table=True):
    """A signed-in browser, by the hash of its token."""

    __tablename__ = "office_session"
    token: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="office_account.id", sa_type=Key, index=True)
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    seen_at: datetime | None = Field(default=None, sa_type=Instant)
    address: str = Field(default="", sa_column_kwargs={"server_default": ""})
    agent: str = Field(default="", sa_column_kwargs={"server_default": ""})
    stage: str = Field(default="", sa_column_kwargs={"server_default": ""})  # what must be done first: code enrol


class Token(SQLModel, table=True):
    """A bearer token of an account for programs, by its hash, with what it is good for."""

    __tablename__ = "office_token"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    token: str = Field(unique=True)
    account_id: int = Field(foreign_key="office_account.id", sa_type=Key, index=True)
    title: str = ""
    scopes: str = ""
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)


class SecondFactor(SQLModel, table=True):
    """The secret of an account's authenticator app, locked with the office's key; a new one waits to be confirmed."""

    __tablename__ = "office_second_factor"
    account_id: int = Field(primary_key=True, foreign_key="office_account.id", sa_type=Key)
    secret: str = ""
    waiting: str = ""
    last_step: int = Field(default=0, sa_type=Key)  # of time, that a code was used for
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)


class RecoveryCode(SQLModel, table=True):
    """A code that is good once in the place of the app, by its hash."""

    __tablename__ = "office_recovery_code"
    account_id: int = Field(primary_key=True, foreign_key="office_account.id", sa_type=Key)
    code: str = Field(primary_key=True)


class Identity(SQLModel, table=True):
    """A person's account with an outside provider, and whose it is here."""

    __tablename__ = "office_identity"
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="office_account.id", sa_type=Key, index=True)
    linked_at: datetime = Field(sa_type=Instant)


class SignInFlow(SQLModel, table=True):
    """A sign-in that was sent to the outside provider, by the hash of its state; used once."""

    __tablename__ = "office_sign_in_flow"
    state: str = Field(primary_key=True)
    nonce: str
    verifier: str
    back: str = ""
    expires_at: datetime = Field(sa_type=Instant)


class AccountEvent(SQLModel, table=True):
    """What happened to an account, and who did it."""

    __tablename__ = "office_account_event"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    at: datetime = Field(sa_type=Instant)
    account_id: int = Field(sa_type=Key, index=True)
    by_id: int = Field(sa_type=Key)
    act: str
    facts: str = "{}"


class SensitiveRead(SQLModel, table=True):
    """Who read fields that are hidden from others: by which door, of which document or by which question."""

    __tablename__ = "office_sensitive_read"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    at: datetime = Field(sa_type=Instant, index=True)
    account_id: int = Field(sa_type=Key, index=True)
    door: str
    form: str
    what: str = Field(sa_column=Column(Text, nullable=False))  # a number, or the question
    fields: str = Field(sa_column=Column(Text, nullable=False))
    rows: int = Field(default=1, sa_type=Key)


class SignInFailure(SQLModel, table=True):
    """How often a name or an address was tried in vain, and until when it must wait."""

    __tablename__ = "office_sign_in_failure"
    name: str = Field(primary_key=True)
    failures: int = 0
    waits_until: datetime | None = Field(default=None, sa_type=Instant)


class RoleHolder(SQLModel, table=True):
    """Who holds a role, from when to when, and for which record only."""

    __tablename__ = "office_role_holder"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    account_id: int = Field(foreign_key="office_account.id", sa_type=Key, index=True)
    role: str = Field(index=True)
    scope_form: str | None = None
    scope_id: int | None = Field(default=None, sa_type=Key)
    from_on: date | None = None
    to_on: date | None = None


class AuditEntry(SQLModel, table=True):
    """One write: who, through which door, what changed."""

    __tablename__ = "office_audit"
    __table_args__ = (Index("ix_office_audit_document", "form", "document_id"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    chg: int = Field(sa_type=Key, index=True)
    at: datetime = Field(sa_type=Instant)
    actor_id: int = Field(sa_type=Key)
    cause_id: int | None = Field(default=None, sa_type=Key)  # the person behind an act of the machine
    door: str
    form: str
    document_id: int = Field(sa_type=Key)
    number: str
    version: int
    act: str
    diff: str = Field(sa_column=Column(Text, nullable=False))


class OutboxRow(SQLModel, table=True):
    """A job: an effect that is due once its transaction is kept; a worker runs it and says how it went."""

    __tablename__ = "office_outbox"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    kind: str
    payload: str = Field(sa_column=Column(Text, nullable=False))
    key: str | None = Field(default=None, unique=True)
    created_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    state: str = Field(
        default="waiting", index=True, sa_column_kwargs={"server_default": "waiting"}
    )  # running done failed stopped
    account_id: int | None = Field(default=None, sa_type=Key)  # who asked for it
    run: str = Field(default="", sa_column_kwargs={"server_default": ""})  # which run of a worker has it
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    done_at: datetime | None = Field(default=None, sa_type=Instant)
    progress: str = Field(default="", sa_column_kwargs={"server_default": ""})
    result: str | None = Field(default=None, sa_column=Column(Text))
    error: str | None = Field(default=None, sa_column=Column(Text))


class Command(SQLModel, table=True):
    """A request from outside by its key: what was asked, and the first answer."""

    __tablename__ = "office_command"
    key: str = Field(primary_key=True)
    account_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    fingerprint: str
    answer: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime = Field(sa_type=Instant)


class Sequence(SQLModel, table=True):
    """The last number given out under a name."""

    __tablename__ = "office_sequence"
    name: str = Field(primary_key=True)
    value: int = Field(sa_type=Key)


class ChangeNumber(SQLModel, table=True):
    """SQLite: the number of the last write transaction. PostgreSQL: what is added to its own count, for a restored office."""

    __tablename__ = "office_change"
    id: int = Field(default=1, primary_key=True)
    number: int = Field(default=0, sa_type=Key)


class AnalyticsSnapshot(SQLModel, table=True):
    """Which snapshot file questions are answered from, and from which change on they must read on here."""

    __tablename__ = "office_snapshot"
    id: int = Field(default=1, primary_key=True)
    name: str  # of the file in var/snapshots
    chg: int = Field(sa_type=Key)  # every change below this number is in the file
    entry: int = Field(sa_type=Key)  # SQLite: the last entry of the ledger that is in the file
    tables: str = Field(sa_column=Column(Text, nullable=False))  # JSON: what each of its tables keeps
    rows: int = Field(sa_type=Key)  # in the file
    replaced: int = Field(sa_type=Key)  # of them since it was last written as a whole
    built_at: datetime = Field(sa_type=Instant)


class AskedSql(SQLModel, table=True):
    """What a person asked in SQL: his own history, the newest of each text."""

    __tablename__ = "office_asked_sql"
    __table_args__ = (Index("ix_office_asked_sql_account", "account_id", "asked_at"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    account_id: int = Field(sa_type=Key)
    text: str = Field(sa_column=Column(Text, nullable=False))
    asked_at: datetime = Field(sa_type=Instant)
    rows: int = Field(sa_type=Key)


class StoredFile(SQLModel, table=True):
    """A kept file: its name for people, its content by hash."""

    __tablename__ = "office_file"
    id: str = Field(primary_key=True)
    sha256: str = Field(index=True)
    name: str
    type: str
    size: int = Field(sa_type=Key)
    created_at: datetime = Field(sa_type=Instant)
    created_by: int = Field(sa_type=Key)


class FileUse(SQLModel, table=True):
    """Which document holds a file, in which field."""

    __tablename__ = "office_file_use"
    file_id: str = Field(primary_key=True, foreign_key="office_file.id")
    form: str = Field(primary_key=True)
    document_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    field: str = Field(primary_key=True)


class Draft(SQLModel, table=True):
    """What a person typed and did not save yet: private, without number or audit."""

    __tablename__ = "office_draft"
    __table_args__ = (UniqueConstraint("account_id", "form", "number"),)
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    account_id: int = Field(sa_type=Key)
    form: str
    number: str = ""
    content: str = Field(sa_column=Column(Text, nullable=False))
    changed_at: datetime = Field(sa_type=Instant)


class Alert(SQLModel, table=True):
    """That somebody was told of a figure which stands beyond its line; the row goes when it comes back."""

    __tablename__ = "office_alert"
    metric: str = Field(primary_key=True)  # empty: the last look at all of them
    account_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    day: str  # ISO date


class SavedView(SQLModel, table=True):
    """A list as a person likes it: filters, columns, sort; his own, or shared with roles."""

    __tablename__ = "office_view"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    account_id: int = Field(sa_type=Key)
    form: str = Field(index=True)
    title: str
    content: str = Field(sa_column=Column(Text, nullable=False))
    roles: str = ""


class FormVersion(SQLModel, table=True):
    """Which catalogue is in force: other processes compare it."""

    __tablename__ = "office_form_version"
    id: int = Field(default=1, primary_key=True)
    version: str = ""
    published_at: datetime | None = Field(default=None, sa_type=Instant)


class FormTable(SQLModel, table=True):
    """A table that forms own, with the small number that search uses for it."""

    __tablename__ = "office_form"
    no: int | None = Field(default=None, primary_key=True, sa_type=Key)
    name: str = Field(unique=True)
    columns: str = Field(default="{}", sa_column=Column(Text, nullable=False))  # what each of its tables keeps
    demands: str | None = Field(default=None, sa_column=Column(Text))  # what it asks of its documents


class DocumentGrant(SQLModel, table=True):
    """A right on one document that comes from a run: seeing it, or changing some of its fields."""

    __tablename__ = "document_grant"
    __table_args__ = (
        Index("ix_document_grant_document", "form", "document_id"),
        Index("ix_document_grant_account", "account_id", "form"),
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    form: str
    document_id: int = Field(sa_type=Key)
    account_id: int = Field(sa_type=Key)
    verb: str  # view edit
    fields: str = ""  # of edit: names with commas between
    source: str = Field(default="", index=True)  # who gave it: `task:12`
