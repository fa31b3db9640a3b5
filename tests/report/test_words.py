import re
import string
from pathlib import Path

import pytest

from sim.domains import Cause, Source, Tier
from sim.report.words import LANGUAGES, words

SOURCES = Path(words.__wrapped__.__globals__["__file__"]).parent
WITHOUT_CHINESE = {"list", "channels"}  # punctuation; names of places may be Latin


def test_both_languages_have_the_same_keys():
    assert words("en").texts.keys() == words("zh").texts.keys()


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_fill_in_the_same_places():
    for key, text in words("en").texts.items():
        assert places(text) == places(words("zh").texts[key]), key


def test_every_chinese_text_is_chinese():
    for key, text in words("zh").texts.items():
        bare, english = (re.sub(r"\{\w+\}", "", each) for each in (text, words("en").texts[key]))
        if key.split(".")[0] not in WITHOUT_CHINESE and re.search(r"[A-Za-z]{3}", english) and bare.strip(" −…:±%95"):
            assert re.search(r"[\u4e00-\u9fff]", bare), (key, text)


def test_every_key_in_the_code_has_a_text():
    code = "\n".join(p.read_text(encoding="utf-8") for p in SOURCES.glob("**/*.*") if p.suffix in (".py", ".j2"))
    sections = {key.split(".")[0] for key in words("en").texts}
    used = {key for key in re.findall(r'"([a-z]+\.[a-z_0-9-]+)"', code) if key.split(".")[0] in sections}
    used = {key for key in used if not key.endswith(".json")}  # names of files
    assert len(used) > 100
    assert used <= words("en").texts.keys()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_members_have_names(lang):
    for member in (*Cause, *Source, *Tier):
        assert "_" not in words(lang).member(member)


def test_a_list_reads_as_a_phrase():
    assert words("en").listed(["a", "b", "c"]) == "a, b and c"
    assert words("zh").listed(["甲", "乙"]) == "甲、乙"
    assert words("en").listed([]) == ""


def test_names_of_users_stay_as_they_are():
    assert words("zh").logic("ours") == "ours"
    assert words("zh").channel("shop-floor") == "shop-floor"
