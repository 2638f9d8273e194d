"""The palette: readable on both backgrounds, apart for readers who see no red or no green."""

import itertools

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import pytest

from story.theme import LIGHT_DARK, palette

LINES = ("essay", "blue", "teal", "gold", "plum")
# Linear-light RGB seen with full protanopia and deuteranopia (Viénot, Brettel and Mollon 1999).
BLIND = {
    "protan": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    "deutan": np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]),
}


def linear(colour):
    channels = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    bright, dim = sorted((linear(colour) @ [0.2126, 0.7152, 0.0722] + 0.05 for colour in (one, other)), reverse=True)
    return bright / dim


def lab(rgb):
    xyz = np.clip(rgb, 0, 1) @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]])
    f = np.where((t := xyz / [0.9505, 1, 1.089]) > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", [0, 1])
def test_contrast(theme):
    paper = LIGHT_DARK["paper"][theme]
    for name in ("ink", "muted", *LINES):  # they colour text
        assert contrast(LIGHT_DARK[name][theme], paper) >= 4.5, name
        assert contrast(LIGHT_DARK[name][theme], LIGHT_DARK["pale_grey"][theme]) >= 4.5, name
    assert contrast(LIGHT_DARK["grey"][theme], paper) >= 3


@pytest.mark.parametrize("theme", [0, 1])
@pytest.mark.parametrize("sight", ["usual", *BLIND])
def test_lines_stay_apart(theme, sight):
    matrix = BLIND.get(sight, np.eye(3))
    seen = {name: lab(matrix @ linear(LIGHT_DARK[name][theme])) for name in LINES}
    for one, other in itertools.combinations(LINES, 2):
        assert np.linalg.norm(seen[one] - seen[other]) >= 12, (one, other)


def test_importing_the_package_switches_the_style_on():
    assert pio.templates.default == "story"
    assert go.Figure().layout.template.layout.font.color == palette.ink


def test_twins_are_unambiguous():
    lights = [light for light, _ in LIGHT_DARK.values()]
    assert len(set(lights)) == len(lights)
