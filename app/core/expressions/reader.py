"""Reads the text of an expression into a tree, or says what is wrong with it and where."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

from app.core.expressions.nodes import Call, Constant, Listing, Node, Operation, Path
from app.core.expressions.types import ExpressionError
from app.core.words import Words

LONGEST_TEXT = 2000
MOST_NODES = 300
DEEPEST = 40
MOST_NAMES = 4
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
KEYWORDS = {"and", "or", "not", "in", "where", "true", "false", "null"}
VALUES = {"true": True, "false": False, "null": None}
FULL_WIDTH = {
    "＝": "==",
    "＞": ">",
    "＜": "<",
    "（": "(",
    "）": ")",
    "，": ",",
    "、": ",",
    "＋": "+",
    "－": "-",
    "＊": "*",
    "×": "*",
    "÷": "/",
    "／": "/",
    "％": "%",
    "！": "!=",
    "‘": "'",
    "’": "'",
    "“": "'",
    "”": "'",
    "＇": "'",
    "＂": "'",
    "。": ".",
    "．": ".",
    "【": "[",
    "】": "]",
    "［": "[",
    "］": "]",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "＆": "and",
    "｜": "or",
    "；": ",",
    "：": "==",
}
FULL_WIDTH |= {chr(0xFF10 + digit): str(digit) for digit in range(10)}
OTHER_SPELLINGS = {
    "True": "true",
    "False": "false",
    "None": "null",
    "NULL": "null",
    "TRUE": "true",
    "FALSE": "false",
    "AND": "and",
    "OR": "or",
    "NOT": "not",
    "IN": "in",
    "WHERE": "where",
    "And": "and",
    "Or": "or",
    "Not": "not",
}
TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[^\W\d]\w*)|(?P<text>'(?:[^']|'')*')"
    r"|(?P<sign>==|!=|<=|>=|<>|\*\*|//|&&|\|\||:=|->|[-+*/<>()\[\],.%=!&|^~\"'?:;{}@#$`\\])"
)
WRONG_SIGNS = {
    "=": Words("'=' gives a value; write '==' to compare", "“=” 是赋值，比较请写 “==”"),
    "<>": Words("write '!=' for 'is not'", "“不等于”请写 “!=”"),
    "&&": Words("write 'and', 'or'", "请写 “and”、“or”"),
    "||": Words("write 'and', 'or'", "请写 “and”、“or”"),
    "&": Words("write 'and', 'or'", "请写 “and”、“or”"),
    "|": Words("write 'and', 'or'", "请写 “and”、“or”"),
    "!": Words("write 'not'", "请写 “not”"),
    "%": Words(
        "'%' stands behind a number, as in 13%. For the rest of a division write mod(a, b)",
        "“%” 写在数字后面，如 13%。求余数请写 mod(a, b)",
    ),
    "**": Words("there is no '**'. Write a * a", "没有 “**”，请写 a * a"),
    "//": Words("there is no '//'. Write round_down(a / b, 0)", "没有 “//”，请写 round_down(a / b, 0)"),
    '"': Words("write text in single quotes: 'text'", "文本请用单引号：'文本'"),
    "'": Words("the text has no closing quote", "文本缺少结尾的引号"),
}


@dataclass(frozen=True)
class Token:
    """One word or sign of the text."""

    kind: str
    text: str
    start: int

    @property
    def length(self) -> int:
        """Count its letters."""
        return max(len(self.text), 1)


def read(text: str) -> Node:
    """Read an expression into a tree, or raise an ExpressionError that names the place."""
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(
            Words(f"the expression is longer than {LONGEST_TEXT} letters", f"表达式超过 {LONGEST_TEXT} 个字符"),
            LONGEST_TEXT,
            1,
        )
    unreadable = next(
        (place for place, letter in enumerate(text) if letter == "\0" or "\ud800" <= letter <= "\udfff"), None
    )
    if unreadable is not None:
        raise ExpressionError(Words("here stands a sign that can't be read", "这里有无法识别的字符"), unreadable, 1)
    return _Reader(tokens(text), text).whole()


def tokens(text: str) -> list[Token]:
    """Cut the text into words and signs, the end included."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            _refuse_letter(text, position)
        position = match.end()
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup or "", match.group(), match.start()))
    return [*found, Token("end", "", len(text.rstrip()))]


