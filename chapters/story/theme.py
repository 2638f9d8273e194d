"""One palette, one plotly template, one matplotlib style; importing the package switches them on.

Every colour has a twin for dark pages. Drawings and live charts name the light one; the page swaps it for the
twin, so a chapter must use the palette and nothing else. The line colours can be read as
text on both backgrounds and stay apart for readers who see no red or no green (tests/test_theme.py measures both).
"""

from types import SimpleNamespace

import matplotlib as mpl
import plotly.graph_objects as go
import plotly.io as pio

LIGHT_DARK = {
    "ink": ("#1b2430", "#e9ecf1"),
    "muted": ("#566070", "#a9b3c1"),
    "grid": ("#e4e1da", "#2d343f"),
    "paper": ("#fdfcf9", "#12161c"),
    "essay": ("#b54606", "#fb7d45"),
    "blue": ("#1657b3", "#4d94fb"),
    "teal": ("#08453d", "#7fe9d6"),
    "gold": ("#654817", "#f0d060"),
    "plum": ("#982d71", "#d59ae6"),
    "grey": ("#7d8590", "#7f8996"),
    "pale_blue": ("#d3e2f3", "#1c3654"),
    "pale_essay": ("#fadfd0", "#4d2a18"),
    "pale_teal": ("#cdebe6", "#123f3a"),
    "pale_gold": ("#f3e4bd", "#453512"),
    "pale_grey": ("#eceae4", "#222831"),
}
palette = SimpleNamespace(**{name: light for name, (light, _) in LIGHT_DARK.items()})
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
WIDTHS = {"wide": 720, "narrow": 328}  # pixels: the text column, and a 360-pixel phone less its margins

_axis = {
    "automargin": True,
    "gridcolor": palette.grid,
    "linecolor": palette.grid,
    "tickcolor": palette.grid,
    "zerolinecolor": palette.muted,
    "zerolinewidth": 1,
    "title": {"font": {"size": 13, "color": palette.muted}, "standoff": 10},
    "tickfont": {"size": 12.5, "color": palette.muted},
}
pio.templates["story"] = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": palette.ink},
        "colorway": [palette.blue, palette.teal, palette.gold, palette.plum, palette.grey],
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": palette.ink, "bordercolor": palette.ink, "font": {"color": palette.paper, "size": 13}},
        "annotationdefaults": {"font": {"size": 13}, "showarrow": False, "arrowcolor": palette.muted, "arrowwidth": 1},
        "xaxis": _axis | {"showgrid": False, "ticks": "outside"},
        "yaxis": _axis,
        "colorscale": {"sequential": [[0, palette.pale_blue], [1, palette.blue]]},
    },
    data={"heatmap": [{"colorscale": [[0, palette.pale_grey], [1, palette.pale_grey]], "showscale": False}]},
)
pio.templates.default = "story"

mpl.rcParams.update({
    "svg.fonttype": "none",  # text stays text: it scales, it is found by search, it takes the page's font
    "svg.hashsalt": "story",  # the same drawing gives the same bytes
    "font.family": "DejaVu Sans",  # ships with matplotlib, so text is measured alike on every machine
    "font.size": 10.5,
    "text.color": palette.ink,
    "axes.labelcolor": palette.muted,
    "axes.edgecolor": palette.grid,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "axes.prop_cycle": mpl.cycler(color=[palette.blue, palette.teal, palette.gold, palette.plum, palette.grey]),
    "grid.color": palette.grid,
    "xtick.color": palette.muted,
    "ytick.color": palette.muted,
    "figure.constrained_layout.use": True,
    "figure.figsize": (4.6, 3.0),
})  # fmt: skip


def template() -> dict:
    """The plotly template as plain JSON, for the page's own script."""
    return pio.templates["story"].to_plotly_json()
