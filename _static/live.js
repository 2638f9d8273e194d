/* Draws a card with plotly, in any of its states and in the theme of the page. Loaded with the first chart touched. */
(() => {
  const {template, colours} = "STORY_CONSTANTS";
  const place = (target, path, value) => {
    const last = path.at(-1), owner = path.slice(0, -1).reduce((value, step) => value[step] ??= {}, target);
    if (value === null) delete owner[last]; else owner[last] = value;
  };
  const steps = path => path.match(/[^.[\]]+/g).map(step => /^\d+$/.test(step) ? +step : step);
  const themed = value => {
    if (!story.dark()) return value;
    let text = JSON.stringify(value);
    for (const [light, dark] of colours) text = text.replaceAll(`"${light}"`, `"${dark}"`);
    return JSON.parse(text);
  };
  const format = value => value === null ? "" : typeof value !== "number" ? value
    : Number.isInteger(value) && Math.abs(value) < 10000 ? String(value).replace("-", "−")
    : Math.abs(value) >= 1000 && Math.abs(value) < 10000 ? value.toFixed(1).replace(/\.0$/, "").replace("-", "−")
    : value.toLocaleString("en", Number.isInteger(value) ? {} : {maximumSignificantDigits: Math.max(3, Math.trunc(Math.abs(value)).toString().length)}).replace("-", "−");
  const cell = (tag, value) => Object.assign(document.createElement(tag), {
    textContent: format(value), className: tag === "td" && typeof value === "number" ? "number" : ""});

  story.at = (name, key) => {
    const {base, states} = story.figures[name], figure = structuredClone(base);
    for (const [path, value] of states[key] ?? []) place(figure, path, value);
    return figure;
  };
  story.draw = async (card, key) => {
    const figure = story.at(card.dataset.figure, key), chart = card.querySelector(".chart");
    const narrow = chart.clientWidth < 568, layout = {...figure.layout, template, width: chart.clientWidth, height: figure.height};
    if (narrow) for (const [path, value] of Object.entries(figure.narrow))
      place(path.startsWith("data[") ? figure : layout, steps(path), value);
    layout.height *= chart.clientWidth / (narrow ? 328 : 720); // as tall as the drawing it covers, so that nothing moves
    let box = chart.querySelector(".live");
    if (!box) chart.append(box = Object.assign(document.createElement("div"), {className: "live"}));
    await Plotly.react(box, ...themed([figure.data, layout]), {displayModeBar: false, showSendToCloud: false});
    chart.style.height = `${layout.height}px`;
    chart.classList.add("is-live");
    if (card.dataset.key === key) return;
    card.dataset.key = key;
    card.querySelector(".title").textContent = figure.title;
    card.querySelector(".subtitle").textContent = figure.subtitle;
    chart.setAttribute("aria-label", figure.alt);
    card.querySelector("thead tr").replaceChildren(...figure.table.columns.map((name, place) => Object.assign(
      document.createElement("th"), {scope: "col", textContent: name, className: typeof figure.table.rows[0][place] === "number" ? "number" : ""})));
    const body = card.querySelector("tbody");
    body.replaceChildren(...figure.table.rows.map(row => {
      const line = document.createElement("tr");
      line.append(...row.map(value => cell("td", value)));
      return line;
    }));
    card.querySelector("[type=search]")?.oninput();
  };
})();
