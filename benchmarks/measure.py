"""Measure the built site and its build, beside the budgets, and keep the result in RESULTS.md: `make bench`.

Pages are served compressed on this machine and opened in Chromium as a phone sees them (360 pixels, slow 4G, a
processor four times slower). Lighthouse runs too where node and the lighthouse package are installed.
"""

import functools
import gzip
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import brotli
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build/html"
sys.path.insert(0, str(ROOT / "chapters"))
from story import drawing, notebook  # noqa: E402

BUDGETS = {"kB gzip": 60, "requests": 6, "JS kB": 16, "CLS": 0.1, "LCP ms": 922, "charts static": None}  # 922 = 0.45 x 2,050
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
VITALS = """new Promise(done => {
  const seen = {cls: 0, lcp: 0}, watch = (type, note) =>
    new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true});
  watch('layout-shift', one => { if (!one.hadRecentInput) seen.cls += one.value; });
  watch('largest-contentful-paint', one => { seen.lcp = one.startTime; });
  setTimeout(() => done(seen), 600);
})"""
STATIC = r'<div class="chart"[^>]*>\s*<div class="static [^>]*><svg'


class Compressed(SimpleHTTPRequestHandler):
    """Serves files as a good host does: gzip for text, and says how long it is."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            return self.send_error(404)
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in (".html", ".css", ".js", ".svg", ".csv"):
            body = squeezed(path, path.stat().st_mtime_ns)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@functools.cache
def squeezed(path, _):
    return gzip.compress(path.read_bytes(), 9)


def page_row(browser, address, name):
    """Open one page as a phone does; then touch every chart."""
    vitals = []
    for _ in range(3):
        context = browser.new_context(
            viewport={"width": 360, "height": 740}, device_scale_factor=2, has_touch=True, is_mobile=True
        )
        tab = context.new_page()
        answers = []
        tab.on("response", lambda answer, answers=answers: answers.append(answer))
        tools = context.new_cdp_session(tab)
        tools.send("Network.emulateNetworkConditions", SLOW_4G)
        tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        tab.goto(f"{address}{name}.html", wait_until="networkidle")
        vitals.append(tab.evaluate(VITALS))
        before = list(answers)
        if len(vitals) == 3:
            tools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
            tools.send("Network.emulateNetworkConditions", SLOW_4G | {"latency": 0, "downloadThroughput": -1})
            charts = tab.locator("[data-figure] .chart").all()
            for chart in charts:
                chart.dispatch_event("pointerenter")
            for chart in charts:
                chart.locator(".main-svg").first.wait_for()
            after, shift = answers[len(before) :], tab.evaluate(VITALS)["cls"]
        context.close()
    files = [SITE / answer.url.removeprefix(address).split("?")[0] for answer in before]
    scripts = [path for path in files if path.suffix == ".js"]
    late = [SITE / answer.url.removeprefix(address) for answer in after]
    return {
        "page": name,
        "kB gzip": size(files),
        "kB brotli": size(files, brotli.compress),
        "requests": len(before),
        "JS kB": size(scripts),
        "JS kB after a touch": size([path for path in late if path.suffix == ".js"]),
        "LCP ms": round(statistics.median(one["lcp"] for one in vitals)),
        "CLS": round(max([one["cls"] for one in vitals] + [shift]), 4),
        "charts static": tab_charts(name),
        "third parties": sum(not answer.url.startswith(address) for answer in before + after),
    }


def size(files, compress=gzip.compress):
    """Compressed size of some files, in kB."""
    return round(sum(len(compress(path.read_bytes())) for path in files) / 1000, 1)


def tab_charts(name):
    """How many charts are drawn in the HTML itself, of how many."""
    text = (SITE / f"{name}.html").read_text("utf-8")
    drawn, cards = len(re.findall(STATIC, text)), text.count('<figure class="card"')
    return f"{drawn} of {cards}"


def build(folder):
    """Seconds, and the most memory in MB, for one build of a copy of the book."""
    began, log = time.perf_counter(), folder / "build.log"
    with log.open("w") as words:
        environment = os.environ | {"PYTHONPATH": str(folder / "chapters")}
        command = [sys.executable, "-m", "story.build"]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=words, stderr=words)
        _, status, used = os.wait4(process.pid, 0)
    assert status == 0, log.read_text()
    return time.perf_counter() - began, used.ru_maxrss / 1000


def copy(target, chapters):
    """A copy of the book, its chapters repeated under other names until there are enough."""
    for name in ("_config.yml", "CITATION.cff", "_static", "_templates", "data", "chapters"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target / name)
    names = [path.stem for path in notebook.chapters()]
    toc = (ROOT / "_toc.yml").read_text()
    for place in range(len(names), chapters):
        name, twin = names[place % len(names)], f"copy-{place}"
        text = (
            (target / f"chapters/{name}.ipynb")
            .read_text()
            .replace("application/vnd.story.verdict+json", "application/x-none+json")
        )
        (target / f"chapters/{twin}.ipynb").write_text(text)
        for chart in (target / "chapters/charts").glob(f"{name}-*"):
            shutil.copy(chart, chart.with_name(chart.name.replace(name, twin, 1)))
        toc += f"      - file: chapters/{twin}\n"
    (target / "_toc.yml").write_text(toc)
    config = (target / "_config.yml").read_text()
    (target / "_config.yml").write_text(
        config.replace("    html_theme: basic", "    suppress_warnings: [mystnb.unknown_mime_type]\n    html_theme: basic")
    )


def build_rows():
    """Build times and memory: cold, nothing changed, one chapter's text changed; then growth."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        copy(target, 0)
        cold, warm = build(target), build(target)
        path = next((target / "chapters").glob("*.ipynb"))
        content = json.loads(path.read_text())
        content["cells"][0]["source"].append("\nOne more sentence.")
        path.write_text(json.dumps(content))
        rows.append((f"cold, {len(notebook.chapters())} chapters", *cold, 8))
        rows.append(("nothing changed", *warm, None))
        rows.append(("one chapter's text changed", *build(target), 2))
    for count in (120, 600):
        with tempfile.TemporaryDirectory() as folder:
            copy(Path(folder), count)
            rows.append((f"cold, {count} chapters", *build(Path(folder)), None))
    return rows


