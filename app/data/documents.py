"""Documents for everybody above: the one way to read and write them, with the rights of the person who asks."""

from app.data.bulk import create_many
from app.data.bulk_changes import lock_many, update_many
from app.data.changing import (
    Change,
    check_document,
    create,
    get,
    get_by_id,
    known_plan,
    locked,
    move,
    restore,
    set_values,
    trash,
    update,
)
from app.data.document import Document
from app.data.filters import Filter
from app.data.listing import Count, Page, Query, count_documents, list_documents
from app.data.preview import Computed, compute
from app.data.relations import LinkedGroup, as_of, history, linked, lookup, offers
from app.data.searching import Found, forms_begun_by_me, search

__all__ = [
    "Change",
    "Computed",
    "Count",
    "Document",
    "Filter",
    "Found",
    "LinkedGroup",
    "Page",
    "Query",
    "as_of",
    "check_document",
    "compute",
    "count_documents",
    "create",
    "create_many",
    "forms_begun_by_me",
    "get",
    "get_by_id",
    "history",
    "known_plan",
    "linked",
    "list_documents",
    "lock_many",
    "locked",
    "lookup",
    "move",
    "offers",
    "restore",
    "search",
    "set_values",
    "trash",
    "update",
    "update_many",
]
