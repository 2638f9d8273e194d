"""The shape of a chapter: a story with short plain code, which runs without our helpers too."""

import re
import sys
import types

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from conftest import ROOT

from story import data, notebook, palette

CHAPTERS = notebook.chapters()
each = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
FORBIDDEN = {
    r"^\s*[!%]": "shell or magic commands",
    r"https?://": "addresses (the network)",
    r"\b(now|today)\(": "the clock",
    r"read_csv": "reading around load()",
    r"filterwarnings|simplefilter": "silenced warnings",
    r"\btry:": "swallowed errors",
}


def source(cell):
    return "".join(cell["source"])


def lines(cell):
    return [line for line in source(cell).splitlines() if line.strip()]


def prose(notebook_):
    """The words a reader reads: Markdown cells and computed Markdown."""
    texts = [source(cell) for cell in notebook_["cells"] if cell["cell_type"] == "markdown"]
    texts += ["".join(text) for text in notebook.outputs(notebook_, "text/markdown")]
    return " ".join(texts)


def test_chapters_lie_flat_and_stand_in_the_table_of_contents():
    listed = set(re.findall(r"file: chapters/([\w-]+)", (ROOT / "_toc.yml").read_text()))
    assert {path.stem for path in CHAPTERS} <= listed
    assert not list((ROOT / "chapters").glob("*/*.ipynb"))


@each
def test_the_notebook_is_valid_and_fit_to_publish(path):
    nbformat.validate(nbformat.read(path, as_version=4))
    assert notebook.faults(path) == []


@each
def test_it_opens_with_a_question_and_an_answer(path):
    cells = notebook.read(path)["cells"]
    assert re.match(r"# .+\?", source(cells[0])), "the title is a question"
    answer = "".join(notebook.outputs(notebook.read(path), "text/markdown")[0])
    assert 50 <= len(answer.split()) <= 130, f"the answer has {len(answer.split())} words, expected about 60 to 100"


@each
def test_budget(path):
    content = notebook.read(path)
    code = notebook.code_cells(content)
    assert sum(len(lines(cell)) for cell in code) <= 110
    assert max(len(lines(cell)) for cell in code) <= 14
    assert max(len(line) for cell in code for line in lines(cell)) <= 115
    assert 800 <= len(prose(content).split()) <= 1700, len(prose(content).split())
    assert 3 <= len(notebook.cards(content)) <= 6


@each
def test_code_is_honest(path):
    for cell in notebook.code_cells(notebook.read(path)):
        for pattern, what in FORBIDDEN.items():
            assert not re.search(pattern, source(cell), re.M), f"{what}: {source(cell)[:80]}"
        assert "remove-cell" not in cell["metadata"].get("tags", []) and "remove-input" not in cell["metadata"].get("tags", [])
    functions = [line for cell in notebook.code_cells(notebook.read(path)) for line in lines(cell) if line.startswith("def ")]
    assert len(functions) <= 1, functions


@each
def test_it_links_only_to_pages_there_are(path):
    for target in re.findall(r"\]\(([\w-]+\.(?:ipynb|md))", prose(notebook.read(path))):
        assert (path.parent / target).exists(), target


@each
def test_it_runs_without_our_helpers(path, monkeypatch):
    """Two substitutions: load(x) is pd.read_csv, card(...) is the bare figure; the story must still run and draw."""
    drawn = []

    def card(fig, **_):
        drawn.append(fig)
        return fig

    stub = types.ModuleType("story")
    stub.load = lambda slug: pd.read_csv(f"../data/{slug}.csv")
    stub.card, stub.palette = card, palette
    stub.choices = lambda cards, *_, **__: next(iter(cards.values()))
    stub.claim = lambda id: types.SimpleNamespace(test=lambda *_: None)
    stub.definition = lambda *_, **__: None
    monkeypatch.setitem(sys.modules, "story", stub)
    monkeypatch.chdir(path.parent)
    names = {"__name__": "chapter"}
    for cell in notebook.code_cells(notebook.read(path)):
        exec(compile(source(cell), f"{path.name}", "exec"), names)
    plt.close("all")
    assert len(drawn) >= len(notebook.cards(notebook.read(path)))


@each
def test_titles_carry_numbers_of_the_data_and_alts_say_them(path):
    for meta in notebook.cards(notebook.read(path)):
        assert len(meta["title"].split()) <= 14
        assert re.search(r"\d", meta["alt"]) and meta["alt"] != meta["title"]
        assert meta["sources"] and set(meta["sources"]) <= set(data.slugs())


@each
def test_every_claim_of_the_chapter_is_shown_and_tested(path):
    shown = {claim["id"] for claim in notebook.outputs(notebook.read(path), "application/vnd.story.claim+json")}
    tested = {verdict["claim"]["id"] for verdict in notebook.outputs(notebook.read(path), "application/vnd.story.verdict+json")}
    mine = {id for id, fields in data.register("claims").items() if fields["chapter"] == path.stem}
    assert shown == tested == mine
