"""An administrator's process that is killed while it publishes."""

from __future__ import annotations

from app.office import Office
from tests.crashes.background import Publishing
from tests.crashes.killing import killed


def test_a_form_is_the_old_or_the_new_one_after_a_death_in_publishing(company: Office) -> None:
    killed(Publishing(company), company.repository.database.dialect)
