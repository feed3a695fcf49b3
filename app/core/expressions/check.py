"""Gives every part of an expression its type, or says what does not fit and where."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NoReturn

from app.core.actions import Function, functions
from app.core.expressions import combining, listing, said
from app.core.expressions.combining import error
from app.core.expressions.functions import FIGURES, FUNCTIONS, LIST_FUNCTIONS, ORDERED, SERVICES, SPECIAL, FunctionSpec
from app.core.expressions.names import Bare, Names
from app.core.expressions.nodes import Apply, Call, Constant, Items, Listing, Name, Node, Operation, Path, Typed, Value
from app.core.expressions.types import (
    BOOLEAN,
    MONEY,
    NULL,
    NUMBER,
    TEXT,
    ExpressionError,
    Place,
    Shape,
    Type,
    link_to,
    list_of,
)
from app.core.words import Words

FIELD_KINDS = {
    "quantity": NUMBER,
    "percent": NUMBER,
    "price": MONEY,
    "long_text": TEXT,
    "email": TEXT,
    "phone": TEXT,
    "url": TEXT,
    "barcode": TEXT,
    "currency": TEXT,
    "user": link_to("user"),
}
KINDS = ("number", "money", "text", "boolean", "date", "datetime", "time", "duration", "any")


class Checker:
    """Checks one tree at one place."""

    def __init__(self, place: Place, shapes: Mapping[str, Shape]) -> None:
        self.place = place
        self.shapes = shapes
        self.names = Names(place, shapes)
        self.bare: Bare = self.names.outermost()
        self.counting = False
        self.inside = 0  # list functions around what is being checked

    def check(self, node: Node) -> Typed:
        """Give the checked part."""
        if isinstance(node, Constant):
            return Value(_constant_type(node.value), node.start, node.length, node.value)
        if isinstance(node, Path):
            return self.names.resolve(node, self.bare)
        if isinstance(node, Listing):
            return self.items(node)
        if isinstance(node, Operation):
            return self.operation(node)
        assert isinstance(node, Call)
        return self.call(node)

    def items(self, node: Listing) -> Typed:
        items = tuple(self.check(item) for item in node.items)
        of = NULL
        for item in items:
            shared = combining.common(of, item.type)
            if shared is None:
                raise error(said.cannot(said.VERBS["compare"], of, item.type), item)
            of = shared
        return Items(list_of(of), node.start, node.length, items)

    def operation(self, node: Operation) -> Typed:
        parts = tuple(self.check(operand) for operand in node.operands)
        if node.operator in ("and", "or", "not"):
            for part in parts:
                self.condition(part)
            return Apply(BOOLEAN, node.start, node.length, node.operator, parts)
        if node.operator == "negative":
            return self.negative(node, parts[0])
        parts = self.people(*parts)
        if node.operator in ("in", "not in"):
            found = combining.member(*parts)
        elif node.operator in "+-*/":
            found = combining.arithmetic(node.operator, *parts)
        else:
            found = combining.compared(node.operator, *parts)
        return Apply(found, node.start, node.length, node.operator, parts)

    def negative(self, node: Operation, part: Typed) -> Typed:
        if part.type.kind not in (*FIGURES, "duration", "any", "null"):
            words = said.type_words(part.type)
            raise error(Words(f"{words.en} has no minus", f"{words.zh}不能取负"), part)
        if isinstance(part, Value) and isinstance(part.value, Decimal):
            return Value(part.type, node.start, node.length, part.value.copy_negate())
        return Apply(part.type, node.start, node.length, "negative", (part,))

    def people(self, left: Typed, right: Typed) -> tuple[Typed, Typed]:
        """Compare an account with an employee through the account's employee."""
        if _item_form(left.type) == "employee" and right.type == link_to("user"):
            return left, self.employee_of(right)
        if _item_form(right.type) == "employee" and left.type == link_to("user"):
            return self.employee_of(left), right
        return left, right

    def employee_of(self, person: Typed) -> Typed:
        if not isinstance(person, Name):
            return person
        employee = link_to("employee")
        return Name(
            employee, person.start, person.length, person.source, (*person.path, "employee"), (*person.steps, employee)
        )

    def condition(self, part: Typed) -> None:
        """Refuse what is not yes or no."""
        if part.type.kind in ("boolean", "any", "null"):
            return
        words = said.type_words(part.type)
        raise error(Words(f"here stands a condition, not {words.en}", f"这里应是条件，而不是{words.zh}"), part)

    def call(self, node: Call) -> Typed:
        name = node.name
        if name in LIST_FUNCTIONS and (len(node.arguments) == 1 or name not in ("min", "max")):
            return listing.fold(self, node)
        if node.where is not None:
            raise ExpressionError(
                Words(
                    f"'where' stands only in {', '.join(LIST_FUNCTIONS)}",
                    f"“where” 只能写在 {'、'.join(LIST_FUNCTIONS)} 里",
                ),
                node.where.start,
                node.where.length,
            )
        if name == "if":
            return self.choose(node)
        if name == "column":
            return self.column(node)
        spec = FUNCTIONS.get(name) or SERVICES.get(name)
        if spec is not None:
            return self.apply(node, spec)
        registered = functions().get(name)
        if registered is None:
            self.unknown(node)
        return self.ledger(node, registered)

    def unknown(self, node: Call) -> NoReturn:
        known = [*FUNCTIONS, *SERVICES, *LIST_FUNCTIONS, *SPECIAL, *functions()]
        raise ExpressionError(
            said.guessed(Words(f"there is no function '{node.name}'", f"没有函数 “{node.name}”"), node.name, known),
            node.start,
            node.length,
        )

    def apply(self, node: Call, spec: FunctionSpec) -> Typed:
        if node.name == "has_role" and not self.place.person:
            raise ExpressionError(
                Words(
                    "'has_role' can't stand here: the answer would depend on who looks",
                    "这里不能用 “has_role”：结果会因查看的人而不同",
                ),
                node.start,
                node.length,
            )
        self.number_of_arguments(node, spec.least, spec.most)
        parts = tuple(self.check(argument) for argument in node.arguments)
        for position, part in enumerate(parts):
            self.argument(node, spec.parameter(position), part)
        return Apply(self.result(node, spec, parts), node.start, node.length, node.name, parts)

    def result(self, node: Call, spec: FunctionSpec, parts: tuple[Typed, ...]) -> Type:
        if spec.returns == "same":
            return parts[0].type if parts[0].type.kind in FIGURES else NUMBER
        if spec.returns != "common":
            return Type(spec.returns)
        return self.shared(parts)

    def shared(self, parts: tuple[Typed, ...]) -> Type:
        """Give the type that all results have in common."""
        found = NULL
        for part in parts:
            both = combining.common(found, part.type)
            if both is None:
                a, b = said.type_words(found), said.type_words(part.type)
                raise error(Words(f"the results differ: {a.en} and {b.en}", f"结果类型不一致：{a.zh}和{b.zh}"), part)
            found = both
        return found

    def number_of_arguments(self, node: Call, least: int, most: int | None) -> None:
        count = len(node.arguments)
        if count >= least and (most is None or count <= most):
            return
        wanted = str(least) if most == least else f"{least} to {most}" if most is not None else f"at least {least}"
        raise ExpressionError(
            Words(
                f"{node.name} takes {wanted} values in its brackets, not {count}",
                f"{node.name} 的括号里需要 {wanted} 个值，而不是 {count} 个",
            ),
            node.start,
            node.length,
        )

    def argument(self, node: Call, kinds: tuple[str, ...], part: Typed) -> None:
        allowed = [kind for name in kinds for kind in _widened(name)]
        if part.type.kind in (*allowed, "any", "null") or (
            "any" in allowed and part.type.kind not in ("list", "choices", "row")
        ):
            return
        wanted, given = said.kind_words(kinds[0]), said.type_words(part.type)
        raise error(
            Words(f"{node.name} needs {wanted.en}, not {given.en}", f"{node.name} 需要{wanted.zh}，而不是{given.zh}"),
            part,
        )

    def choose(self, node: Call) -> Typed:
        if len(node.arguments) < 3 or len(node.arguments) % 2 == 0:
            raise ExpressionError(
                Words(
                    "if needs a condition, a value, and at the end the value for all other cases: if(c, a, b)",
                    "if 需要条件、值，最后是其他情况的值：if(c, a, b)",
                ),
                node.start,
                node.length,
            )
        parts = tuple(self.check(argument) for argument in node.arguments)
        for condition in parts[:-1:2]:
            self.condition(condition)
        results = (*parts[1::2], parts[-1])
        return Apply(self.shared(results), node.start, node.length, "if", parts)

    def column(self, node: Call) -> Typed:
        columns = self.place.columns
        argument = node.arguments[0] if len(node.arguments) == 1 else None
        if columns is None or not isinstance(argument, Constant) or not isinstance(argument.value, str):
            raise ExpressionError(
                Words(
                    "column('Order No.') names a column, in imports only",
                    "column('Order No.') 只用于导入，括号里是列名",
                ),
                node.start,
                node.length,
            )
        name = argument.value
        if name not in columns:
            raise ExpressionError(
                said.guessed(Words(f"the source has no column '{name}'", f"来源中没有列 “{name}”"), name, columns),
                argument.start,
                argument.length,
            )
        return Name(
            columns[name],
            node.start,
            argument.start + argument.length + 1 - node.start,
            "row",
            (name,),
            (columns[name],),
        )

    def ledger(self, node: Call, registered: Function) -> Typed:
        if not self.place.others:
            raise ExpressionError(
                Words(
                    f"{self.place.said.en} can't ask {node.name}. Keep the figure in a field and compare that",
                    f"{self.place.said.zh}不能使用 {node.name}，请把结果存入字段后再比较",
                ),
                node.start,
                node.length,
            )
        optional = sum(1 for kind in registered.parameters if kind.endswith("?"))
        self.number_of_arguments(node, len(registered.parameters) - optional, len(registered.parameters))
        parts = tuple(self.check(argument) for argument in node.arguments)
        for kind, part in zip(registered.parameters, parts, strict=False):
            self.ledger_argument(node, field_type(kind.rstrip("?")), part)
        return Apply(field_type(registered.returns), node.start, node.length, node.name, parts)

    def ledger_argument(self, node: Call, wanted: Type, part: Typed) -> None:
        if combining.fits(wanted, part.type):
            return
        a, b = said.type_words(wanted), said.type_words(part.type)
        raise error(Words(f"{node.name} needs {a.en}, not {b.en}", f"{node.name} 需要{a.zh}，而不是{b.zh}"), part)


def field_type(name: str) -> Type:
    """Give the type of a field's type word, as registered functions use it: `quantity`, `money`, `product`."""
    return FIELD_KINDS.get(name) or (Type(name) if name in KINDS else link_to(name))


def _widened(kind: str) -> tuple[str, ...]:
    if kind == "figure":
        return FIGURES
    if kind == "ordered":
        return ORDERED
    if kind == "text":
        return ("text", "choice")
    return ("list", "choices") if kind == "list" else (kind,)


def _item_form(given: Type) -> str | None:
    return given.item.form if given.kind == "list" and given.item else given.form if given.kind == "link" else None


def _constant_type(value: object) -> Type:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, Decimal):
        return NUMBER
    assert isinstance(value, str)
    return Type("text", options=(value,))
