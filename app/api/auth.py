"""Who calls: a bearer token with its scopes, or the session cookie (the shield keeps other sites from using it)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import Depends, Request

from app.api.problems import NotSignedIn, TokenTooNarrow
from app.office import COOKIE

if TYPE_CHECKING:
    from app.office.facade import Office



def caller(request: Request) -> Office:
    """Give the office as whoever calls; refuse strangers."""
    root: Office = request.app.state.office
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        office = root.of_token(token.strip()) if scheme.lower() == "bearer" else None
    else:
        office = root.of_session(request.cookies.get(COOKIE, ""), door="api")
    if office is None:
        raise NotSignedIn()
    request.state.office = office
    return office


def require(office: Office, scope: str, form: str | None = None) -> None:
    """Refuse a token whose scopes lack this: `read`, `write` (which reads too), or of one form `supplier:read`."""
    scopes = office.actor.scopes
    enough = {scope, "write", f"{form}:{scope}", f"{form}:write", form} if form else {scope, "write"}
    if scopes and not enough & scopes:
        raise TokenTooNarrow(scope=f"{form}:{scope}" if form else scope)


def needs(scope: str) -> Callable[..., Office]:
    """Give the dependency that lets in callers with this scope for the form in the address."""

    def allowed(request: Request, office: Office = Depends(caller)) -> Office:
        require(office, scope, request.path_params.get("form"))
        return office

    return allowed
