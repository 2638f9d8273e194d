"""What stands around the book: the README keeps its promises, the tools their pins."""

import json
import re

import yaml
from conftest import ROOT

from story import notebook

README = (ROOT / "README.md").read_text("utf-8")


def test_the_readme_is_short_and_its_links_lead_somewhere():
    assert len(README.split()) < 400
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_the_findings_of_the_readme_are_the_chapters_own():
    bullets = re.findall(r"^- (.*\]\(chapters/([\w-]+)\.ipynb\).*)$", README, re.M)
    assert len(bullets) == 3
    for text, chapter in bullets:
        content = notebook.read(ROOT / f"chapters/{chapter}.ipynb")
        told = json.dumps([output.get("data", {}) for cell in notebook.code_cells(content) for output in cell["outputs"]])
        for number in re.findall(r"(?<![\d/])\d[\d.,]*\d(?!\d)|\b\d+%", text.split("(chapters/")[1]):
            if not re.fullmatch(r"(19|20)\d\d", number):
                assert number in told, (chapter, number)


def test_everything_is_pinned():
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert all(re.match(r"[a-z0-9.-]+==\S+( ; .+)?$", line) for line in lines)
    packages = json.loads((ROOT / "package.json").read_text())
    versions = (packages["dependencies"] | packages["devDependencies"]).values()
    assert all(re.match(r"\d", version) for version in versions)


def test_the_served_plotly_is_the_one_the_package_carries():
    from plotly.offline import get_plotlyjs_version

    assert (
        json.loads((ROOT / "package.json").read_text())["dependencies"]["plotly.js-cartesian-dist-min"]
        == get_plotlyjs_version()
    )


def test_actions_are_pinned_by_commit_and_ask_for_little():
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        workflow = yaml.safe_load(path.read_text())
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            assert "permissions" in job and "timeout-minutes" in job
            for step in job["steps"]:
                assert "uses" not in step or re.search(r"@[0-9a-f]{40}$", step["uses"]), step


def test_the_public_names_are_the_ones_announced():
    import story

    assert story.__all__ == ["card", "choices", "claim", "definition", "load", "palette"]
    assert all(hasattr(story, name) for name in story.__all__)


def test_shared_code_stays_small():
    modules = list((ROOT / "chapters/story").glob("*.py"))
    assert all(len(path.read_text().splitlines()) <= 280 for path in modules), (
        "a module has grown; ask what chapters don't need"
    )


def test_every_page_is_in_the_table_of_contents_once():
    toc = (ROOT / "_toc.yml").read_text()
    for path in [*(ROOT / "chapters").glob("*.md"), *(ROOT / "chapters").glob("*.ipynb")]:
        assert len(re.findall(rf"chapters/{path.stem}\s", toc + "\n")) == 1, path.name
