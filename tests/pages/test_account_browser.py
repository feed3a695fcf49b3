"""One's own account in a browser: the second factor from the first scan to a lost phone, sessions, tokens, a new password."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest

from tests.browsing import expect, still
from tests.pages.company import PASSWORD
from tests.pages.test_accessible import CONTRAST, NAMELESS, SMALL

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Any]
FACTOR, TOKENS, SESSIONS = ("[data-part=factor]", "[data-part=tokens]", "[data-part=sessions]")


def password(page: Any, name: str) -> None:
    page.fill("#sign-in-name", name)
    page.fill("#sign-in-password", PASSWORD)
    page.click("button[type=submit]")


def scanned(page: Any) -> pyotp.TOTP:
    """Give the app that scanned the square."""
    page.wait_for_selector(".square-code")
    return pyotp.TOTP(page.inner_text(".typed-key").replace(" ", ""))


def confirmed(page: Any) -> tuple[str, list[str]]:
    """Type the first code of the app; give it and the recovery codes."""
    code = scanned(page).now()
    page.fill("#code-box", code)
    page.click(".enrol button[type=submit]")
    page.wait_for_selector(".codes")
    return code, page.locator(".codes li").all_inner_texts()


def test_a_demanded_second_factor_is_set_up_at_the_door_and_asked_for_at_the_next_sign_in(visit: Visit) -> None:
    page = visit("/login?next=%2Fstock", lang="zh", width=390)
    password(page, "treasurer")
    page.wait_for_selector("h1:has-text('设置两步验证')")
    assert page.request.get(page.url.split("/login")[0] + "/api/account").status == 401
    code, codes = confirmed(page)
    assert len(codes) == 10
    page.click("text=已保存好")
    page.wait_for_url("**/stock**")

    page = visit("/login?next=%2Fstock")
    password(page, "treasurer")
    page.fill("#code-box", code)  # used up at the door already
    page.click("button[type=submit]")
    page.wait_for_selector("[role=alert]:has-text('was used already')")
    page.fill("#code-box", codes[0])
    page.click("button[type=submit]")
    page.wait_for_url("**/stock**")
    page.goto(page.url.split("/stock")[0] + "/settings/account")
    page.wait_for_selector(f"{FACTOR}:has-text('9 recovery codes are left')")
    expect(page.locator(f"{FACTOR} .danger"), "a demanded factor can't be turned off").to_have_count(0)


def test_a_person_turns_a_second_factor_on_and_an_administrator_takes_a_lost_one_away(visit: Visit) -> None:
    page = visit("/settings/account", "analyst")
    page.click(f"{FACTOR} button:has-text('Set up')")
    page.fill("#account-password", "not mine")
    page.click(f"{FACTOR} button[type=submit]")
    page.wait_for_selector(f"{FACTOR} [role=alert]:has-text('not your password')")
    page.fill("#account-password", PASSWORD)
    page.click(f"{FACTOR} button[type=submit]")
    confirmed(page)
    page.click("text=I have kept them")
    page.wait_for_selector(f"{FACTOR} .chip:has-text('On')")

    admin = visit("/settings/people", "admin")
    row = admin.locator("tr", has_text="He Jia").first
    row.locator("text=Reset second factor").click()
    admin.wait_for_selector("text=He Jia has no second factor now")
    page.reload()
    page.wait_for_url("**/login**")


def test_tokens_sessions_language_and_password(visit: Visit) -> None:
    page, other = visit("/settings/account", "outsider"), visit("/", "outsider")
    page.fill("#token-title", "price list")
    page.click(f"{TOKENS} button[type=submit]")
    token = page.inner_text(".made-token")
    base = page.url.split("/settings")[0]
    reader = {"Authorization": f"Bearer {token}"}
    assert page.request.get(f"{base}/api/v1/me", headers=reader).json()["name"] == "outsider"
    page.reload()
    page.wait_for_selector(f"{TOKENS} li:has-text('price list')")
    assert token not in page.content()
    page.click(f"{TOKENS} li .danger")
    page.wait_for_selector(f"{TOKENS}:has-text('No tokens yet')")
    page.wait_for_selector(f"{SESSIONS} li >> nth=1")
    page.click("text=Sign out everywhere else")
    page.wait_for_selector(f"{SESSIONS} [role=status]:has-text('signed out')")
    other.reload()
    other.wait_for_url("**/login**")
    page.fill("[data-part=password] #account-password", PASSWORD)
    page.fill("#account-new", "outsider2024")
    page.click("text=Change password")
    page.wait_for_selector("[data-part=password] [role=alert]")
    page.click("[data-part=language] button:has-text('中文')")
    page.wait_for_selector("h1:has-text('我的账号')")


def test_the_company_account_is_offered_where_there_is_one_and_its_refusals_are_told(visit: Visit) -> None:
    page = visit("/login")
    page.wait_for_selector("#sign-in-name")
    expect(page.locator(".company-button")).to_have_count(0)
    page.route("**/api/login", lambda route: route.fulfill(json={"password": True, "company_account": True}))
    page.goto(page.url.split("/login")[0] + "/login?next=%2Fstock&problem=not_known_here&who=p-99")
    page.wait_for_selector("[role=alert]:has-text('link p-99')")
    expect(page.locator(".company-button")).to_have_attribute("href", "/api/oidc/start?next=%2Fstock")


@pytest.mark.parametrize("next", ["//evil.example", "/%09/evil.example", "/%5Cevil.example", "https://evil.example"])
def test_nobody_is_led_elsewhere_after_signing_in(visit: Visit, shop: str, next: str) -> None:
    page = visit(f"/login?next={next}")
    password(page, "employee")
    page.wait_for_selector(".user-block")
    expect(page).to_have_url(re.compile(f"^{shop}/?$"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_can_be_read_and_pressed_on_a_phone(visit: Visit, dark: bool) -> None:
    page = visit("/settings/account", "manager", lang="zh", width=390, dark=dark)
    page.wait_for_selector("[data-part=events] li")
    still(page)
    found = page.evaluate(CONTRAST)
    assert found["seen"] > 20 and not found["bad"]
    assert not page.evaluate(NAMELESS) and not page.evaluate(SMALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_auditor_sees_who_read_what_is_sensitive_and_nobody_else_does(visit: Visit, shop: str) -> None:
    hr = visit("/", "admin").request
    number = hr.get(f"{shop}/api/v1/employee").json()["items"][0]["number"]
    assert hr.patch(f"{shop}/api/v1/employee/{number}", data={"salary": "12345"}, headers={"Origin": shop}).ok
    assert hr.get(f"{shop}/api/v1/employee/{number}").json()["salary"] == "12345.00"
    page = visit(f"/settings/access?number={number}", "auditor", lang="zh", width=390)
    page.wait_for_selector(f".reads-table tr:has-text('{number}'):has-text('Lin Yue'):has-text('通过 API')")
    still(page)
    assert "12345" not in page.inner_text("main") and page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.evaluate(CONTRAST)["bad"] and not page.evaluate(NAMELESS)
    desk = visit("/", "auditor")
    desk.click(".side-item:has-text('Access log')")
    desk.wait_for_selector(".reads-table tr:has-text('Lin Yue')")
    desk.fill("#reads-number", "EMP-none")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".empty:has-text('Nothing was read')")
    visit("/settings/access", "manager").wait_for_selector(".empty:has-text('an auditor')")
