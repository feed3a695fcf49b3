"""The number of a document: its key field, the next of its pattern, or a plain counter."""

from __future__ import annotations

from app.config.form_spec import NumberSpec
from app.data.document import Document
from app.data.plan import FormPlan
from app.data.sequences import next_number, parts_of, take
from app.data.transaction import Transaction
from app.data.values import to_json

PLAIN = NumberSpec("{seq:1}")


def give_number(tx: Transaction, plan: FormPlan, document: Document) -> None:
    """Give a new document its number."""
    values = document.values_
    key = plan.spec.key
    if key is not None and values.get(key) is not None:
        values["number"] = str(to_json(values[key]))
    else:
        values["number"] = next_number(tx, plan.spec.number or PLAIN, document)


def give_numbers(tx: Transaction, plan: FormPlan, documents: list[Document]) -> None:
    """Give many new documents their numbers, taking those of one counter at once."""
    groups: dict[tuple[str, int, str], list[Document]] = {}
    for document in documents:
        key = plan.spec.key
        if key is not None and document.values_.get(key) is not None:
            document.values_["number"] = str(to_json(document.values_[key]))
        else:
            groups.setdefault(parts_of(tx, (plan.spec.number or PLAIN).pattern, document), []).append(document)
    for (before, digits, after), group in groups.items():
        last = take(tx, f"{plan.form}:{before}", len(group))
        for value, document in enumerate(group, last - len(group) + 1):
            document.values_["number"] = f"{before}{value:0{digits}d}{after}"
