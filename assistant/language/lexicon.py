"""The names of the live records, with what people shorten them to, mistype them as, or spell by their sound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from assistant.language.text import HAN, normalise

LONGEST = 80  # letters of a name that anybody would type
REMEMBERED = 20_000  # phrases
MANY = 3_000  # names beyond which products are not looked up by sound
_LEGAL = re.compile(
    r"(?:[, ]+(?:co|company|corp|corporation|inc|incorporated|ltd|limited|llc|gmbh|plc)\.?)+$"
    r"|(?:集团)?(?:股份|有限|责任)*公司$|\([^)]*\)$"
)
_CITIES = re.compile(
    r"(?:北京|上海|广州|深圳|杭州|成都|武汉|苏州|宁波|义乌|东莞|天津|重庆|南京|厦门|青岛|佛山|浙江|江苏|广东|福建|山东|"
    r"beijing|shanghai|guangzhou|shenzhen|hangzhou|chengdu|wuhan|suzhou|ningbo|yiwu|dongguan|tianjin|chongqing|nanjing|"
    r"xiamen|qingdao)市? ?(?=.)"
)
_TRADES = re.compile(r"(?:贸易|商贸|电子|科技|实业|制造|食品|工厂|厂|供应链|国际)+$")
_KINDS = {
    "warehouse": re.compile(r"(?:中心|中央)?(?:仓库|仓|库)$|[ -]*(?:warehouse|depot|distribution centre|dc)$"),
    "department": re.compile(r"(?:部门|部)$|[ -]*(?:department|team)$"),
}


@dataclass(frozen=True, slots=True)
class Name:
    """A live record as people call it."""

    form: str
    number: str
    title: str
    more: tuple[str, ...] = ()  # sign-in name, brand ...


class Lexicon:
    """Every name of the live records, with what people shorten them to."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = tuple(names)
        self.aliases: dict[str, list[Name]] = {}
        strong: set[str] = set()
        for name in self.names:
            for alias in (name.number, name.title, *name.more):
                self._add(normalise(alias), name)
                strong.add(normalise(alias))
        for name in self.names:
            for alias in _short_forms(name) - strong:
                self._add(alias, name)
        self._held: dict[str, list[Name]] = {}  # what was looked for before: every intent asks anew
        self.longest = max(map(len, self.aliases), default=0)

    def _add(self, alias: str, name: Name) -> None:
        known = self.aliases.setdefault(alias, []) if 2 <= len(alias) <= LONGEST else []
        if name not in known:
            known.append(name)

    @cached_property
    def _texts(self) -> tuple[tuple[str, Name], ...]:
        return tuple((normalise(f"{name.title} {' '.join(name.more)}"), name) for name in self.names)

    @cached_property
    def titles(self) -> dict[tuple[str, str], str]:
        """Every name's title by form and number."""
        return {(name.form, name.number): name.title for name in self.names}

    @cached_property
    def _sounds(self) -> dict[str, list[Name]]:
        """Every alias by its sound: 杭州 and Hangzhou are one. Products are left out where there are very many."""
        names: dict[str, list[Name]] = {}
        many = len(self.names) > MANY
        for alias, meant in self.aliases.items():
            for name in meant if HAN.search(alias) or alias.isalpha() else ():
                if not (many and name.form == "product") and name not in (known := names.setdefault(sound(alias), [])):
                    known.append(name)
        return names

    def sounding(self, sounds: str) -> list[Name]:
        """Give the records whose name is read aloud like that: `hangzhou` for 杭州, 蓝芽音箱 for 蓝牙音箱."""
        return self._sounds.get(sounds, [])

    def exact(self, text: str) -> list[tuple[int, int, list[Name]]]:
        """Find the longest aliases in a text, never inside a Latin word."""
        found, at = [], 0
        while at < len(text):
            hit = self._longest_at(text, at)
            if hit:
                found.append(hit)
            at = hit[1] if hit else at + 1
        return found

    def _longest_at(self, text: str, at: int) -> tuple[int, int, list[Name]] | None:
        if at and _latin(text[at - 1]) and _latin(text[at]):
            return None
        for end in range(min(len(text), at + self.longest), at + 1, -1):
            if text[end - 1 : end + 1] == "库存":
                continue  # 上海仓库存 is the stock of 上海仓
            names = self.aliases.get(text[at:end])
            if names and not (end < len(text) and _latin(text[end]) and _latin(text[end - 1])):
                return at, end, names
            if (
                text[end - 1] == "s"
                and (end == len(text) or not _latin(text[end]))
                and (names := self.aliases.get(text[at : end - 1]))
            ):
                return at, end, names  # a plural: air fryers
        return None

    @cached_property
    def words(self) -> frozenset[str]:
        """Every longer English word of the names."""
        return frozenset(word for text, _ in self._texts for word in re.findall(r"(?<![a-z])[a-z]{5,}(?![a-z])", text))

    def containing(self, phrase: str) -> list[Name]:
        """Give the records whose name holds the phrase, or all its words."""
        if phrase not in self._held:
            if len(self._held) > REMEMBERED:
                self._held.clear()
            self._held[phrase] = self._containing(phrase)
        return self._held[phrase]

    def _containing(self, phrase: str) -> list[Name]:
        words = [_singular(word) for word in phrase.split()]
        if HAN.search(phrase):
            near = self._near([pair for word in words for pair in _pairs(word)], self._pairs_of_names)
            return [name for text, name in near if all(word in text for word in words)]
        near = self._near([word[:2] for word in words if len(word) > 1], self._starts_of_words)
        return [name for text, name in near if all(re.search(rf"(?<![a-z0-9]){re.escape(w)}", text) for w in words)]

    def _near(self, keys: list[str], index: Mapping[str, list[int]]) -> list[tuple[str, Name]]:
        """Give the names that hold the rarest of some keys: the only ones that can hold them all."""
        rarest: list[int] = min((index.get(key, []) for key in keys), key=len, default=[])
        return [self._texts[at] for at in rarest]

    @cached_property
    def _pairs_of_names(self) -> dict[str, list[int]]:
        return _index(_pairs(text) for text, _ in self._texts)

    @cached_property
    def _starts_of_words(self) -> dict[str, list[int]]:
        return _index(
            (text[at : at + 2] for at in range(len(text)) if not (at and _latin(text[at - 1])))
            for text, _ in self._texts
        )

    def similar(self, phrase: str) -> list[Name]:
        """Give the one record whose name is nearly the phrase, mistyped; nothing where two come close."""
        from rapidfuzz import fuzz, process

        if not 5 <= len(phrase) <= LONGEST or any(c.isdigit() for c in phrase):
            return []
        near = process.extract(phrase, [text for text, _ in self._texts], scorer=fuzz.token_set_ratio, limit=2)
        if not near or near[0][1] < 84 or (len(near) > 1 and near[1][1] > near[0][1] - 6):
            return []
        return [self._texts[near[0][2]][1]]