def _refuse_letter(text: str, position: int) -> NoReturn:
    letter = text[position]
    if letter in FULL_WIDTH:
        right = FULL_WIDTH[letter]
        raise ExpressionError(
            Words(
                f"'{letter}' is a full-width sign (全角). Write '{right}'"
                if right != "'"
                else f"'{letter}' is a full-width sign (全角). Write a plain quote: '",
                f"“{letter}” 是全角符号，请写 “{right}”",
            ),
            position,
            1,
        )
    raise ExpressionError(Words(f"'{letter}' has no meaning here", f"这里不能有 “{letter}”"), position, 1)


class _Reader:
    """Walks over the tokens once; each method reads one level of the grammar."""

    def __init__(self, found: list[Token], text: str) -> None:
        self.found = found
        self.text = text
        self.position = 0
        self.nodes = 0
        self.depth = 0
        self.end = 0  # end of the last token taken

    @property
    def next(self) -> Token:
        return self.found[self.position]

    def whole(self) -> Node:
        if self.next.kind == "end":
            raise ExpressionError(Words("here stands an expression", "这里应有一个表达式"), 0, 1)
        node = self.either()
        if self.next.kind != "end":
            self.refuse()
        return node

    def take(self) -> Token:
        token = self.next
        self.position += 1
        self.end = token.start + len(token.text)
        return token

    def accept(self, *texts: str) -> Token | None:
        token = self.next
        if token.text in texts and token.kind in ("sign", "name"):
            return self.take()
        return None

    def expect(self, text: str) -> None:
        if not self.accept(text):
            if self.next.kind != "end" and self.next.text in WRONG_SIGNS:
                self.refuse()
            raise ExpressionError(
                Words(f"here '{text}' is missing", f"这里缺少 “{text}”"), self.next.start, self.next.length
            )

    def refuse(self) -> NoReturn:
        token = self.next
        if token.kind == "sign" and token.text in WRONG_SIGNS:
            words = WRONG_SIGNS[token.text]
        elif token.text in OTHER_SPELLINGS:
            right = OTHER_SPELLINGS[token.text]
            words = Words(f"write '{right}' in small letters", f"请用小写 “{right}”")
        elif token.text == "where":
            words = Words(
                "'where' stands inside a list function: sum(lines.amount where kind == 'gift')",
                "“where” 只用在列表函数里：sum(lines.amount where kind == 'gift')",
            )
        elif token.kind == "end":
            words = Words("the expression ends too early", "表达式不完整")
        elif token.text == "is":
            words = Words("write '==' to compare: == null", "比较请写 “==”，如 == null")
        else:
            words = Words(f"'{token.text}' can't stand here", f"“{token.text}” 不能写在这里")
        raise ExpressionError(words, token.start, token.length)

    def made(self, node: Node) -> Node:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise ExpressionError(
                Words(
                    f"the expression has more than {MOST_NODES} parts. Split it into several fields",
                    f"表达式超过 {MOST_NODES} 个部分，请拆成几个字段",
                ),
                node.start,
                1,
            )
        return node

    def operation(self, operator: str, *operands: Node, start: int | None = None) -> Node:
        begin = operands[0].start if start is None else start
        return self.made(Operation(begin, self.end - begin, operator, operands))

    def either(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(Words("too many brackets inside each other", "括号层数过多"), self.next.start, 1)
        node = self.chain("or", self.both)
        self.depth -= 1
        return node

    def chain(self, word: str, part: Callable[[], Node]) -> Node:
        operands = [part()]
        while self.accept(word):
            operands.append(part())
        return self.operation(word, *operands) if len(operands) > 1 else operands[0]

    def both(self) -> Node:
        return self.chain("and", self.negated)

    def negated(self) -> Node:
        starts: list[int] = []
        while (token := self.accept("not")) is not None:
            starts.append(token.start)
        if len(starts) > DEEPEST:
            raise ExpressionError(Words("too many 'not'", "“not” 过多"), starts[0], 3)
        node = self.comparison()
        for start in reversed(starts):
            node = self.operation("not", node, start=start)
        return node

    def comparison(self) -> Node:
        node = self.sum()
        operator = self.comparing()
        if operator is None:
            return node
        node = self.operation(operator, node, self.sum())
        if self.next.text in COMPARISONS:
            raise ExpressionError(
                Words("compare two things at a time: a < b and b < c", "一次只比较两项：a < b and b < c"),
                self.next.start,
                self.next.length,
            )
        return node

    def comparing(self) -> str | None:
        token = self.accept(*COMPARISONS, "in")
        if token is not None:
            return token.text
        following = self.found[self.position + 1] if self.next.kind != "end" else self.next
        if self.next.text == "not" and following.text == "in":
            self.take()
            self.take()
            return "not in"
        return None

    def sum(self) -> Node:
        node = self.product()
        while (token := self.accept("+", "-")) is not None:
            node = self.operation(token.text, node, self.product())
        return node

    def product(self) -> Node:
        node = self.signed()
        while (token := self.accept("*", "/")) is not None:
            node = self.operation(token.text, node, self.signed())
        return node

    def signed(self) -> Node:
        starts: list[int] = []
        while (token := self.accept("-")) is not None:
            starts.append(token.start)
        if len(starts) > DEEPEST:
            raise ExpressionError(Words("too many signs", "符号过多"), starts[0], 1)
        node = self.single()
        for start in reversed(starts):
            node = self.operation("negative", node, start=start)
        return node

    def single(self) -> Node:
        token = self.next
        if token.kind == "number":
            return self.number()
        if token.kind == "text":
            self.take()
            return self.made(Constant(token.start, token.length, token.text[1:-1].replace("''", "'")))
        if token.kind == "name" and token.text in VALUES:
            self.take()
            return self.made(Constant(token.start, token.length, VALUES[token.text]))
        if token.kind == "name" and token.text not in KEYWORDS and token.text not in OTHER_SPELLINGS:
            return self.path()
        if self.accept("("):
            node = self.either()
            self.expect(")")
            return node
        if self.accept("["):
            return self.made(Listing(token.start, 1, self.several("]")))
        self.refuse()

    def number(self) -> Node:
        token = self.take()
        if len(token.text) > 30:
            raise ExpressionError(Words("the number is too long", "数字过长"), token.start, token.length)
        value = Decimal(token.text)
        if self.next.text == "%" and self.next.start == self.end:
            percent = self.next
            following = self.found[self.position + 1]
            if (
                following.kind in ("number", "text")
                or following.text == "("
                or (following.kind == "name" and following.text not in KEYWORDS)
            ):
                raise ExpressionError(WRONG_SIGNS["%"], percent.start, 1)
            self.take()
            value = value.scaleb(-2)
        return self.made(Constant(token.start, self.end - token.start, value))

    def path(self) -> Node:
        start = self.next.start
        names = [self.take().text]
        while self.accept("."):
            if self.next.kind != "name":
                self.refuse()
            names.append(self.take().text)
        if len(names) > MOST_NAMES:
            raise ExpressionError(
                Words(f"a path has at most {MOST_NAMES} names", f"路径最多 {MOST_NAMES} 个名称"),
                start,
                self.end - start,
            )
        if self.next.text == "(" and self.next.kind == "sign":
            return self.call(start, ".".join(names))
        return self.made(Path(start, self.end - start, tuple(names)))

    def call(self, start: int, name: str) -> Node:
        length = self.end - start
        self.take()
        if self.accept(")"):
            return self.made(Call(start, length, name, ()))
        arguments = [self.either()]
        where = self.either() if self.accept("where") else None
        if where is None and self.accept(","):
            arguments += self.several(")")
        else:
            self.expect(")")
        return self.made(Call(start, length, name, tuple(arguments), where))

    def several(self, closing: str) -> tuple[Node, ...]:
        if self.accept(closing):
            return ()
        items = [self.either()]
        while self.accept(","):
            items.append(self.either())
        self.expect(closing)
        return tuple(items)