def lighthouse(address, browser, name):
    """The four Lighthouse scores of one page, or nothing where node or lighthouse is missing."""
    tool = ROOT / "benchmarks/node_modules/.bin/lighthouse"
    if not tool.exists():
        return None
    flags = ["--quiet", "--output=json", "--chrome-flags=--headless=new --no-sandbox"]
    done = subprocess.run(
        [tool, f"{address}{name}.html", *flags], capture_output=True, text=True, env=os.environ | {"CHROME_PATH": browser}
    )
    scores = json.loads(done.stdout)["categories"]
    return [round(100 * scores[part]["score"]) for part in ("performance", "accessibility", "best-practices", "seo")]


def over(key, value):
    """Mark a value that is over its budget."""
    budget = BUDGETS.get(key)
    return f"**{value}** (over {budget})" if budget is not None and value > budget else str(value)


def main():
    found = drawing.browser()
    assert found, "the benchmark needs Chrome or Chromium; set BROWSER_PATH"
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressed, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    builds = build_rows()
    names = ["index", *(path.stem for path in notebook.chapters()), "ledger", "sources"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox"])
        rows = [page_row(browser, address, name) for name in names]
        version = browser.version
        browser.close()
    scores = {name: lighthouse(address, found, name) for name in names}
    lines = [
        "# Results",
        "",
        f"Measured by `make bench` with {os.cpu_count()} cores, Python {platform.python_version()}, Chromium {version}.",
        "Pages as a phone opens them: 360 pixels, slow 4G (150 ms, 1.6 Mbit/s), a processor four times slower; median of 3.",
        "Budgets for chapter pages: "
        + ", ".join(f"{key} at most {value}" for key, value in BUDGETS.items() if value is not None)
        + ".",
        "",
        "| " + " | ".join(rows[0]) + " |",
        "| " + " | ".join("---" for _ in rows[0]) + " |",
        *(
            "| "
            + " | ".join(
                over(key, value) if row["page"] not in ("ledger", "sources") else str(value) for key, value in row.items()
            )
            + " |"
            for row in rows
        ),
        "",
        "| build | seconds | MB of memory | budget |",
        "| --- | --- | --- | --- |",
        *(f"| {what} | {seconds:.1f} | {memory:.0f} | {budget or ''} |" for what, seconds, memory, budget in builds),
        "",
    ]
    if any(scores.values()):
        lines += [
            "| Lighthouse, mobile | performance | accessibility | best practices | SEO |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [f"| {name} | " + " | ".join(map(str, score)) + " |" for name, score in scores.items() if score]
    text = "\n".join(lines) + "\n"
    (ROOT / "benchmarks/RESULTS.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
