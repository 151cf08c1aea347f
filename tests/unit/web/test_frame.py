"""What every page has."""

import json

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views import defaults
from django.views.csrf import csrf_failure

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


def policy(response) -> set[str]:
    return set(response["Content-Security-Policy"].split("; "))


@pytest.mark.parametrize(
    "path", ["/offline/", "/manifest.webmanifest", "/service-worker.js", "/no/"]
)
def test_the_policy_is_strict(client: Client, path: str) -> None:
    assert policy(client.get(path)) == POLICY


def test_language_follows_the_reader_and_can_be_switched(client: Client) -> None:
    assert 'lang="zh-Hans"' in client.get("/offline/").text
    assert 'lang="en"' in client.get("/offline/", headers={"Accept-Language": "en-GB"}).text
    client.post("/language/setlang/", {"language": "en", "next": "/"})
    assert 'lang="en"' in client.get("/offline/").text


def test_error_pages_are_ours(client: Client) -> None:
    client.raise_request_exception = False
    request = RequestFactory().get("/")
    assert "页面不存在" in client.get("/no/").text
    assert "无法识别" in defaults.bad_request(request, ValueError()).content.decode()
    assert "没有权限" in defaults.permission_denied(request, PermissionError()).content.decode()
    assert "页面停留太久" in csrf_failure(request).content.decode()


def test_the_page_of_our_own_faults_needs_no_database() -> None:
    def no_database(*_: object) -> None:
        pytest.fail("the page asked the database")

    with connection.execute_wrapper(no_database):
        assert "出错了" in defaults.server_error(RequestFactory().get("/")).content.decode()


def test_the_manifest_names_icons_that_exist(client: Client) -> None:
    manifest = json.loads(client.get(reverse("manifest")).text)
    assert manifest["name"] == "惠顾商城"
    for icon in manifest["icons"]:
        assert finders.find(icon["src"].removeprefix("/static/"))


def test_the_worker_keeps_nothing_of_anyone(client: Client) -> None:
    response = client.get("/service-worker.js")
    assert response["Cache-Control"] == "no-cache"
    kept = json.loads("[" + response.text.split("KEPT = [")[1].split("]")[0] + "]")
    assert kept[0] == "/offline/"
    assert all(url.startswith("/static/") for url in kept[1:])
    chinese = response.text
    assert client.get("/service-worker.js", headers={"Accept-Language": "en"}).text != chinese


def test_the_footer_says_who_runs_the_mall(client: Client, settings) -> None:
    settings.COMPANY_NAME = "惠顾酒业有限公司"
    settings.COMPANY_LICENCE = "91310000MA1FL0000X"
    settings.COMPANY_ICP = "沪ICP备00000000号"
    page = client.get("/").text
    for text in ("惠顾酒业有限公司", "营业执照 91310000MA1FL0000X", "沪ICP备00000000号"):
        assert text in page
