"""Around every request: size, headers, counting; a broken part is told as a problem."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from app.api.problems import install_problems
from app.api.shield import MEGABYTE, Shield


def a_guarded_api() -> TestClient:
    api = FastAPI()
    install_problems(api)

    @api.post("/api/echo")
    async def echo(request: Request) -> dict[str, int]:
        return {"length": len(await request.body())}

    @api.get("/api/broken")
    def broken() -> None:
        raise ZeroDivisionError("secret detail")

    api.add_middleware(Shield)
    return TestClient(api, raise_server_exceptions=False)


def test_a_body_of_usual_size_passes() -> None:
    assert a_guarded_api().post("/api/echo", content=b"x" * 1000).json() == {"length": 1000}


def test_a_body_that_announces_too_much_is_refused_unread() -> None:
    answer = a_guarded_api().post("/api/echo", content=b"x" * (6 * MEGABYTE))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_grows_beyond_the_limit_is_cut_off() -> None:
    answer = a_guarded_api().post("/api/echo", content=(b"x" * MEGABYTE for _ in range(7)))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_every_answer_carries_the_headers_that_protect_the_reader() -> None:
    headers = a_guarded_api().post("/api/echo", content=b"").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "frame-ancestors 'self'" in headers["content-security-policy"]


@pytest.mark.parametrize(("language", "said"), [("en", "Nothing was saved"), ("zh-CN,zh;q=0.9", "没有保存")])
def test_a_failure_of_ours_tells_no_detail(language: str, said: str) -> None:
    answer = a_guarded_api().get("/api/broken", headers={"accept-language": language})
    assert answer.status_code == 500
    assert said in answer.json()["detail"]
    assert "secret" not in json.dumps(answer.json())
