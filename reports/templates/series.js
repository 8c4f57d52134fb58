
// Every series over commits: a table of all, and a drawing of the chosen one, which the address names.
const HEIGHT = 300, LEFT = 62, RIGHT = 14, TOP = 22, BOTTOM = 30, SPARKS = 40;

// What reports/series.py packed.
const unpack = async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
};

const isNumber = (value) => typeof value === "number";
const times = (ratio) => (ratio === null ? "" : `${ratio >= 10 ? ratio.toPrecision(3) : ratio.toFixed(2)}×`);
const quantity = (value, unit) => (isNumber(value) ? `${value} ${unit}`.trim() : value ?? "not measured");
const element = (tag, attributes = {}, text = "") => {
  const made = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  made.textContent = text;
  return made;
};
const add = (parent, tag, text = "") => {
  const child = document.createElement(tag);
  child.textContent = text;
  parent.append(child);
  return child;
};

// A line through the values, which begins anew after a gap.
const pathOf = (values, x, y) => {
  let gap = true;
  return values.map((value, at) => {
    if (!isNumber(value)) { gap = true; return ""; }
    const step = `${gap ? "M" : "L"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    gap = false;
    return step;
  }).join("");
};

// A scale of pixels for values: logarithmic if they span more than a factor of twenty.
const scaleOf = (values, from, to) => {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const wide = low > 0 && high > 20 * low;
  const [place, back] = wide ? [Math.log10, (v) => 10 ** v] : [(v) => v, (v) => v];
  const margin = (place(high) - place(low)) * 0.08 || Math.abs(place(high)) * 0.05 || 1;
  [low, high] = [place(low) - margin, place(high) + margin];
  const step = stepOf((high - low) / 4);
  const ticks = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) ticks.push(back(n * step));
  return { at: (value) => from + (to - from) * (place(value) - low) / (high - low), ticks };
};
const stepOf = (least) => {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find((n) => n * power >= least) * power;
};

// A small line through some of the values.
const sparkOf = (one) => {
  const numbers = one.values.filter(isNumber);
  const [low, span] = [Math.min(...numbers), Math.max(...numbers) - Math.min(...numbers) || 1];
  const every = Math.max(1, Math.ceil(one.values.length / SPARKS));
  const some = one.values.filter((_, at) => at % every === 0 || at === one.values.length - 1);
  const svg = element("svg", { viewBox: "0 0 90 20", class: "spark", "aria-hidden": "true" });
  svg.append(element("path", { d: pathOf(some, (at) => 1 + 88 * at / Math.max(some.length - 1, 1), (v) => 18 - 16 * (v - low) / span) }));
  return svg;
};

// A change in words.
const wordsOf = ({ kind, loss, from, at, old, new: now, ratio }, unit, commits) => {
  const [since, until] = [from, at].map((place) => commits[place][0].slice(0, 8));
  const [, date, subject] = commits[at];
  const where = kind === "jump" ? `jump at ${until}` : `creep from ${since} to ${until}`;
  const size = [quantity(old, unit), quantity(now, unit)].join(" to ");
  return `${loss ? "worse" : "better"}: ${[where, date, size, times(ratio)].filter(Boolean).join(", ")}${subject && ` · ${subject}`}`;
};

// The row of a series in the table, with its address.
const rowOf = (one) => {
  const numbers = one.values.filter(isNumber);
  const [first, final] = [numbers[0], numbers.at(-1)];
  const row = document.createElement("tr");
  const head = add(row, "th");
  head.scope = "row";
  head.dataset.sort = one.name;
  const link = add(head, "a", one.name);
  link.href = `#series=${encodeURIComponent(one.name)}`;
  const cell = (text, key, kind = "number") => {
    const made = add(row, "td", text);
    made.className = kind;
    if (key !== null) made.dataset.sort = key;
  };
  cell(quantity(final, one.unit), final / one.factor);
  const grown = first > 0 && final > 0 ? final / first : null;
  cell(grown === null ? "–" : times(grown), grown);
  const kinds = one.changes.map((change) => `${times(change.ratio)} ${change.kind}`.trim());
  const worst = Math.max(0, ...one.changes.map((change) => Math.abs(Math.log(change.ratio || 1))));
  cell(kinds.length > 2 ? `${kinds.at(-1)} and ${kinds.length - 1} more` : kinds.join(", "), worst || null);
  if (one.changes.some((change) => change.loss)) row.cells[3].classList.add("worse");
  add(row, "td").append(sparkOf(one));
  return row;
};

// Mark the changes: a jump with a ring and a line, creep with a line; each has its ratio where there is room.
const addChanges = (svg, shown, commits, inside, width, x, y) => {
  let free = 0;
  shown.changes.filter((change) => inside(change.at)).forEach((change) => {
    const verdict = change.loss ? "loss" : "gain";
    if (change.kind === "jump") {
      svg.append(element("path", { class: `jump ${verdict}`, d: `M${x(change.at)} ${TOP}V${HEIGHT - BOTTOM}` }));
      svg.append(element("circle", { class: `jump ${verdict}`, cx: x(change.at), cy: y.at(shown.values[change.at]), r: 7 }));
    } else if (inside(change.from)) {
      svg.append(element("path", { class: `jump ${verdict}`,
        d: `M${x(change.from)} ${y.at(change.old)}L${x(change.at)} ${y.at(change.new)}` }));
    }
    const label = [times(change.ratio), width > 600 && commits[change.at][0].slice(0, 8)].filter(Boolean).join(" ");
    const left = Math.min(x(change.at) + 4, width - 6.5 * label.length);
    if (left < free) return;  // the list below the drawing has it
    free = left + 6.5 * label.length;
    svg.append(element("text", { class: verdict, x: left, y: 12 }, label));
  });
};

// The drawing of the commits from `first` to `end`, and what follows the pointer in it.
const chartOf = (shown, commits, first, end, width) => {
  const x = (at) => LEFT + (width - LEFT - RIGHT) * (at - first) / Math.max(end - first, 1);
  const inside = (at) => at >= first && at <= end;
  const zoomed = (values) => values.map((value, at) => (inside(at) ? value : null));
  const values = zoomed(shown.values);
  const all = [values, shown.lo ? zoomed(shown.lo) : [], shown.hi ? zoomed(shown.hi) : []].flat().filter(isNumber);
  const y = scaleOf(all.length ? all : [0, 1], HEIGHT - BOTTOM, TOP);
  const svg = element("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT, role: "img" });
  svg.setAttribute("aria-label", `${shown.name} over ${end - first + 1} commits`);
  svg.dataset.model = shown.model;
  y.ticks.forEach((tick) => svg.append(
    element("path", { class: "grid", d: `M${LEFT} ${y.at(tick)}H${width - RIGHT}` }),
    element("text", { x: LEFT - 8, y: y.at(tick) + 4, "text-anchor": "end" }, `${Number(tick.toPrecision(3))}`),
  ));
  svg.append(element("text", { x: LEFT - 8, y: 12, "text-anchor": "end" }, shown.unit));
  const names = Math.max(1, Math.min(Math.floor((width - LEFT) / 140), end - first));
  for (let n = 0; n <= names; n += 1) {
    const at = Math.round(first + (end - first) * n / names);
    const anchor = n === 0 ? "start" : n === names ? "end" : "middle";
    svg.append(element("text", { x: x(at), y: HEIGHT - 8, "text-anchor": anchor }, commits[at][1]));
  }
  const bars = values.map((value, at) => isNumber(value) && isNumber(shown.lo?.[at])
    ? `M${x(at).toFixed(1)} ${y.at(shown.lo[at]).toFixed(1)}V${y.at(shown.hi[at]).toFixed(1)}` : "").join("");
  svg.append(element("path", { class: "interval", d: bars }));
  svg.append(element("path", { class: "values", d: pathOf(values, x, y.at) }));
  values.forEach((value, at) => {
    if (isNumber(value)) svg.append(element("circle", { class: "value", cx: x(at), cy: y.at(value), r: end - first > 80 ? 1.8 : 3 }));
    else if (inside(at) && value) svg.append(element("text", { class: "failed", x: x(at), y: HEIGHT - BOTTOM - 2, "text-anchor": "middle" }, "×"));
  });
  addChanges(svg, shown, commits, inside, width, x, y);
  const [cursor, band] = [element("path", { class: "cursor" }), element("rect", { class: "band", y: TOP, height: HEIGHT - TOP - BOTTOM })];
  const dot = element("circle", { class: "cursor", r: 5 });
  svg.append(band, cursor, dot);
  const placeOf = (event) => {
    const share = (event.clientX - svg.getBoundingClientRect().left - LEFT) / (width - LEFT - RIGHT);
    return Math.min(end, Math.max(first, Math.round(first + share * (end - first))));
  };
  return { svg, x, y, cursor, dot, band, at: placeOf };
};

// Fill the part of the page: the table of all series, and the drawing of the chosen one.
const prepareSeries = async (template) => {
  const { commits, series } = await unpack(template.dataset.series);
  template.after(template.content.cloneNode(true));
  const part = template.parentElement;
  const find = (selector) => part.querySelector(selector);
  const [drawing, readout, reset] = [".drawing", ".readout", ".reset"].map(find);
  const [commit, from, to] = ["commit", "from", "to"].map((name) => find(`[name=${name}]`));
  const last = commits.length - 1;
  let [shown, chart] = [series[0], null];

  const textOf = (at) => {
    const [hash, date, subject] = commits[at];
    const [low, high] = [shown.lo?.[at], shown.hi?.[at]];
    const interval = isNumber(low) && isNumber(high) ? ` (99 % interval ${low} to ${high})` : "";
    return `${hash.slice(0, 8)}, ${date}: ${quantity(shown.values[at], shown.unit)}${interval}${subject && ` · ${subject}`}`;
  };

  // Show the commit: its line in the drawing, and what it says in words.
  const point = (at) => {
    commit.value = at;
    const text = textOf(at);
    readout.textContent = text;
    commit.setAttribute("aria-valuetext", text);
    const value = shown.values[at];
    chart.cursor.setAttribute("d", `M${chart.x(at)} ${TOP}V${HEIGHT - BOTTOM}`);
    chart.dot.setAttribute("transform", `translate(${chart.x(at)} ${isNumber(value) ? chart.y.at(value) : -99})`);
  };

  const draw = () => {
    const [first, end] = [Number(from.value), Number(to.value)];
    chart = chartOf(shown, commits, first, end, Math.max(drawing.clientWidth, 260));
    drawing.replaceChildren(chart.svg);
    [commit.min, commit.max] = [first, end];
    reset.disabled = first === 0 && end === last;
    point(Math.min(end, Math.max(first, Number(commit.value))));
  };

  const zoom = (first, end) => {
    if (end - first < 1) return;
    [from.value, to.value] = [first, end];
    draw();
  };

  const choose = (one) => {
    part.querySelectorAll(".explored tr[aria-current]").forEach((row) => row.removeAttribute("aria-current"));
    shown = one;
    one.row.setAttribute("aria-current", "true");
    find("figcaption").textContent = one.name;
    find(".better").textContent = `${one.better === "lower" ? "Less" : "More"} is better.`;
    find(".again code").textContent = one.command;
    const list = find(".jumps");
    list.replaceChildren();
    one.changes.forEach((change) => {
      const button = add(add(list, "li"), "button", wordsOf(change, one.unit, commits));
      button.type = "button";
      button.addEventListener("click", () => { zoom(0, last); point(change.at); });
    });
    [from.value, to.value, commit.value] = [0, last, last];
    commit.max = last;
    draw();
    point(last);
  };

  const list = find(".explored tbody");
  series.forEach((one) => {
    one.row = rowOf(one);
    list.append(one.row);
  });

  const follow = () => {
    const asked = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B"));
    if (asked.has("words")) {
      find(".filter").elements.words.value = asked.get("words");
      find(".filter").dispatchEvent(new Event("input"));
    }
    const named = series.find((one) => one.name === asked.get("series"));
    const row = list.querySelector("tr:not([hidden])");
    const next = named ?? (chart && !asked.has("words") ? shown : series.find((one) => one.row === row) ?? series[0]);
    if (next !== shown || !chart) choose(next);
    if (named || asked.has("words")) part.scrollIntoView();
  };

  part.querySelectorAll(".explored th button").forEach((button) => button.addEventListener("click", () => sort(button)));
  prepareFilter(find(".filter"));
  prepareCopy(find(".again .copy"));
  [from, to, commit].forEach((range) => { [range.min, range.max] = [0, last]; });
  commit.addEventListener("input", () => point(Number(commit.value)));
  from.addEventListener("input", () => { from.value = Math.min(from.value, to.value - 1); draw(); });
  to.addEventListener("input", () => { to.value = Math.max(to.value, Number(from.value) + 1); draw(); });
  reset.addEventListener("click", () => zoom(0, last));

  let start = null;
  drawing.addEventListener("pointerdown", (event) => {
    start = chart.at(event);
    drawing.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  drawing.addEventListener("pointermove", (event) => {
    const at = chart.at(event);
    point(at);
    if (start === null) return;
    const [left, right] = [chart.x(Math.min(start, at)), chart.x(Math.max(start, at))];
    chart.band.setAttribute("x", left);
    chart.band.setAttribute("width", right - left);
  });
  drawing.addEventListener("pointerup", (event) => {
    const [one, other] = [start, chart.at(event)];
    start = null;
    zoom(Math.min(one, other), Math.max(one, other));
  });
  drawing.addEventListener("pointercancel", () => { start = null; draw(); });
  addEventListener("hashchange", follow);
  follow();
  new ResizeObserver(() => draw()).observe(drawing);
};

document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".explorer").forEach(prepareSeries));
