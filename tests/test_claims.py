"""The rule from values to verdict, on invented numbers."""

import itertools
import math

import pytest

from story import claims, data
from story.claims import Claim, definition, number


def claim(low=None, high=None, strict=False, unit="ratio"):
    return Claim("c", "q", "t", "r", "solopreneur", "x", unit, low=low, high=high, strict=strict)


def verdict(values, **bounds):
    return claim(**bounds).test(*(definition(f"d{place}", value) for place, value in enumerate(values)))


@pytest.mark.parametrize(
    ("value", "bounds", "rating"),
    [
        (12, {"low": 11, "high": 13}, "inside"),
        (11, {"low": 11, "high": 13}, "inside"),
        (11, {"low": 11, "high": 13, "strict": True}, "close"),
        (10.45, {"low": 11, "high": 13}, "close"),
        (10.44, {"low": 11, "high": 13}, "outside"),
        (13.65, {"low": 11, "high": 13}, "close"),
        (13.66, {"low": 11, "high": 13}, "outside"),
        (1e9, {"low": 2}, "inside"),
        (1.9, {"low": 2}, "close"),
        (-1e9, {"high": 0}, "inside"),
        (0, {"high": 0}, "inside"),
        (0, {"high": 0, "strict": True}, "outside"),
        (1e-9, {"high": 0}, "outside"),  # 5 % of nothing is nothing
        (-50, {"high": -50}, "inside"),
        (-48, {"high": -50}, "close"),
        (-47, {"high": -50}, "outside"),
        (100, {"low": 100, "high": 100}, "inside"),
        (99, {"low": 100, "high": 100}, "close"),
    ],
)
def test_ratings(value, bounds, rating):
    assert claim(**bounds).rate(value) == rating


@pytest.mark.parametrize(
    ("values", "label", "count"),
    [
        ([12, 11.5], "holds", "inside under 2 of 2 definitions"),
        ([12, 10.5], "roughly", "inside under 1 of 2 definitions, close under 1"),
        ([10.5], "roughly", "inside under 0 of 1 definition, close under 1"),
        ([12, 6], "depends on the definition", "inside under 1 of 2 definitions"),
        ([10.5, 6], "depends on the definition", "inside under 0 of 2 definitions, close under 1"),
        ([6, 5, 4], "fails", "inside under 0 of 3 definitions"),
        ([], "cannot be tested", "nothing to count"),
    ],
)
def test_labels(values, label, count):
    found = verdict(values, low=11, high=13)
    assert (found.label, found.count) == (label, count)


def test_a_claim_without_interval_cannot_be_tested():
    found = verdict([1, 2])
    assert found.label == "cannot be tested" and found.claim.interval == "no number in the wording"


def test_definitions_apart_are_shown_and_not_counted():
    found = claim(11, 13).test(definition("people", 6.4), definition("mixed", 12.5, comparable=False, note="two things"))
    assert found.label == "fails" and found.ratings == ["outside"]
    assert [rating for _, rating in found.rated] == ["outside", "apart"]
    assert "mixed" in repr(found) and "two things" in repr(found)


def test_none_comparable_cannot_be_tested():
    assert claim(11, 13).test(definition("a", 12, comparable=False, note="n")).label == "cannot be tested"


def test_nearest_miss():
    assert verdict([6, 14, 12], low=11, high=13).nearest.label == "d1"
    assert verdict([12], low=11, high=13).nearest is None


def test_fragile_points():
    assert verdict([12, 12, 6], low=11, high=13).fragile == ["d2"]
    assert "without “d2”" in verdict([12, 12, 6], low=11, high=13).fragility
    assert verdict([6, 5], low=11, high=13).fragile == []
    assert "rests on one definition" in verdict([6], low=11, high=13).fragility
    assert verdict([12, 6], low=11, high=13).fragility.startswith("Fragile: leaving out any one")


@pytest.mark.parametrize("size", range(1, 5))
def test_the_label_follows_from_the_ratings_alone(size):
    for values in itertools.product([12, 10.5, 6], repeat=size):
        found = verdict(values, low=11, high=13)
        good = [value != 6 for value in values]
        expected = ("fails" if not any(good) else "depends on the definition" if not all(good)
                    else "holds" if set(values) == {12} else "roughly")  # fmt: skip
        assert found.label == expected
        assert found.label == verdict(values[::-1], low=11, high=13).label


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True])
def test_a_value_must_be_a_finite_number(value):
    with pytest.raises(ValueError, match="definition 'x': found .* expected a finite number"):
        definition("x", value)


def test_a_definition_needs_known_tables_and_reasons():
    with pytest.raises(ValueError, match="unknown table 'nowhere', expected one of"):
        definition("x", 1, "nowhere")
    with pytest.raises(ValueError, match="needs a note that says why"):
        definition("x", 1, comparable=False)


def test_two_definitions_cannot_share_a_label():
    with pytest.raises(ValueError, match="same label"):
        claim(0, 1).test(definition("x", 1), definition("x", 2))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (6136.1, "6,136"),
        (12.522, "12.5"),
        (0.0312, "0.0312"),
        (0, "0"),
        (-5.04, "−5.04"),
        (100, "100"),
        (1e-9, "0"),
        (3.0, "3"),
    ],
)
def test_numbers_for_people(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"low": 11, "high": 13}, "a ratio of 11 to 13"),
        ({"low": 394.5, "high": 395.5, "unit": "thousand deaths"}, "394.5 to 395.5 thousand deaths"),
        ({"low": 50, "unit": "%", "strict": True}, "above 50%"),
        ({"high": -50, "unit": "%"}, "at most −50%"),
        ({"low": 100, "high": 100, "unit": "%"}, "exactly 100%"),
    ],
)
def test_intervals_in_words(bounds, words):
    assert claim(**bounds).interval == words


def test_all_claims_are_well_formed():
    for id, fields in data.register("claims").items():
        found = claims.claim(id)
        assert found.quote and found.translation and found.reading and found.where and found.chapter, id
        assert found.low is None or found.high is None or found.low <= found.high, id
        assert set(fields) <= set(Claim.__dataclass_fields__) - {"id"}
    assert len(data.register("claims")) == 42


def test_unknown_claims_and_essays_are_named(monkeypatch):
    with pytest.raises(data.DataError, match="no claim 'nothing'; expected one of: farmers-1955"):
        claims.claim("nothing")
    fields = data.register("claims")["farmers-1955"] | {"essay": "lost"}
    essays = data.register("essays")
    monkeypatch.setattr(claims, "register", lambda name: {"claims": {"x": fields}, "essays": essays}[name])
    with pytest.raises(data.DataError, match="claim 'x': unknown essay 'lost', expected one of: solopreneur"):
        claims.claim("x")


def test_what_is_shown_is_escaped():
    shown = Claim("c", "<script>q</script>", "<b>", "<i>", "solopreneur", "x", "ratio", low=1)
    for bundle in (shown._repr_mimebundle_(), shown.test(definition("<script>", 2))._repr_mimebundle_()):
        assert "<script>" not in bundle["text/html"]
