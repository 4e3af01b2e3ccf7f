"""The words of the search: each list holds what is needed and nothing else, and the questions ask for pages that exist.

How many questions find their page is a figure of `make bench`.
"""

from __future__ import annotations

import json
from collections import Counter

import brotli
import pytest
import snowballstemmer

from infra import search, search_copy, search_words
from infra.built_site import LANGUAGES, SITE, page_files
from infra.published import content_encoding

STEM = snowballstemmer.stemmer("indonesian").stemWord
EXCEPTIONS = search_words.families("id", "stem-exceptions")


def test_there_are_enough_questions_in_both_languages():
    asked = Counter(question.language for question in search.read_questions())
    assert asked["id"] >= 45
    assert asked["en"] >= 15
    assert asked.total() >= 60


def test_no_question_is_asked_twice():
    asked = Counter((question.language, question.words) for question in search.read_questions())
    assert set(asked.values()) == {1}


def test_every_question_asks_for_a_page_that_exists(pages):
    assert [question for question in search.read_questions() if question.address not in pages] == []


@pytest.mark.parametrize("question", search.read_questions(), ids=lambda question: question.words)
def test_every_question_says_something(question):
    assert search_words.read_vocabulary(question.language).telling(question.words)


def test_each_form_belongs_to_one_family():
    for language in LANGUAGES:
        lists = [search_words.families(language, kind) for kind in ("stem-exceptions", "same-words")]
        forms = Counter(form for families in lists for all_forms in families.values() for form in all_forms)
        assert [form for form, count in forms.items() if count > 1] == []


def test_a_canonical_word_is_no_form_of_another_family_and_not_silent():
    for language in LANGUAGES:
        vocabulary = search_words.read_vocabulary(language)
        canonical = {part for word in vocabulary.forms.values() for part in word.split()}
        assert canonical & set(vocabulary.forms) == set()
        assert (canonical | set(vocabulary.forms)) & vocabulary.silent == set()


@pytest.mark.parametrize("word", EXCEPTIONS)
def test_the_stemmer_tears_the_family_apart(word):
    needless = [form for form in EXCEPTIONS[word] if STEM(form) == STEM(word)]
    assert needless == [], f"the stemmer gets these right: {needless}"


@pytest.mark.parametrize(("form", "word"), [("penilaian", "nilai"), ("menilai", "nilai"), ("rujukan", "rujuk")])
def test_the_words_known_to_go_wrong_are_in_the_list(form, word):
    assert search_words.read_vocabulary("id").forms[form] == word


def test_no_two_families_end_in_one_stem():
    stems = Counter(STEM(word) for word in EXCEPTIONS)
    assert [stem for stem, count in stems.items() if count > 1] == []


def test_a_question_of_silent_words_only_is_still_asked():
    # The dialog asks it as it is; the index has none of these words, so the answer is an honest nothing.
    assert search_words.read_vocabulary("id").telling("apa itu") == []


def test_the_index_holds_every_page_but_the_site_map(pages):
    copied = {"/" + file.relative_to(search_copy.COPY).as_posix().removesuffix("index.html")
              for file in search_copy.COPY.rglob("*.html")}
    assert set(pages) - copied == {"/404.html", "/en/404.html", "/peta-situs/", "/en/peta-situs/"}


def test_every_word_of_every_page_finds_as_many_pages_as_the_dialog_shows(pages):
    assert pages
    vocabularies = {language: search_words.read_vocabulary(language) for language in LANGUAGES}
    said = [page for page in (search_copy.read_said(file, vocabularies) for file in page_files()) if page]
    for language, vocabulary in vocabularies.items():
        mine = [page for page in said if page.language == language]
        listed = search_copy.listed_pages(mine, vocabulary)
        spread = Counter(word for page in mine for word in page.body)
        assert [word for word, count in spread.items() if len(listed[word]) < min(count, search_copy.SHOWN)] == []


def test_the_dialog_can_show_what_is_found(pages):
    for language, folder in LANGUAGES.items():
        (file,) = (SITE / "assets" / "portal").glob(f"search_*.{language}.json")
        shown = json.loads(file.read_text(encoding="utf-8"))["pages"]
        assert {page["url"] for page in shown.values()} <= set(pages)
        assert len(shown) == len([address for address in pages if address.startswith(f"/{folder}")
                                  and (folder or not address.startswith("/en/"))]) - 2
        assert all(page["title"] and page["description"] for page in shown.values())


def test_every_file_of_the_index_is_packed_once_and_as_it_is_published(pages):
    assert pages
    files = [file for file in search.INDEX.rglob("*") if file.is_file()]
    assert {content_encoding(file.relative_to(SITE).as_posix()) for file in files} == {"br"}
    unpacked = {file.name: brotli.decompress(file.read_bytes()) for file in files}
    assert [name for name, content in unpacked.items() if content.startswith(search.GZIP)] == []
    own = [name for name in unpacked if name.endswith(("pagefind", "_meta", "_index"))]
    assert len(own) >= 3 * len(LANGUAGES)
    assert [name for name in own if not unpacked[name].startswith(b"pagefind_dcd")] == []


def test_the_index_holds_no_names_of_regions_from_forms(pages):
    assert pages
    text = (search_copy.COPY / "kegiatan/bimtek-musyawarah-desa/index.html").read_text(encoding="utf-8")
    assert "halmahera" not in text
    assert "musyawarah" in text
