"""Which connectors understand deliveries, and what each must be able to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.connect.hooks.signing import signed_delivery
from app.core.actor import Actor
from app.core.errors import DaybookError
from app.core.words import Words
from app.data.repository import Repository
from app.data.transaction import Transaction


@dataclass(frozen=True)
class Arrived:
    """A delivery that is being worked: where to, its number, its content, the job that does it."""

    shop: str
    target: str
    delivery_no: str
    body: Any
    job: int


class Inbound(Protocol):
    """What one kind of outside system sends, and what becomes of it."""

    name: str
    title: Words

    def check(self, tx: Transaction, target: str) -> None:
        """Refuse a target that this connector can't serve; asked when a hook is made."""

    def verified(self, key: bytes, headers: Mapping[str, str], body: bytes, *, now: float) -> str:
        """Give the number of a delivery whose signature is right and whose time is near; raise otherwise."""
        return signed_delivery(key, headers, body, now=now)

    def accept(self, tx: Transaction, target: str, body: Any) -> None:
        """Refuse at the door what can't be understood; quick, and without writing anything."""

    def take(self, repository: Repository, actor: Actor, arrived: Arrived) -> dict[str, Any]:
        """Do what the delivery asks for with the rights of the hook's account; may be tried often."""
        ...


class UnknownConnector(DaybookError):
    """There is no connector '{name}'. There is {known}."""

    zh = "没有连接器“{name}”，现有：{known}。"
    status = 404


_connectors: dict[str, Inbound] = {}


def inbound(connector: Inbound) -> Inbound:
    """Register a connector under its name."""
    _connectors[connector.name] = connector
    return connector


def connectors() -> Mapping[str, Inbound]:
    """Give every connector by its name."""
    return _connectors


def connector_named(name: str) -> Inbound:
    """Give a connector, or say which there are."""
    if name not in _connectors:
        raise UnknownConnector(name=name[:60], known=", ".join(_connectors))
    return _connectors[name]
