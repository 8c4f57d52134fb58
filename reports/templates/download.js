
// A figure is saved as it stands: in the colours of its theme, with the models that were chosen, and
// with the legend that stands above it.
const SVG = "http://www.w3.org/2000/svg";
const FONT = "Helvetica, Arial, sans-serif";
const PIXELS = 3;  // of a PNG per unit of the drawing

const legendOf = (figure) => {
  const inside = figure.querySelector(".legend");
  for (let at = figure; !inside && at && !at.matches("section"); at = at.parentElement) {
    if (at.previousElementSibling?.matches(".legend")) return at.previousElementSibling;
  }
  return inside;
};

// Other programs know neither the names nor the spaces of the page's colours: they get red, green, blue.
const toRgb = (() => {
  const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
    .getContext("2d", { willReadFrequently: true });
  return (colour) => {
    if (colour === "none") return colour;
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    return alpha ? `#${[red, green, blue].map((n) => n.toString(16).padStart(2, "0")).join("")}` : "none";
  };
})();

// A mark is drawn once and used by many models: its colours are those of each use, not its own.
const fixColours = (shown, copy) => {
  const computed = getComputedStyle(shown);
  ["fill", "stroke"].filter((name) => shown.style[name]).forEach((name) => {
    copy.style[name] = shown.closest("defs") ? "" : toRgb(computed[name]);
  });
  if (shown.matches("text")) copy.style.fontFamily ||= FONT;
  if (computed.opacity !== "1") copy.style.opacity = computed.opacity;
  [...shown.children].forEach((child, place) => fixColours(child, copy.children[place]));
};

const copyOf = (drawing) => {
  const copy = drawing.cloneNode(true);
  fixColours(drawing, copy);
  copy.querySelectorAll("title").forEach((title) => title.remove());
  return copy;
};

// Place the entries of a legend in rows below a drawing of this width; return how high they are.
const addLegend = (legend, whole, width, top) => {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = `11px ${FONT}`;
  let [x, y] = [8, top + 6];
  for (const entry of legend.children) {
    const [mark, name] = [copyOf(entry.querySelector("svg")), entry.lastChild.textContent.trim()];
    const wide = 38 + 6 + pen.measureText(name).width + 14;
    if (x > 8 && x + wide > width) [x, y] = [8, y + 18];
    Object.entries({ x, y, width: 38, height: 14 }).forEach(([key, value]) => mark.setAttribute(key, value));
    const text = document.createElementNS(SVG, "text");
    Object.entries({ x: x + 44, y: y + 11, style: `font: 11px ${FONT}` })
      .forEach(([key, value]) => text.setAttribute(key, value));
    text.setAttribute("fill", toRgb(getComputedStyle(legend).color));
    text.textContent = name;
    whole.append(mark, text);
    x += wide;
  }
  return y + 18 - top;
};

// Return the part of the plane that a drawing takes: a page shows text beyond its edges, a file does not.
const extentOf = (drawing) => {
  const { width, height } = drawing.viewBox.baseVal;
  const [frame, texts] = [drawing.getBoundingClientRect(), [...drawing.querySelectorAll("text")]];
  const boxes = texts.map((text) => text.getBoundingClientRect());
  const scaled = (pixels) => pixels * width / frame.width;
  const left = Math.min(0, ...boxes.map((box) => scaled(box.left - frame.left) - 2));
  const right = Math.max(width, ...boxes.map((box) => scaled(box.right - frame.left) + 2));
  return { left, width: right - left, height };
};

// Return the text of a figure's drawing as a file of its own, and its size.
const drawingOf = (figure) => {
  const [shown, legend] = [figure.querySelector("svg[role=img]"), legendOf(figure)];
  const { left, width, height } = extentOf(shown);
  const [whole, body] = [document.createElementNS(SVG, "svg"), copyOf(shown)];
  body.setAttribute("viewBox", `${left} 0 ${width} ${height}`);
  body.setAttribute("width", width);
  body.setAttribute("height", height);
  whole.append(body);
  const below = legend ? addLegend(legend, whole, width, height) : 0;
  const size = { width, height: height + below };
  Object.entries({ ...size, viewBox: `0 0 ${width} ${size.height}` })
    .forEach(([key, value]) => whole.setAttribute(key, value));
  return { ...size, text: new XMLSerializer().serializeToString(whole) };
};

const save = (address, name) => Object.assign(document.createElement("a"), { href: address, download: name }).click();
const addressOf = (text) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;

const savePng = async ({ text, width, height }, name) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: width * PIXELS, height: height * PIXELS });
  const [image, pen] = [new Image(), canvas.getContext("2d")];
  image.src = addressOf(text);
  await image.decode();
  pen.fillStyle = getComputedStyle(document.body).backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  save(canvas.toDataURL("image/png"), name);
};

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".download button").forEach((button) => {
    button.addEventListener("click", () => {
      const [drawing, name] = [drawingOf(button.closest("figure")), button.dataset.name];
      if (button.textContent === "PNG") savePng(drawing, `${name}.png`);
      else save(addressOf(drawing.text), `${name}.svg`);
    });
    button.hidden = false;
  });
});