def sound(text: str) -> str:
    """Give how a text is read aloud, in Latin letters without tones or blanks."""
    return "".join(syllables(text)).replace(" ", "")


@lru_cache(maxsize=10_000)
def syllables(text: str) -> tuple[str, ...]:
    """Give how each Chinese letter of a text is read aloud."""
    if not HAN.search(text):
        return (text,)
    from pypinyin import lazy_pinyin  # 54 MB and a second: only where Chinese is spoken

    return tuple(lazy_pinyin(text))


def _index(keys_of_each: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """Give for each key the places that hold it."""
    places: dict[str, list[int]] = {}
    for at, keys in enumerate(keys_of_each):
        for key in set(keys):
            places.setdefault(key, []).append(at)
    return places


def _pairs(text: str) -> Iterator[str]:
    return (text[at : at + 2] for at in range(len(text) - 1))


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _codes(code: str) -> Iterator[str]:
    """Give how people type a code: MG-350-WH as mg350wh, mg 350 wh, and MG-350 where that is enough."""
    if not re.search(r"\d", code):
        return
    yield from (re.sub(r"[- ]", "", code), code.replace("-", " "))
    whole, _, part = code.rpartition("-")
    if "-" in whole and not part.isdigit():
        yield whole
        yield from _codes(whole)


def _short_forms(name: Name) -> set[str]:
    """Give what people shorten a name to: without city, legal form, kind, or the dashes of a code."""
    forms = set(_codes(normalise(name.number)))
    text = normalise(name.title)
    if name.form in ("supplier", "customer"):
        bare = _LEGAL.sub("", text).strip()
        forms |= {bare, _without_city(bare), _TRADES.sub("", _without_city(bare))}
    if name.form in _KINDS:
        bare = _KINDS[name.form].sub("", text).strip()
        forms |= {bare, f"{bare}仓", f"{bare}仓库"} if name.form == "warehouse" and HAN.search(bare) else {bare}
    code = normalise(name.number)
    if text.startswith(f"{code} "):
        forms |= _short_forms(Name(name.form, "", name.title[len(code) + 1 :])) | {text[len(code) + 1 :]}
    return {form for form in forms if len(form) >= 2 and not form.isdigit()}


def _without_city(text: str) -> str:
    city = _CITIES.match(text)
    return text[city.end() :] if city else text
