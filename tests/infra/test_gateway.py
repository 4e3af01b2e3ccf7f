"""Requests become the events of API Gateway's HTTP API, and answers become HTTP."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from infra.gateway import LARGEST_BODY, Gateway, Request, event_for, response_from
from infra.lambdas import Lambda
from infra.template_reader import Function, Route, Template

ROUTE = Route("POST", "/layanan/{thing}/kursi")


def a_request(**changes: Any) -> Request:
    return Request(**{"method": "POST", "path": "/layanan/a%20b/kursi", "query": "", "headers": {"host": "h:1"},
                      "body": b"", "source": "127.0.0.1", **changes})


def an_event(**changes: Any) -> dict[str, Any]:
    request = a_request(**changes)
    return event_for(request, ROUTE, ROUTE.match(request.method, request.path) or {})


def a_function(answer: Any, path: str = "/layanan/x", method: str = "GET") -> Lambda:
    shape = Function("XFunction", {"Handler": "x.y", "Timeout": 10, "MemorySize": 512, "Events": {
        "E": {"Type": "HttpApi", "Properties": {"Method": method, "Path": path}}}})
    return Lambda(shape, answer)


def test_path_parameters_are_decoded() -> None:
    assert an_event()["pathParameters"] == {"thing": "a b"}


def test_the_path_itself_is_as_it_was_sent() -> None:
    assert an_event()["rawPath"] == "/layanan/a%20b/kursi"


def test_cookies_stand_apart_from_headers() -> None:
    event = an_event(headers={"cookie": "a=1; b=2", "accept": "*/*"})
    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


def test_repeated_names_in_the_query_are_joined_by_commas() -> None:
    event = an_event(query="a=1&a=2&b=")
    assert (event["queryStringParameters"], event["rawQueryString"]) == ({"a": "1,2", "b": ""}, "a=1&a=2&b=")


@pytest.mark.parametrize("kind", ["application/json", "text/plain; charset=utf-8", "application/problem+json"])
def test_a_body_of_text_is_text(kind: str) -> None:
    event = an_event(headers={"content-type": kind}, body="é".encode())
    assert (event["body"], event["isBase64Encoded"]) == ("é", False)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
                                  "image/png"])
def test_any_other_body_is_base64_a_form_too(kind: str) -> None:
    event = an_event(headers={"content-type": kind}, body=b"\xff=1")
    assert (base64.b64decode(event["body"]), event["isBase64Encoded"]) == (b"\xff=1", True)


def test_a_request_without_a_body_has_none() -> None:
    assert "body" not in an_event()


def test_the_event_tells_route_method_and_address_of_the_caller() -> None:
    context = an_event()["requestContext"]
    assert context["routeKey"] == "POST /layanan/{thing}/kursi"
    assert (context["http"]["method"], context["http"]["sourceIp"]) == ("POST", "127.0.0.1")
    assert context["requestId"]


def test_a_route_without_parameters_wins() -> None:
    gateway = Gateway({"a": a_function(lambda *_: "one", "/layanan/{any}"), "b": a_function(lambda *_: "two")})
    assert gateway.answer(a_request(method="GET", path="/layanan/x")).body == b'"two"'


def test_the_route_for_anything_else_yields_to_every_other() -> None:
    gateway = Gateway({"a": a_function(lambda *_: "else", "$default", ""), "b": a_function(lambda *_: "own")})
    assert gateway.answer(a_request(method="GET", path="/layanan/x")).body == b'"own"'
    assert gateway.answer(a_request(method="PUT", path="/layanan/x")).body == b'"else"'


def test_the_route_for_anything_else_is_called_default() -> None:
    assert Route("", "$default").key == "$default"


def test_a_parameter_is_one_segment() -> None:
    assert Route("GET", "/a/{b}").match("GET", "/a/b/c") is None


@pytest.mark.parametrize(("method", "path"), [("GET", "/layanan/y"), ("POST", "/layanan/x"), ("HEAD", "/layanan/x")])
def test_what_no_route_serves_is_not_found(method: str, path: str) -> None:
    response = Gateway({"a": a_function(lambda *_: None)}).answer(a_request(method=method, path=path))
    assert (response.status, response.body) == (404, b'{"message": "Not Found"}')


def test_a_body_that_is_too_large_never_reaches_the_function() -> None:
    gateway = Gateway({"a": a_function(lambda *_: pytest.fail("was called"))})
    response = gateway.answer(a_request(method="GET", path="/layanan/x", body=b"x" * (LARGEST_BODY + 1)))
    assert response.status == 413


def test_a_function_that_raises_is_a_500_that_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def raises(*_: Any) -> None:
        message = "secret"
        raise RuntimeError(message)

    response = Gateway({"a": a_function(raises)}).answer(a_request(method="GET", path="/layanan/x"))
    assert (response.status, response.body) == (500, b'{"message": "Internal Server Error"}')
    assert "secret" in caplog.text  # for the person at the terminal


def test_an_answer_that_json_cannot_say_is_a_500_as_in_lambda() -> None:
    response = Gateway({"a": a_function(lambda *_: {"statusCode": 200, "body": object()})}).answer(
        a_request(method="GET", path="/layanan/x"))
    assert response.status == 500


def test_each_cookie_of_an_answer_is_a_header_of_its_own() -> None:
    response = response_from({"statusCode": 200, "cookies": ["a=1", "b=2"], "body": ""})
    assert [value for name, value in response.headers if name == "set-cookie"] == ["a=1", "b=2"]


def test_a_base64_answer_is_decoded() -> None:
    assert response_from({"statusCode": 200, "body": "/w==", "isBase64Encoded": True}).body == b"\xff"


def test_an_answer_without_a_type_is_json() -> None:
    assert ("content-type", "application/json") in response_from({"statusCode": 200, "body": "{}"}).headers


def test_the_context_counts_down_the_templates_time_out() -> None:
    seen = []
    function = Template().functions["RegistrationsFunction"]
    Lambda(function, lambda _, context: seen.append(context))({})
    assert 9_000 < seen[0].get_remaining_time_in_millis() <= 10_000
    assert seen[0].function_name == "RegistrationsFunction"
    assert seen[0].memory_limit_in_mb == 512
    assert seen[0].aws_request_id
