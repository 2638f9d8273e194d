"""Cards: what they keep, what they refuse, and that a state can be rebuilt from its differences."""

import copy
import itertools
import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go
import pytest

from story import card, choices, data
from story.figure import difference, state

TABLE = pd.DataFrame({"Year": [1955, 2020], "Farms (thousand)": [2307.123456789, 389.779]})


def words(**changes):
    slug = data.slugs()[0]
    return {"id": "fall", "title": "Farms fell", "subtitle": "Thousand, France", "alt": "From 2307 to 390",
            "sources": [slug], "table": TABLE} | changes  # fmt: skip


def line(factor=1):
    return px.line(TABLE.assign(**{"Farms (thousand)": TABLE["Farms (thousand)"] * factor}), x="Year", y="Farms (thousand)")


def test_a_card_is_an_ordinary_figure_with_plain_numbers():
    fig = card(line(), **words())
    assert isinstance(fig, go.Figure)
    text = fig.to_json()
    assert "bdata" not in text and "2307.12" in text  # readable in a diff
    assert fig.layout.title.text == "Farms fell" and fig.layout.title.subtitle.text == "Thousand, France"
    assert fig.layout.meta["story"]["table"] == {"columns": ["Year", "Farms (thousand)"],
                                                 "rows": [[1955, 2307.12346], [2020, 389.779]]}  # fmt: skip


def test_a_card_leaves_the_figure_given_alone():
    fig = line()
    before = fig.to_json()
    card(fig, **words())
    assert fig.to_json() == before


def test_cards_are_deterministic():
    assert card(line(), **words()).to_json() == card(line(), **words()).to_json()

    def still():
        fig, ax = plt.subplots()
        ax.plot([1, 2], [3, 4])
        return card(fig, **words())

    one, other = still(), still()
    assert one.svg == other.svg and one._repr_mimebundle_() == other._repr_mimebundle_()
    assert "2307.12" in repr(one)
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "Fall 1"}, "expected lower-case words"),
        ({"title": ""}, "expected 1 to 14"),
        ({"title": "word " * 15}, "a title of 15 words"),
        ({"subtitle": " "}, "subtitle is empty"),
        ({"alt": "Farms fell"}, "at least one number"),
        ({"alt": "chart1.png"}, "at least one number"),
        ({"title": "Farms fell by 12", "alt": "Farms fell by 12"}, "at least one number"),
        ({"sources": []}, "expected tables of data/"),
        ({"sources": ["nowhere"]}, r"\['nowhere'\], expected tables of data/"),
        ({"table": TABLE.head(0)}, "table is empty"),
    ],
)
def test_a_card_refuses_empty_words(changes, message):
    with pytest.raises(ValueError, match=message):
        card(line(), **words(**changes))


def patched(base, changes):
    made = copy.deepcopy(base)
    for (*way, last), value in changes:
        owner = made
        for step in way:
            owner = owner.setdefault(step, {}) if isinstance(owner, dict) else owner[step]
        owner[last] = value
    return made


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def test_every_state_can_be_rebuilt():
    cards = {}
    for factor in (1, 2):
        for kind in ("linear", "log"):
            fig = line(factor)
            if kind == "log":
                fig.update_yaxes(type="log").add_annotation(text="log", x=0, y=0)
            cards[factor, kind] = card(fig, **words(title=f"Times {factor}", alt=f"Times {factor} on {kind}"))
    fig = choices(cards, {"Factor": [1, 2], "Scale": {"linear": "Linear", "log": "Logarithmic"}}, (1, "linear"))
    meta = fig.layout.meta["story"]
    assert [axis["values"] for axis in meta["axes"]] == [["1", "2"], ["Linear", "Logarithmic"]]
    assert meta["states"]["0,0"] == []
    base = state(cards[1, "linear"])
    for key, expected in {"0,1": cards[1, "log"], "1,0": cards[2, "linear"], "1,1": cards[2, "log"]}.items():
        assert without_nulls(patched(base, meta["states"][key])) == without_nulls(state(expected))
    json.dumps(meta)


def test_axes_of_numbers_become_sliders():
    cards = {value: card(line(value), **words()) for value in range(1, 5)}
    assert choices(cards, {"Factor": [1, 2, 3, 4]}, 2).layout.meta["story"]["axes"][0] == {
        "label": "Factor", "kind": "range", "values": ["1", "2", "3", "4"], "start": 1}  # fmt: skip


def test_off_and_on_become_switches_up_to_six():
    names = [f"Case {place}" for place in range(6)]
    cards = {key: card(line(1 + sum(key)), **words()) for key in itertools.product([False, True], repeat=6)}
    meta = choices(cards, {name: [False, True] for name in names}, (True,) * 6).layout.meta["story"]
    assert meta["axes"][0] == {"label": "Case 0", "kind": "check", "values": ["off", "on"], "start": 1}
    assert meta["states"]["1,1,1,1,1,1"] == [] and len(meta["states"]) == 64
    with pytest.raises(ValueError, match=r"found 4 axes .* expected 1-3"):
        choices(cards, {name: ["a", "b"] for name in names[:4]}, ("a",) * 4)


def test_choices_must_be_complete():
    one = card(line(), **words())
    with pytest.raises(ValueError, match=r"no card for \(2,\)"):
        choices({1: one}, {"Factor": [1, 2]}, 1)
    with pytest.raises(ValueError, match=r"the card for \(3,\) stands on no axis"):
        choices({1: one, 3: one}, {"Factor": [1]}, 1)
    with pytest.raises(ValueError, match="expected one id"):
        choices({1: one, 2: card(line(), **words(id="rise"))}, {"Factor": [1, 2]}, 1)
    with pytest.raises(ValueError, match="at most 80"):
        choices({value: one for value in range(81)}, {"Factor": list(range(81))}, 1)


def test_differences_are_minimal():
    assert difference({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 3]}) == [[["b"], [1, 3]]]
    assert difference({"a": [{"x": 1}, {"x": 2}]}, {"a": [{"x": 1}, {"x": 3}]}) == [[["a", 1, "x"], 3]]
    assert difference({"a": 1}, {"c": 2}) == [[["a"], None], [["c"], 2]]


def test_missing_values_and_dates_become_plain():
    table = pd.DataFrame({"Day": pd.to_datetime(["2024-10-02"]), "Value": [np.nan]})
    assert card(line(), **words(table=table)).layout.meta["story"]["table"]["rows"] == [["2024-10-02", None]]
