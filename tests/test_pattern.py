"""The pattern page: claims grouped by wording, counted from verdicts."""

import pytest
from site_under_test import SITE

from story import notebook, pattern
from story.claims import Claim, definition
from story.data import register


def verdict(id, *values):
    claim = Claim(id, "q", "t", "r", "solopreneur", "x", "ratio", low=11, high=13)
    apart = definition("apart", 12, comparable=False, note="counts two things")
    return claim.test(apart, *(definition(f"d{place}", value) for place, value in enumerate(values))).payload()


def test_close_definitions_agree_and_those_apart_do_not_count():
    assert pattern.agreement(verdict("a", 12, 13.5, 6, 5)) == 0.5
    assert pattern.agreement(verdict("a", 6)) == 0
    assert pattern.agreement(verdict("a")) is None


def test_groups_weigh_every_tested_claim_alike(monkeypatch):
    kinds = {"a": "amount", "b": "amount", "c": "trend", "d": "trend", "e": "forecast"}
    monkeypatch.setattr(pattern, "register", lambda name: {id: {"kind": kind} for id, kind in kinds.items()})
    found = pattern.groups({
        "a": verdict("a", 12, 6, 6, 6), "b": verdict("b", 12), "c": verdict("c", 6), "d": verdict("d"), "e": verdict("e"),
    })  # fmt: skip
    assert [(one["name"], one["tested"], one["share"], one["right"], one["wrong"]) for one in found] == [
        ("amounts", 2, pytest.approx(0.625), 1, 0),
        ("trends", 1, 0, 0, 1),
    ]
    assert [one["claim"]["id"] for one in found[0]["claims"]] == ["b", "a"]
    assert [one["claim"]["id"] for one in found[1]["claims"]] == ["c", "d"]


def test_every_claim_has_a_kind_and_every_kind_claims():
    kinds = {fields.get("kind") for fields in register("claims").values()}
    assert kinds == set(pattern.KINDS)


def test_the_page_shows_every_definition_that_counts(visit):
    assert (SITE / "patterns.html").exists()
    tab, tested = visit("patterns", java_script_enabled=False), notebook.verdicts()
    for rating in ("inside", "close", "outside"):
        expected = sum(row["rating"] == rating for one in tested.values() for row in one["definitions"])
        assert tab.locator(f".blocks i[data-rating={rating}]").count() == expected > 0
    assert tab.locator(".pattern li").count() == len(tested)
    failing = sum(one["label"] == "fails" for one in tested.values())
    assert tab.locator("main table tbody tr").count() == failing
