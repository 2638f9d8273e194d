/* What a page needs before a reader touches a chart: the theme switch, the controls, and the way to the live charts. */
(() => {
  const root = document.documentElement, path = document.body.dataset.root;
  const load = name => load[name] ??= new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), {src: path + name, onload: done, onerror: failed});
    document.head.append(script);
  });
  window.story = {figures: {}, dark: () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark"};

  // The theme: the system's, unless the reader chose.
  const button = document.querySelector("button.theme"), stored = (() => { try { return localStorage.theme; } catch { return null; } })();
  if (stored) root.dataset.theme = stored;
  button.hidden = false;
  button.onclick = () => {
    root.dataset.theme = story.dark() ? "light" : "dark";
    try { localStorage.theme = root.dataset.theme; } catch { /* private mode: the choice lasts for this page */ }
    document.dispatchEvent(new Event("story-theme"));
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("story-theme")));

  // Charts: drawn statically; plotly comes when a reader reaches for one.
  const state = card => [...card.querySelectorAll(".controls :is(input, select)")].map(field => field.value).join(",");
  const draw = async card => {
    await Promise.all([load("_static/plotly.js"), load("_static/live.js"), load(`_figures/${card.dataset.figure}.js`)]);
    await story.draw(card, state(card));
  };
  for (const card of document.querySelectorAll("[data-figure]")) {
    const chart = card.querySelector(".chart"), form = card.querySelector("form");
    for (const kind of ["pointerenter", "touchstart", "focusin"])
      chart.addEventListener(kind, () => draw(card), {once: true, passive: true});
    chart.tabIndex = 0;
    card.dataset.key = state(card);
    if (!form) continue;
    form.hidden = false;
    const tell = field => {
      const output = field.parentNode.querySelector("output");
      if (output) field.setAttribute("aria-valuetext", output.value = JSON.parse(field.dataset.values)[field.value]);
    };
    form.addEventListener("input", event => { tell(event.target); draw(card); });
    form.addEventListener("submit", event => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => { form.querySelectorAll("input").forEach(tell); draw(card); }));
  }
  document.addEventListener("story-theme", () => document.querySelectorAll(".chart.is-live").forEach(chart => draw(chart.closest("figure"))));
})();
