"""Every page can be read and pressed: contrast in both themes, names of buttons, labels of boxes, size of targets."""


from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browsing import still

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PAGES = ["/", "/purchase_request", "/settings/people", "/stock", "/purchase_request/new", "/inbox"]
CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (text) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1); const d = canvas.getImageData(0, 0, 1, 1).data;
    return [d[0], d[1], d[2], d[3] / 255]; };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const ground = (node) => { const layers = []; for (let at = node; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]); };
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const bad = [];
  let seen = 0;
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.textContent.trim() || !node.checkVisibility({visibilityProperty: true, opacityProperty: true}) || node.closest('[disabled],.skip,script,style')) continue;
    const back = ground(node), value = ratio(over(rgba(getComputedStyle(node).color), back), back);
    seen += 1;
    if (value < 4.5) bad.push(`${text.textContent.trim().slice(0, 30)}: ${value.toFixed(2)}`);
  }
  return {seen, bad: [...new Set(bad)]};
}"""
NAMELESS = """() => [...document.querySelectorAll('button, a[href], input, [role=button]')].filter((one) => one.checkVisibility())
  .filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label') || one.getAttribute('aria-labelledby') || one.title
    || (one.labels && one.labels.length))).map((one) => one.outerHTML.slice(0, 120))"""
SMALL = """() => [...document.querySelectorAll('main button, header button, nav a')].filter((one) => one.checkVisibility() && !one.closest('.skip'))
  .map((one) => [one, one.getBoundingClientRect()]).filter(([one, box]) => box.width && (box.width < 24 || box.height < 24) && !one.closest('.ag-header'))
  .map(([one, box]) => `${one.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_text_has_contrast(visit: Callable[..., Any], path: str, dark: bool) -> None:
    page = visit(path, "admin" if path == "/settings/people" else "manager", dark=dark)
    page.wait_for_selector("main h1")
    page.wait_for_function(f"({CONTRAST})().seen > 20")
    still(page)
    assert not page.evaluate(CONTRAST)["bad"]


@pytest.mark.parametrize("path", PAGES)
def test_everything_that_is_pressed_has_a_name_and_a_size(visit: Callable[..., Any], path: str) -> None:
    page = visit(path, "admin" if path == "/settings/people" else "manager")
    page.wait_for_selector("main h1")
    page.wait_for_function(f"({CONTRAST})().seen > 20")
    still(page)
    assert not page.evaluate(NAMELESS)
    assert not page.evaluate(SMALL)
    assert page.locator("h1").count() == 1


def test_the_walk_finds_pale_words_and_nameless_buttons(visit: Callable[..., Any]) -> None:
    page = visit("/", "manager")
    page.wait_for_selector("main h1")
    page.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"color:#999;background:#fff\">pale</p><button></button>')"
    )
    assert any(word.startswith("pale") for word in page.evaluate(CONTRAST)["bad"])
    assert page.evaluate(NAMELESS)
