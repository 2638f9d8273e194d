/* What a page needs before a reader touches a chart: theme, tabs, controls, verdicts, ledger, search. */
(() => {
  const root = document.documentElement, all = (query, from = document) => [...from.querySelectorAll(query)];
  const make = (tag, properties, ...children) => { const made = Object.assign(document.createElement(tag), properties); made.append(...children); return made; };
  const loaded = {}, load = name => loaded[name] ??= new Promise((done, failed) =>
    document.head.append(make("script", {src: name, onload: done, onerror: failed})));
  const story = window.story = {figures: {}};

  // The theme: the system's, unless the reader chose.
  const system = matchMedia("(prefers-color-scheme: dark)"), redraw = () => all(".chart.is-live").forEach(chart => draw(chart.closest("[data-figure]")));
  story.dark = () => root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
  document.querySelector("button.theme").onclick = () => {
    root.dataset.theme = story.dark() ? "light" : "dark";
    try { localStorage.theme = root.dataset.theme; } catch { /* private mode: the choice lasts for this page */ }
    redraw();
  };
  system.addEventListener("change", redraw);

  // Tabs: chart, table, sources. Without scripts the last two are foldable blocks under the chart.
  for (const card of all("figure.card")) {
    const panels = all(".panel", card), tabs = panels.map((panel, place) => make("button", {
      type: "button", role: "tab", id: `${card.id}-tab-${place}`, textContent: panel.dataset.tab, onclick: () => show(place)}));
    const show = chosen => panels.forEach((panel, place) => {
      tabs[place].setAttribute("aria-selected", place === chosen);
      tabs[place].tabIndex = place === chosen ? 0 : -1;
      panel.hidden = place !== chosen;
    });
    const list = make("div", {role: "tablist"}, ...tabs);
    list.setAttribute("aria-label", "Chart, table, sources");
    list.onkeydown = event => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[event.key], place = tabs.indexOf(event.target);
      if (!step || place < 0) return;
      const next = (place + step + tabs.length) % tabs.length;
      show(next); tabs[next].focus(); event.preventDefault();
    };
    if (all("tbody tr", card).length > 50) {
      const words = make("input", {type: "search", placeholder: "Find in the table", oninput: () =>
        all("tbody tr", card).forEach(row => { row.hidden = !plain(row.cells[0].textContent).includes(plain(words.value)); })});
      words.setAttribute("aria-label", "Find in the table");
      card.querySelector(".scroll").before(words);
    }
    all(".panel details", card).forEach(details => { details.open = true; });
    panels.forEach((panel, place) => {
      panel.id = `${card.id}-panel-${place}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tabs[place].id);
      tabs[place].setAttribute("aria-controls", panel.id);
    });
    const title = card.querySelector(".title").textContent, link = make("a", {href: `#${card.id}`, textContent: "Link"});
    link.setAttribute("aria-label", `Link to the chart “${title}”`);
    card.append(make("div", {className: "tabs"}, list, link));
    show(0);
  }

  // Charts: drawn statically; plotly comes when a reader reaches for one. The view is kept in the address.
  const fields = card => all(".controls :is(input, select)", card), state = card => fields(card).map(field => field.type === "checkbox" ? +field.checked : field.value).join(",");
  const draw = async card => {
    await Promise.all([load("_static/plotly.js"), load("_static/live.js"), load(`_figures/${card.dataset.figure}.js`)]);
    await story.draw(card, state(card));
  };
  const tell = field => {
    const output = field.parentNode.querySelector("output");
    if (output) field.setAttribute("aria-valuetext", output.value = JSON.parse(field.dataset.values)[field.value]);
  };
  const keep = card => {
    const view = new URLSearchParams(location.search);
    if (state(card) === card.dataset.start) view.delete(card.id); else view.set(card.id, state(card));
    const query = view.toString().replaceAll("%2C", ",");
    try { history.replaceState(null, "", (query ? `?${query}` : location.pathname) + location.hash); } catch { /* a file: the view is not kept */ }
  };
  for (const card of all("[data-figure]")) {
    const chart = card.querySelector(".chart"), form = card.querySelector("form");
    for (const kind of ["pointerenter", "touchstart"]) chart.addEventListener(kind, () => draw(card), {once: true, passive: true});
    card.dataset.start = card.dataset.key = state(card);
    if (!form) continue;
    const changed = () => { keep(card); draw(card); };
    form.addEventListener("input", event => { tell(event.target); changed(); });
    form.addEventListener("submit", event => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => { fields(card).forEach(field => field.type === "range" && tell(field)); changed(); }));
    const wanted = new URLSearchParams(location.search).get(card.id)?.split(",");
    if (!wanted) continue;
    fields(card).forEach((field, place) => {
      const check = field.type === "checkbox", most = check ? 1 : field.max || field.options.length - 1;
      if (!/^\d+$/.test(wanted[place]) || +wanted[place] > +most) return;
      if (check) field.checked = wanted[place] === "1"; else { field.value = wanted[place]; tell(field); }
    });
    draw(card);
  }

  // Verdicts: the same rule as story/claims.py, over the definitions left ticked.
  story.label = ratings => {
    const good = ratings.filter(rating => rating !== "outside").length;
    return !ratings.length ? "cannot be tested" : !good ? "fails" : good < ratings.length ? "depends on the definition"
      : ratings.includes("close") ? "roughly" : "holds";
  };
  story.count = ratings => {
    if (!ratings.length) return "nothing to count";
    const close = ratings.filter(rating => rating === "close").length;
    return `inside under ${ratings.filter(rating => rating === "inside").length} of ${ratings.length} definition${ratings.length === 1 ? "" : "s"}`
      + (close ? `, close under ${close}` : "");
  };
  for (const verdict of all(".verdict")) {
    const rows = all("tbody tr", verdict), mark = row => verdict.querySelector(`.strip i[data-place="${row.dataset.place}"]`);
    verdict.addEventListener("change", () => {
      const kept = rows.filter(row => row.querySelector("input")?.checked).map(row => row.dataset.rating), stamp = verdict.querySelector(".stamp");
      rows.forEach(row => { const off = row.querySelector("input")?.checked === false; row.classList.toggle("off", off); mark(row)?.classList.toggle("off", off); });
      stamp.textContent = stamp.dataset.label = story.label(kept);
      verdict.querySelector(".count").textContent = story.count(kept);
    });
  }

  // The ledger: sorted by its heads, filtered by words and verdict.
  const plain = text => text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replaceAll("’", "'");
  const ledger = document.querySelector(".ledger");
  if (ledger) {
    const body = ledger.tBodies[0], rows = [...body.rows], form = document.querySelector(".filter"), [words, verdict] = form.elements;
    form.oninput = () => {
      const shown = rows.filter(row => !(row.hidden = !plain(row.textContent).includes(plain(words.value))
        || (verdict.value && row.querySelector(".stamp").dataset.label !== verdict.value)));
      form.querySelector("output").value = `${shown.length} of ${rows.length} claims`;
    };
    form.onsubmit = event => event.preventDefault();
    all("thead th", ledger).forEach((head, column) => {
      const button = make("button", {type: "button", textContent: head.textContent});
      button.onclick = () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        all("thead th", ledger).forEach(other => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        body.append(...rows.toSorted((one, other) => (up ? 1 : -1) * one.cells[column].textContent.trim().localeCompare(other.cells[column].textContent.trim(), "fr")));
      };
      head.replaceChildren(button);
    });
  }

  // The search: an index that comes with the first letter.
  const query = document.querySelector("#query");
  if (query) {
    const list = document.querySelector(".results"), found = document.querySelector(".found");
    const search = async () => {
      await load("_static/search-index.js");
      const terms = plain(query.value).split(/\s+/).filter(Boolean);
      const hits = terms.length ? story.index.map(entry => ({...entry, key: plain(`${entry.title} ${entry.text}`)}))
        .filter(entry => terms.every(term => entry.key.includes(term)))
        .sort((one, other) => plain(other.title).includes(terms[0]) - plain(one.title).includes(terms[0])) : [];
      found.textContent = terms.length ? `${hits.length} ${hits.length === 1 ? "place" : "places"}` : "";
      list.replaceChildren(...hits.slice(0, 40).map(hit => {
        const at = Math.max(0, plain(hit.text).indexOf(terms[0]) - 60);
        return make("li", {}, make("a", {href: hit.url, textContent: hit.title}), make("small", {textContent: `${at ? "… " : ""}${hit.text.slice(at, at + 180)} …`}));
      }));
    };
    query.form.onsubmit = event => event.preventDefault();
    query.oninput = search;
    query.value = new URLSearchParams(location.search).get("q") ?? "";
    if (query.value) search();
  }
})();
