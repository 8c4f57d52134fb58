"use strict";

// The chosen theme is kept; it is set before the page is drawn. Without a choice the system decides.
const root = document.documentElement;
const stored = (() => {
  try { return localStorage; } catch { return {}; }  // a browser may refuse it to a file
})();
const setTheme = (theme) => {
  theme === "system" ? delete root.dataset.theme : (root.dataset.theme = theme);
  stored.theme = theme;
};
setTheme(stored.theme ?? "system");

const prepareTheme = (button) => {
  const themes = ["system", "light", "dark"];
  const show = () => { button.textContent = `Theme: ${stored.theme}`; };
  button.addEventListener("click", () => {
    setTheme(themes[(themes.indexOf(stored.theme) + 1) % themes.length]);
    show();
  });
  button.hidden = false;
  show();
};

// A click on the head of a column sorts the table; cells without a value stay last in both directions.
const sort = (button) => {
  const head = button.closest("th");
  const index = head.cellIndex;
  const rising = head.getAttribute("aria-sort") !== "ascending";
  const body = head.closest("table").tBodies[0];
  const value = (row) => row.cells[index].dataset.sort;
  const compare = (one, other) =>
    head.classList.contains("number") ? one - other : one.localeCompare(other);
  const rows = [...body.rows].sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (one === undefined || other === undefined) return (one === undefined) - (other === undefined);
    return rising ? compare(one, other) : compare(other, one);
  });
  head.parentElement.querySelectorAll("th").forEach((th) => th.setAttribute("aria-sort", "none"));
  head.setAttribute("aria-sort", rising ? "ascending" : "descending");
  body.append(...rows);
};

// In every figure the chosen models stay as they are and the others turn faint.
const highlight = (chips, marks) => {
  const chosen = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true");
  const names = new Set(chosen.map((chip) => chip.dataset.model));
  marks.forEach((mark) => mark.classList.toggle("faint", names.size > 0 && !names.has(mark.dataset.model)));
};

// Pointing at a mark shows its model and backend.
const name = (mark) => {
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = [mark.dataset.model, mark.dataset.backend].filter(Boolean).join(", ");
  mark.prepend(title);
};

// A filter shows the rows that contain every word typed, and run in every way that is ticked.
const prepareFilter = (form) => {
  const rows = [...document.querySelectorAll(form.dataset.rows)];
  const sections = new Set(rows.map((row) => row.closest("section")));
  const texts = new Map(rows.map((row) => [row, (row.dataset.words ?? row.textContent).toLowerCase()]));
  const filter = () => {
    const words = form.elements.words.value.toLowerCase().split(/\s+/);
    const ways = [...form.querySelectorAll("[name=runs]:checked")].map((box) => box.value);
    rows.forEach((row) => {
      const has = words.every((word) => texts.get(row).includes(word));
      const runs = (row.dataset.runs ?? "").split(" ");
      row.hidden = !(has && ways.every((way) => runs.includes(way)));
    });
    sections.forEach((section) => {
      section.hidden = !section.contains(form) && !section.querySelector("tbody tr:not([hidden])");
    });
    const shown = rows.filter((row) => !row.hidden).length;
    form.querySelector("output").textContent = `${shown} of ${rows.length} ${form.dataset.of}`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
};

// Without access to the clipboard the text is selected, to be copied by hand.
const prepareCopy = (button) => {
  const code = button.parentElement.querySelector("code");
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(code);
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Selected";
    }
  });
  button.hidden = false;
};

document.addEventListener("DOMContentLoaded", () => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  all(".theme").forEach(prepareTheme);
  all(".filter").forEach(prepareFilter);
  all(".copy").forEach(prepareCopy);
  all("th button").forEach((button) => button.addEventListener("click", () => sort(button)));
  const [chips, marks] = [all(".models button"), all("svg [data-model]")];
  marks.forEach(name);
  chips.forEach((chip) => chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") !== "true");
    highlight(chips, marks);
  }));
});
