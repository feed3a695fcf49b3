"""The language of formulas, conditions, checks and row rules: total, exact, checked when published."""

from app.core.expressions.check import field_type
from app.core.expressions.combining import fits
from app.core.expressions.expression import Expression, compile_expression
from app.core.expressions.nodes import Count
from app.core.expressions.scope import Scope, Services
from app.core.expressions.types import (
    ADDRESS,
    ADDRESS_PARTS,
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    USER,
    ExpressionError,
    Place,
    Shape,
    Type,
    choice_of,
    link_to,
    list_of,
)

__all__ = [
    "ADDRESS",
    "ADDRESS_PARTS",
    "ANY",
    "BOOLEAN",
    "DATE",
    "DATETIME",
    "DURATION",
    "MONEY",
    "NUMBER",
    "TEXT",
    "TIME",
    "USER",
    "Count",
    "Expression",
    "ExpressionError",
    "Place",
    "Scope",
    "Services",
    "Shape",
    "Type",
    "choice_of",
    "compile_expression",
    "field_type",
    "fits",
    "link_to",
    "list_of",
]
