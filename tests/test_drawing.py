"""Static drawings: lean, themed, unique in the page, named after what they show."""

import copy

import pytest

from story import drawing, notebook
from story.drawing import ColourError, clean, put
from story.theme import palette

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10" height="10">'
    '<style>*{{fill:red}}</style><script>alert(1)</script><defs><clipPath id="c"><rect width="1"/></clipPath></defs>'
    '<g clip-path="url(#c)"><path class="x" d="M0,0L1.23456,2" style="fill:none;stroke:{colour};stroke-opacity:1"/></g>'
    '<rect style="fill:rgb(0,0,0);fill-opacity:0"/><g></g></svg>'
)


def test_colours_become_variables_and_the_rest_goes():
    out = clean(SVG.format(colour=palette.essay), "a-b")
    assert "var(--essay)" in out and "M0,0L1.23,2" in out and 'id="a-b-0"' in out and "url(#a-b-0)" in out
    for gone in ("<style", "<script", "class", "<rect style", "<g />", "stroke-opacity"):
        assert gone not in out, gone


def test_a_colour_outside_the_palette_is_named():
    with pytest.raises(ColourError, match="found the colour #123456, expected one of the palette: ink"):
        clean(SVG.format(colour="#123456"), "a")


def test_patterns_survive():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg"><defs><pattern id="p"><path d="M0,0L1,1" style="stroke:#000"/></pattern>'
        '</defs><path d="M0,0h9" style="fill: url(&quot;#p&quot;);"/></svg>'
    )
    assert 'id="a-0"' in clean(svg, "a") and "fill:url(#a-0)" in clean(svg, "a")


def test_a_raster_image_is_refused():
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="data:image/png;base64,AA"/></svg>'
    with pytest.raises(ColourError, match="draw its cells as shapes"):
        clean(svg, "a")


def test_paths_into_a_figure():
    layout = {"annotations": [{"text": "long"}]}
    put(layout, "annotations[0].text", "short")
    put(layout, "xaxis.nticks", 4)
    assert layout == {"annotations": [{"text": "short"}], "xaxis": {"nticks": 4}}


def outputs():
    return [(path.stem, output) for path in notebook.chapters() for output in notebook.live(notebook.read(path))]


def test_the_name_changes_with_what_is_drawn_and_not_with_its_words():
    _, output = outputs()[0]
    changed, reworded = copy.deepcopy(output), copy.deepcopy(output)
    changed["data"][0]["name"] = "something else"
    reworded["layout"]["meta"]["story"]["alt"] = "another alt text with 1 number"
    assert drawing.digest(changed) != drawing.digest(output) == drawing.digest(reworded)


def test_every_drawing_is_shown_and_committed_lean():
    assert notebook.orphans() == []
    for chapter, output in outputs():
        for width in drawing.WIDTHS:
            text = drawing.path(chapter, output, width).read_text("utf-8")
            assert len(text) < 90_000, (chapter, output["layout"]["meta"]["story"]["id"], width, len(text))
            assert "rgb(" not in text and "font-family" not in text
