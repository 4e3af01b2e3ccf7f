"""Files are answered as the distribution answers them."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import brotli
import pytest
from playwright.sync_api import sync_playwright

from infra.browser import launch
from infra.gateway import Request, Response
from infra.published import cache_control, content_encoding, content_type
from infra.static_site import StaticSite, compressed, rewritten
from infra.template_reader import Template

TEMPLATE = Template()
ADDRESSES = ["/", "/a/", "/a/b/", "/a", "/a/b", "/a.css", "/a/b.min.js", "/a.b/", "/a.b/c", "//evil.example", "/%2e%2e",
             "///evil", "/404.html"]


@pytest.fixture
def site(tmp_path: Path) -> StaticSite:
    for name, text in {"index.html": "<p>home</p>" * 200, "a/index.html": "a", "404.html": "<p>not here</p>",
                       "assets/x.1a2b3c4d.css": "c" * 2000, "picture.png": "p" * 2000,
                       "pagefind/pagefind.js": "j" * 2000}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path.parent / "secret.txt").write_text("secret")
    return StaticSite(TEMPLATE, tmp_path)


def get(site: StaticSite, path: str, method: str = "GET", **headers: str) -> Response:
    request = Request(method, path, "", {name.replace("_", "-"): value for name, value in headers.items()}, b"", "")
    return site.answer(request, TEMPLATE.behaviour_for(path))


def header(response: Response, name: str) -> str | None:
    return dict(response.headers).get(name)


def test_a_folder_is_its_index(site: StaticSite) -> None:
    assert get(site, "/a/").body == b"a"


def test_a_folder_without_its_slash_is_sent_there(site: StaticSite) -> None:
    response = get(site, "/a")
    assert (response.status, header(response, "location")) == (301, "/a/")


def test_what_is_not_there_is_the_sites_own_page_with_404(site: StaticSite) -> None:
    response = get(site, "/b/")
    assert (response.status, response.body) == (404, b"<p>not here</p>")
    assert header(response, "content-type") == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/a/../../secret.txt", "/a%00.txt",
                                  "/..%2fsecret.txt"])
def test_nothing_outside_the_site_is_served(site: StaticSite, path: str) -> None:
    assert get(site, path).status == 404


def test_a_known_etag_is_not_sent_again(site: StaticSite) -> None:
    etag = header(get(site, "/"), "etag")
    assert etag
    assert get(site, "/", if_none_match=etag).status == 304
    assert get(site, "/", if_none_match=f'"other", W/{etag}').status == 304
    assert get(site, "/", if_none_match='"other"').status == 200


def test_a_changed_file_has_a_new_etag(site: StaticSite) -> None:
    before = header(get(site, "/"), "etag")
    (site.folder / "index.html").write_text("new")
    after = get(site, "/")
    assert header(after, "etag") != before
    assert after.body == b"new"


@pytest.mark.parametrize(("path", "kept"), [
    ("assets/x.1a2b3c4d.css", "public, max-age=31536000, immutable"),
    ("assets/main.2afb09e1.min.css", "public, max-age=31536000, immutable"),
    ("pagefind/fragment/id_7c1f0e2.pf_fragment", "public, max-age=31536000, immutable"),
    ("assets/portal/search_a14005d5d8.id.json", "public, max-age=31536000, immutable"),
    ("berita_20261112.html", "public, max-age=300"),
    ("index.html", "public, max-age=300"), ("assets/portal/portal.css", "public, max-age=300"),
    ("pagefind/pagefind.js", "public, max-age=300"), ("konferensi-2027/index.html", "public, max-age=300"),
    ("layanan/openapi.json", "public, max-age=300")])
def test_only_names_that_change_with_their_content_are_kept_for_ever(path: str, kept: str) -> None:
    assert cache_control(path) == kept


@pytest.mark.parametrize(("path", "kind"), [
    ("a/index.html", "text/html; charset=utf-8"), ("a.js", "text/javascript; charset=utf-8"),
    ("a.css", "text/css; charset=utf-8"), ("a.svg", "image/svg+xml"), ("a.pf_meta", "application/octet-stream"),
    ("a.png", "image/png"), ("layanan/openapi.json", "application/json")])
def test_every_file_has_its_type(path: str, kind: str) -> None:
    assert content_type(path) == kind


@pytest.mark.parametrize(("accepted", "encoding", "unpack"), [
    ("gzip, deflate, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress),
    ("br;q=0, gzip", "gzip", gzip.decompress), ("br;q=0.5", "br", brotli.decompress)])
def test_text_is_packed_as_the_browser_likes(site: StaticSite, accepted: str, encoding: str, unpack: Any) -> None:
    plain = get(site, "/")
    packed = compressed(plain, accepted)
    assert header(packed, "content-encoding") == encoding
    assert unpack(packed.body) == plain.body
    assert header(packed, "etag") == f"W/{header(plain, 'etag')}"


@pytest.mark.parametrize(("path", "accepted"), [("/", ""), ("/", "br;q=0"), ("/a/", "br"), ("/picture.png", "br")])
def test_what_is_small_or_packed_already_or_not_wanted_stays_as_it_is(
        site: StaticSite, path: str, accepted: str) -> None:
    plain = get(site, path)
    assert compressed(plain, accepted).body == plain.body
    assert header(compressed(plain, accepted), "content-encoding") is None


@pytest.mark.parametrize("accepted", ["gzip, deflate, br", "gzip", ""])
def test_what_the_build_packed_is_sent_as_it_lies_in_the_bucket(site: StaticSite, accepted: str) -> None:
    answer = compressed(get(site, "/pagefind/pagefind.js"), accepted)
    assert answer.body == b"j" * 2000
    assert [value for name, value in answer.headers if name == "content-encoding"] == ["br"]
    assert header(answer, "etag") == header(get(site, "/pagefind/pagefind.js"), "etag")


@pytest.mark.parametrize(("path", "encoding"), [
    ("pagefind/wasm.id.pagefind", "br"), ("pagefind/index/id_da8be6e.pf_index", "br"), ("index.html", None),
    ("en/pagefind/index.html", None), ("assets/portal/search_a14005d5d8.js", None), ("layanan/openapi.json", None)])
def test_only_what_the_search_alone_asks_for_is_packed_beforehand(path: str, encoding: str | None) -> None:
    """A bucket cannot choose by what a browser reads, and a page is also read by programs that know no Brotli."""
    assert content_encoding(path) == encoding


def test_whether_something_is_packed_is_told_to_caches(site: StaticSite) -> None:
    assert header(compressed(get(site, "/"), ""), "vary") == "accept-encoding"


def test_the_edges_own_code_decides_every_address_as_the_runner_does() -> None:
    """The template's JavaScript, run in a browser, against its twin in Python."""
    (resource,) = TEMPLATE.of_type("AWS::CloudFront::Function").values()
    run = f"""(addresses) => {{ {resource["FunctionCode"]}
        return addresses.map(uri => {{
            const answer = handler({{request: {{uri}}}});
            return answer.statusCode ? [uri, answer.headers.location.value] : [answer.uri, null];
        }}); }}"""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        at_the_edge = browser.new_page().evaluate(run, ADDRESSES)
        browser.close()
    assert [tuple(each) for each in at_the_edge] == [rewritten(each) for each in ADDRESSES]


@pytest.mark.parametrize("path", ["//evil.example", "///evil"])
def test_a_redirect_never_leaves_the_site(path: str) -> None:
    _, place = rewritten(path.replace(".", "-"))
    assert place
    assert not place.startswith("//")
