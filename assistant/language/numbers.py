"""Numbers as people write them: 1,200 · 3万 · 2k · 一百五十 · two hundred · a dozen."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
UNITS = {"十": 10, "百": 100, "千": 1000}
SCALES = {"万": 10_000, "亿": 100_000_000}
SMALL = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
SUFFIX = {"k": 1_000, "千": 1_000, "万": 10_000, "w": 10_000, "m": 1_000_000, "亿": 100_000_000}

HAN_NUMBER = r"[零〇一二两三四五六七八九十百千万亿]+"
_WORD = "|".join([*SMALL, *TENS, "hundred", "thousand", "dozen", "half a"])
ENGLISH = rf"(?:a (?=hundred|thousand|dozen))?(?:{_WORD})(?:[ -](?:and )?(?:{_WORD}))*"
FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
NUMBER = rf"(?:{FIGURE})\s?(?:[kw](?![a-z])|[万亿千])?|{HAN_NUMBER}|{ENGLISH}"


def number(text: str) -> Decimal | None:
    """Give the value of a number in figures, Chinese or English words; None if it is none."""
    text = text.strip().lower()
    if match := re.fullmatch(rf"({FIGURE})\s?([kmw万亿千])?", text):
        return Decimal(match[1].replace(",", "")) * SUFFIX.get(match[2] or "", 1)
    if re.fullmatch(HAN_NUMBER, text):
        return chinese(text)
    return english(text)


def chinese(text: str) -> Decimal | None:
    """Give the value of a Chinese numeral such as 一千二百 or 三百五."""
    total = section = digit = 0
    last_unit = 0
    for letter in text:
        if letter in DIGITS:
            if digit:
                return None
            digit = DIGITS[letter]
        elif letter in UNITS:
            section, digit, last_unit = section + (digit or 1) * UNITS[letter], 0, UNITS[letter]
        else:
            total, section, digit, last_unit = (total + section + digit) * SCALES[letter], 0, 0, SCALES[letter]
    if digit and last_unit >= 100 and "零" not in text:
        digit *= last_unit // 10  # 三百五 = 350
    return Decimal(total + section + digit)


def english(text: str) -> Decimal | None:
    """Give the value of English number words."""
    total, current, seen = 0, 0, False
    for word in re.findall(r"[a-z]+", text):
        if word in SMALL or word in TENS:
            current += SMALL.get(word, TENS.get(word, 0))
        elif word in ("hundred", "dozen"):
            current = (current or 1) * (100 if word == "hundred" else 12)
        elif word == "thousand":
            total, current = total + (current or 1) * 1000, 0
        elif word not in ("and", "a"):
            return None
        seen = seen or word not in ("and", "a")
    return Decimal(total + current) if seen else None
