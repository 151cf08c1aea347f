/* Draws the price. Whoever has no scripts reads the table below it. */
"use strict";

const place = document.querySelector("[data-chart]");
const now = document.querySelector("[data-chart-now]");
const language = document.documentElement.lang;
const dark = matchMedia("(prefers-color-scheme: dark)");
let plot = null;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function formats(span) {
  const zone = place.dataset.zone;
  const short = {
    day: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    month: { month: "numeric", day: "numeric" },
  }[span] || { year: "2-digit", month: "numeric" };
  const long =
    span === "day"
      ? { dateStyle: "medium", timeStyle: "short", timeZone: zone }
      : { dateStyle: "medium", timeZone: zone };
  return [
    new Intl.DateTimeFormat(language, { ...short, timeZone: zone }),
    new Intl.DateTimeFormat(language, long),
  ];
}

function draw({ span, points }) {
  const [short, long] = formats(span);
  const usual = now.textContent;
  const sign = now.textContent.replace(/[\d.,]+$/, "");
  const texts = points.map((point) => point[1]);
  const axis = {
    stroke: colour("--ink-2"),
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const data = [points.map((point) => point[0]), texts.map((text) => Number(text.replace(/,/g, "")))];
  const options = {
    width: place.clientWidth,
    height: 208,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: {
      // A line without change lies in the middle, and small changes are not made to look large.
      y: { range: (_plot, low, high) => {
        const room = Math.max((high - low) * 0.1, high * 0.01);
        return [Math.max(0, low - room), high + room];
      } },
    },
    series: [
      {},
      { stroke: colour("--accent"), width: 2, points: { show: points.length < 3, size: 6 } },
    ],
    axes: [
      { ...axis, space: 64, values: (_plot, marks) => marks.map((at) => short.format(at * 1000)) },
      { ...axis, size: 56, values: (_plot, marks) => marks.map((mark) => mark.toFixed(2)) },
    ],
    hooks: {
      setCursor: [
        ({ cursor: { idx } }) => {
          now.textContent =
            idx == null ? usual : `${long.format(points[idx][0] * 1000)}: ${sign}${texts[idx]}`;
        },
      ],
    },
  };
  const again = () => {
    if (plot) {
      plot.destroy();
      options.width = place.clientWidth;
      axis.stroke = colour("--ink-2");
      options.axes.forEach((one) => {
        one.stroke = colour("--ink-2");
        one.grid.stroke = colour("--line");
      });
      options.series[1].stroke = colour("--accent");
    }
    plot = new uPlot(options, data, place);
  };
  again();
  dark.addEventListener("change", again);
  addEventListener("resize", () => plot.setSize({ width: place.clientWidth, height: 208 }));
}

if (place) {
  fetch(place.dataset.chart)
    .then((answer) => answer.json())
    .then(draw)
    .catch(() => {
      place.hidden = true; // the table says the same
    });
}
