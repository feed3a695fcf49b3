"""How words must be written: the Chinese of every text for people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.config.reader import Report, fault_words
from app.config.sources import Sources
from app.config.tree import Node, read_tree
from app.core.words import Words

HAN = r"\u3400-\u9fff"
WIDTH = re.compile(rf"(?<=[{HAN}])[,:;?!()]|[,:;?!()](?=[{HAN}])")
SPACE = re.compile(rf"[{HAN}][A-Za-z0-9{{]|[A-Za-z0-9}}][{HAN}]")
LOOSE = re.compile(r"(?:\s[，。：；？！（）])|(?:[，。：；？！（）]\s)")
BLACK = ("您", "亲", "哦", "成功！", "非法", "进行", "对不起", "抱歉", "！")
WORDS = re.compile(r"\b[a-z]{3,}\b")


def lint_zh(text: str) -> Iterator[Words]:
    """Give what is wrong with a Chinese text: width of signs, spaces, words that we don't use."""
    if found := WIDTH.search(text):
        yield fault_words("zh_width", word=found[0])
    bare = re.sub(r"\{[^}]*\}", "", text)
    if found := SPACE.search(bare):
        yield fault_words("zh_space", word=re.sub(rf"[{HAN}]", "", found[0]))
    if found := LOOSE.search(text):
        yield fault_words("zh_width", word=found[0].strip())
    for word in BLACK:
        if word in text:
            yield fault_words("zh_black", word=word)


def lint_words(sources: Sources, report: Report) -> None:
    """Note every Chinese text of all files that isn't written as we write."""
    for _, file in sources.files():
        tree, _ = read_tree(file)
        for node, english in texts(tree) if tree is not None else ():
            for words in lint_zh(node.text):
                report.say(node, words, severity="warning")
            if node.text == english and WORDS.search(english):
                report.warn(node, "zh_same")


def texts(node: Node) -> Iterator[tuple[Node, str]]:
    """Give every Chinese text of a tree with the English beside it."""
    if node.kind == "map":
        english = node.entries.get("en")
        for key, value in node:
            if key == "zh" and value.kind == "text":
                yield value, english.text if english is not None else ""
            else:
                yield from texts(value)
    for item in node.items:
        yield from texts(item)
