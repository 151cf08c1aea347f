"""What the processes say."""

import json
import logging
import sys

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from patronage.web.config.logs import JsonLines


def test_a_message_is_one_line_of_json() -> None:
    try:
        raise ValueError("换行\n")
    except ValueError:
        record = logging.LogRecord("a.b", logging.ERROR, "f", 1, "no %s", ("达",), sys.exc_info())
    record.created = 1_767_225_600.5
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert told.pop("traceback").endswith("ValueError: 换行\n")
    assert told == {
        "at": "2026-01-01T00:00:00.500+00:00",
        "level": "ERROR",
        "logger": "a.b",
        "message": "no 达",
    }


def failing(_request: object) -> None:
    raise RuntimeError("in a page")


def handler500(_request: object) -> HttpResponse:
    return HttpResponse(status=500)


urlpatterns = [path("failing/", failing)]


def test_an_error_in_a_page_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    (handler,) = (one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler)
    monkeypatch.setattr(handler, "emit", lambda record: told.append(record.getMessage()))
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[]):
        assert Client(raise_request_exception=False).get("/failing/").status_code == 500
    assert told == ["Internal Server Error: /failing/"]
