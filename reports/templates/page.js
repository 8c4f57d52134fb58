"use strict";

// A click on the head of a column sorts the table; cells without a value stay last in both directions.
document.querySelectorAll("th button").forEach((button) => {
  button.addEventListener("click", () => {
    const head = button.parentElement;
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
  });
});

// In every figure the chosen models stay as they are and the others turn faint.
const chips = [...document.querySelectorAll(".models button")];
const marks = [...document.querySelectorAll("svg [data-model]")];
chips.forEach((chip) => {
  chip.addEventListener("click", () => {
    chip.setAttribute("aria-pressed", chip.getAttribute("aria-pressed") !== "true");
    const chosen = chips.filter((c) => c.getAttribute("aria-pressed") === "true");
    const names = new Set(chosen.map((c) => c.dataset.model));
    marks.forEach((mark) => mark.classList.toggle("faint", names.size > 0 && !names.has(mark.dataset.model)));
  });
});
