"""The parts of which the schemas of the language are made; the names of keys are those of the readers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.config import who_reader
from app.config.do_reader import DOORS, ORDERS
from app.config.do_reader import VERBS as DO
from app.config.field_reader import CHECK_KEYS, FIELD_KEYS
from app.config.field_types import FILES, OWN_OPTIONS, TYPES
from app.config.reader import NAME, SPAN
from app.config.step_reader import FLAGS, MODES, PEOPLE, SPANS, STEP_KEYS, SWITCHES, WORDS
from app.config.way_reader import CLOCK_KEYS, STYLES, WAY_KEYS
from app.core.words import LOCALES

Schema = dict[str, Any]
TEXT: Schema = {"type": ["string", "number"]}
EXPRESSION: Schema = {"type": ["string", "number", "boolean"]}
CONDITION: Schema = {"type": ["boolean", "string"]}
FLAG: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TIME: Schema = {"type": "string", "pattern": f"^{SPAN.pattern}$"}
IDENTIFIER: Schema = {"type": "string", "pattern": f"^{NAME.pattern}$"}
SHARE: Schema = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^\d{1,4}$|^\d{1,3}(\.\d+)?%$"}]}
ANYTHING: Schema = {}
ROW_RULE: Schema = {"type": "string", "not": {"pattern": r"^\w+(\.\w+)*$"}}
PLACE: Schema = {"type": "string", "pattern": r"^(first|last|(before|after) +\S+)$"}
REMOVED: Schema = {"const": "remove"}
HEAD = {"extends": IDENTIFIER, "based_on": TEXT}


def words(*options: str) -> Schema:
    """Give the schema of one of a few words."""
    return {"enum": list(options)}


def ref(name: str) -> Schema:
    """Give a pointer to a shared part."""
    return {"$ref": f"#/definitions/{name}"}


def either(*schemas: Schema) -> Schema:
    """Give what fits one of several schemas."""
    return {"anyOf": list(schemas)}


@dataclass(frozen=True)
class Parts:
    """The parts that kinds share: of a whole file, or of a company's change, where nothing is needed."""

    forms: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    overlay: bool = False

    def closed(self, keys: Iterable[str], needed: tuple[str, ...] = (), /, **shapes: Schema) -> Schema:
        """Give a map of these keys only; `shapes` says what stands behind which, an underscore for a reserved word."""
        known = tuple(keys)
        given = {key.rstrip("_"): shape for key, shape in shapes.items()}
        assert set(given) <= set(known), sorted(set(given) - set(known))
        properties: dict[str, Schema] = {key: given.get(key, ANYTHING) for key in known}
        if self.overlay:
            properties |= {"place": PLACE, "remove": FLAG}
        found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        return found | ({"required": list(needed)} if needed and not self.overlay else {})

    def top(self, keys: Iterable[str], needed: tuple[str, ...], /, **shapes: Schema) -> Schema:
        """Give a whole file."""
        found = self.closed(keys, needed, **shapes)
        return {**found, "properties": found["properties"] | HEAD} if self.overlay else found

    def named(self, shape: Schema) -> Schema:
        """Give a map of names."""
        inside = either(shape, REMOVED) if self.overlay else shape
        return {"type": "object", "propertyNames": {"pattern": f"^{NAME.pattern}$"}, "additionalProperties": inside}

    def listed(self, shape: Schema) -> Schema:
        """Give a list; a change may also say what comes and what goes."""
        whole: Schema = {"type": "array", "items": shape}
        some = {"type": "object", "properties": {"add": whole, "remove": whole, "place": PLACE}, "additionalProperties": False}
        return either(whole, some) if self.overlay else whole

    def part(self, name: str) -> Schema:
        """Give a pointer to a shared part of this kind."""
        return ref(f"over_{name}" if self.overlay else name)

    def offered(self, names: tuple[str, ...], pattern: Schema = IDENTIFIER) -> Schema:
        """Give a name, with those offered that are known; others may come."""
        return either(words(*names), pattern) if names else pattern

    def shared(self) -> dict[str, Schema]:
        """Give the parts that others point to."""
        return {
            "words": either(TEXT, self.closed(LOCALES, **dict.fromkeys(LOCALES, TEXT))),
            "field": self.field(),
            "check": self.check(),
            "who": self.who(),
            "do": self.do(),
            "way": self.way(),
            "steps": self.steps(),
        }

    def field(self) -> Schema:
        """Give a field: options that go with its type, no formula beside a default."""
        type_ = either(words(*TYPES, *self.forms), IDENTIFIER)
        options = either(self.listed(IDENTIFIER), self.named(either(TEXT, self.closed((*LOCALES, "was")))))
        expressions = ("default", "formula", "min", "max", "check", "where", "unit", "currency")
        found = self.closed(
            FIELD_KEYS,
            ("type",),
            type=type_,
            options=options,
            **dict.fromkeys(("label", "help", "placeholder", "message"), self.part("words")),
            **dict.fromkeys(("required", "readonly", "show"), CONDITION),
            **dict.fromkeys(("stored", "scan", "private", "many", "working"), FLAG),
            **dict.fromkeys(("decimals", "longest"), WHOLE),
            **dict.fromkeys(expressions, EXPRESSION),
            unique=either(FLAG, self.listed(IDENTIFIER)),
            was=IDENTIFIER,
        )
        if self.overlay:
            return found
        apart = [{"not": {"required": ["formula", key]}} for key in ("default", "required", "readonly")]
        return found | {"allOf": [*apart, *(_misplaced(option) for option in sorted(OWN_OPTIONS))]}

    def check(self) -> Schema:
        """Give one entry of checks."""
        return self.closed(CHECK_KEYS, ("check",), check=EXPRESSION, when=EXPRESSION, message=self.part("words"), warn=FLAG)

    def who(self) -> Schema:
        """Give people: a name, or one way to find them."""
        kinds = who_reader.KINDS
        up_to = either(WHOLE, self.closed(("limit", "post"), limit=TEXT, post=TEXT))
        found = self.closed(
            (*kinds, *who_reader.EXTRA),
            **dict.fromkeys(kinds, TEXT),
            of=TEXT,
            everyone=FLAG,
            level=WHOLE,
            up_to=up_to,
            among=self.part("who"),
        )
        one = {"oneOf": [{"required": [kind]} for kind in kinds]}
        return either(self.offered(self.roles, {"type": "string"}), found if self.overlay else found | one)

    def do(self) -> Schema:
        """Give one thing that is done."""
        row = self.closed(("from", "where", "copy", "set"))
        shapes: dict[str, dict[str, Schema]] = {
            "call": {"call": TEXT, "with": self.named(EXPRESSION), "each": TEXT},
            "create": {"create": IDENTIFIER, "one_per": TEXT, "copy": self.listed(TEXT), "set": self.named(EXPRESSION),
                       "lines": self.named(row), "submit": FLAG},
            "set": {"set": self.named(EXPRESSION)},
            "tell": {"tell": self.listed(self.part("who")), "message": TEXT, "by": self.listed(words(*DOORS))},
            "act": {"act": TEXT, "document": TEXT},
            "assign": {"assign": TEXT, "to": self.listed(self.part("who")), "by": words(*ORDERS)},
            "decide": {"decide": TEXT},
        }
        verbs = [self.closed(DO[verb], (verb,), when=EXPRESSION, **shape) for verb, shape in shapes.items()]
        return either({"type": "string"}, *verbs)

    def way(self, *extra: str, clock: bool = False, **shapes: Schema) -> Schema:
        """Give a way out of a stage."""
        keys = (*WAY_KEYS, *(CLOCK_KEYS if clock else ()), *extra)
        timed = {"wait": TIME, "since": TEXT, "every": FLAG} if clock else {}
        return self.closed(
            keys,
            ("wait",) if clock else (),
            **dict.fromkeys(("title", "confirm"), self.part("words")),
            who=self.listed(self.part("who")),
            when=EXPRESSION,
            ask=self.listed(TEXT),
            checks=self.listed(self.part("check")),
            do=self.listed(self.part("do")),
            to=IDENTIFIER,
            if_refused=IDENTIFIER,
            style=words(*STYLES),
            **dict.fromkeys(("bulk", "signature"), FLAG),
            **timed,
            **shapes,
        )

    def follow_up(self) -> Schema:
        """Give what follows a decision: a way, or just what is done."""
        return either(self.listed(self.part("do")), self.part("way"))

    def options(self) -> dict[str, Schema]:
        """Give the shapes of the options of steps."""
        after_to = self.closed(("after", "to"), after=TIME, to=self.part("who"))
        names, people = self.listed(TEXT), self.listed(self.part("who"))
        found: dict[str, Schema] = {key: words(*options) for key, options in WORDS.items()}
        found |= dict.fromkeys((*FLAGS, *SWITCHES), FLAG)
        found |= dict.fromkeys(SPANS, self.closed(("after",), after=TIME))
        found |= dict.fromkeys(PEOPLE, after_to)
        found |= dict.fromkeys(("return_to", "distinct_from", "editable", "ask"), names)
        found |= {"need": SHARE, "fallback": self.part("who"), "deadline": TIME, "remind": self.listed(TIME)}
        return found | {"checklist": self.listed(self.part("words")), "transfers_max": WHOLE, "carbon_copy": people, "on_passed": people}

    def steps(self) -> Schema:
        """Give steps and groups."""
        people = self.listed(self.part("who"))
        shapes = self.options() | {"step": IDENTIFIER, "title": self.part("words"), "when": EXPRESSION, "was": IDENTIFIER}
        shapes |= {key: self.part("who") if key == "approver" else people for key in MODES}
        step = self.closed(STEP_KEYS, ("step",), **{f"{key}_": shape for key, shape in shapes.items()})
        if not self.overlay:
            step["oneOf"] = [{"required": [key]} for key in MODES]
        case = self.closed(("when", "otherwise", "steps"), ("steps",), when=EXPRESSION, otherwise=FLAG, steps=self.part("steps"))
        choose = self.closed(("choose", "cases"), ("choose", "cases"), choose=IDENTIFIER, cases=self.listed(case))
        branch = self.closed(("when", "steps", "title"), when=EXPRESSION, steps=self.part("steps"), title=self.part("words"))
        parallel = self.closed(
            ("parallel", "branches", "on_reject"),
            ("parallel", "branches"),
            parallel=IDENTIFIER,
            branches=self.named(branch),
            on_reject=words("cancel_siblings", "wait_siblings"),
        )
        groups = {"if": {"required": ["parallel"]}, "then": parallel, "else": step}
        return self.listed({"if": {"required": ["choose"]}, "then": choose, "else": groups})


def _misplaced(option: str) -> Schema:
    """Refuse an option beside a primitive type that doesn't take it."""
    taken = [name for name, kind in TYPES.items() if option in kind.options or (option == "many" and name in FILES)]
    others = [name for name in TYPES if name not in taken]
    return {"if": {"required": ["type", option], "properties": {"type": words(*others)}}, "then": {"not": {"required": [option]}}}
