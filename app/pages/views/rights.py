"""Which verbs a person has on a form, so that pages offer only what may be pressed."""

from __future__ import annotations

from app.data import rights
from app.office import Office

VERBS = ("view", "create", "import", "export")


def verbs(office: Office, form: str) -> frozenset[str]:
    """Give what this person may do with documents of a form."""
    with office.reading() as tx:
        return frozenset(verb for verb in VERBS if rights.may(tx, form, verb))


def creatable(office: Office) -> frozenset[str]:
    """Give the forms that this person may start."""

    def work() -> frozenset[str]:
        with office.reading() as tx:
            return frozenset(form for form in tx.catalogue.forms if rights.may(tx, form, "create"))

    return office.kept("creatable", work)
