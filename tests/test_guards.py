"""The guards against silent failure: each fault is planted in a copy of the book, and must turn the build red.

All of these were seen to pass unnoticed with the plain tools: charts dropped, tracebacks published, cells never run.
"""

import json
import re
import shutil

import pytest
from conftest import ROOT, python

from story import data, notebook
from story.figure import PLOTLY_MIME
from story.notebook import code_cells, outputs


def build(book):
    done = python(book, "-m", "story.build")
    return done.returncode, re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr)


def change(book, edit, name=None):
    """Edit the first chapter (or the one named) of the copy as JSON."""
    path = book / f"chapters/{name}.ipynb" if name else sorted((book / "chapters").glob("*.ipynb"))[0]
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))
    return path.stem


def raises(content):
    error = {"output_type": "error", "ename": "KeyError", "evalue": "'farms'", "traceback": []}
    code_cells(content)[3]["outputs"] = [error]


def never_run(content):
    for cell in code_cells(content):
        cell.update(execution_count=None, outputs=[])


def out_of_order(content):
    one, other = code_cells(content)[:2]
    one["execution_count"], other["execution_count"] = other["execution_count"], one["execution_count"]


def chart_lost(content):
    next(cell for cell in code_cells(content) if re.search(r"^card\(", "".join(cell["source"]), re.M))["outputs"] = []


def chart_without_card(content):
    outputs(content, PLOTLY_MIME)[0]["layout"].pop("meta")


def picture_without_card(content):
    picture = {"output_type": "display_data", "data": {"image/png": "AA=="}, "metadata": {}}
    code_cells(content)[2]["outputs"].append(picture)


def stale(content):
    outputs(content, PLOTLY_MIME)[0]["data"][0]["name"] = "changed by hand"


def complains(content):
    code_cells(content)[2]["outputs"].append({"output_type": "stream", "name": "stderr", "text": ["FutureWarning: soon"]})


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (raises, "raised KeyError: 'farms'; mend the cell and run `make run CHAPTER="),
        (never_run, "committed without outputs (a code cell was never executed); run `make run CHAPTER="),
        (out_of_order, "executed out of order: found [2, 1, 3"),
        (chart_lost, "a chart that isn't drawn"),
        (chart_without_card, "a plotly figure that is no card would not be published; wrap it in card(...)"),
        (picture_without_card, "a picture that is no card; end the cell with card(...)"),
        (stale, "is stale; run `make run CHAPTER="),
        (complains, "wrote to stderr: 'FutureWarning: soon'"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_chapter_unfit_to_publish_is_said(book, edit, message):
    chapter = change(book, edit)
    assert notebook.faults(ROOT / f"chapters/{chapter}.ipynb") == []
    found = notebook.faults(book / f"chapters/{chapter}.ipynb")
    assert any(one.startswith(f"chapters/{chapter}.ipynb") and message in one for one in found), found


def test_a_chapter_unfit_to_publish_stops_the_build(book):
    chapter = change(book, raises)
    code, said = build(book)
    assert code == 1 and f"chapters/{chapter}.ipynb, code cell" in said and "raised KeyError" in said, said
    assert not (book / "_build/html/index.html").exists()


def test_a_missing_drawing_stops_the_build(book):
    next((book / "chapters/charts").glob("*-wide.svg")).unlink()
    code, said = build(book)
    assert code == 1 and "is stale; run `make run CHAPTER=" in said


def test_a_changed_table_stops_the_build(book):
    path = next((book / "data").glob("*.csv"))
    path.write_text(path.read_text() + "\n")
    code, said = build(book)
    assert code == 1 and f"data/{path.name}: changed hash: found " in said and "expected" in said


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'chapter = "leavers"',
            'chapter = "nowhere"',
            "a claim without a chapter: found 'nowhere', expected one of the notebooks",
        ),
        ('essay = "passion"', 'essay = "lost"', "a quote without an essay: found 'lost', expected solopreneur, mystique"),
        (
            'chapter = "leavers"',
            'chapter = "farmers"',
            "chapters/farmers.ipynb does not test it; add claim('population-60m').test",
        ),
        ("[farmers-1955]", "[farmers-1956]", "tests the claim 'farmers-1955', which data/claims.toml lacks"),
        ('kind = "amount"', 'kind = "size"', "claim 'farmers-1955': kind: found 'size', expected one of forecast"),
    ],
)
def test_a_claim_out_of_place_is_said(tmp_path, monkeypatch, old, new, message):
    for name in ("claims", "essays"):
        text = (ROOT / f"data/{name}.toml").read_text()
        (tmp_path / f"{name}.toml").write_text(text.replace(old, new, 1) if name == "claims" else text)
    assert notebook.claim_faults([]) == []
    monkeypatch.setattr(data, "DATA", tmp_path)
    data.register.cache_clear()
    try:
        assert any(message in one for one in notebook.claim_faults([])), notebook.claim_faults([])
    finally:
        data.register.cache_clear()


def test_a_broken_register_of_claims_stops_the_build(book):
    path = book / "data/claims.toml"
    path.write_text(path.read_text().replace('quote = "', "quote = ", 1))
    code, said = build(book)
    assert code == 1 and "data/claims.toml: not valid TOML" in said, said


def test_a_chapter_outside_the_table_of_contents_stops_the_build(book):
    shutil.copy(book / "chapters/income.ipynb", book / "chapters/extra.ipynb")
    code, said = build(book)
    assert code == 1 and "chapters/extra.ipynb: in no table of contents; add `- file: chapters/extra` to _toc.yml" in said, said


def test_a_warning_stops_the_build(book):
    with (book / "chapters/method.md").open("a") as file:
        file.write("\n[lost](nowhere.md)\n")
    code, said = build(book)
    assert code == 1 and "nowhere.md" in said and "the book was not built" in said


def test_a_dropped_chart_stops_the_build(book):
    """Without the plugin of the extension, myst-nb drops every plotly chart and exits 0."""
    path = book / "chapters/story/sphinx.py"
    path.write_text(path.read_text().replace('{PLOTLY_MIME: "plotly", ', "{"))
    code, said = build(book)
    assert code == 1 and ("unknown output mime type" in said or "charts in the notebook" in said)


def test_a_trace_outside_the_served_bundle_stops_the_build(book):
    path = book / "chapters/story/page.py"
    path.write_text(path.read_text().replace('TRACES = {"scatter", "bar", ', "TRACES = {"))
    code, said = build(book)
    assert code == 1 and "is not in the bundle we serve" in said


def test_nothing_is_executed_or_cached_by_the_build():
    assert 'execute_notebooks: "off"' in (ROOT / "_config.yml").read_text()


def rerun(book, chapter):
    done = python(
        book, "-m", "pytest", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", "-q", f"chapters/{chapter}.ipynb"
    )
    return done.returncode, done.stdout + done.stderr


def test_one_changed_number_makes_the_rerun_fail_readably(book):
    path = book / "data/farm-holdings.csv"
    assert "2307" in path.read_text()
    path.write_text(path.read_text().replace("2307", "3307"))
    code, said = rerun(book, "farmers")
    assert code == 1 and re.search(r"3[.,]?307", said), said[-3000:]


def test_one_changed_line_of_story_makes_the_rerun_fail_readably(book):
    path = book / "chapters/story/claims.py"
    path.write_text(path.read_text().replace("CLOSE = 0.05", "CLOSE = 5"))
    code, said = rerun(book, "farmers")
    assert code == 1 and "roughly" in said, said[-3000:]
