/* Draws whose a payment is: each part hangs where the one before it ended. The table says it all. */
"use strict";

const shades = {
  light: { ink: "#5f5855", rule: "#e4dfdd", all: "#5f5855", left: "#1f6f8b", taken: "#d9a6b4" },
  dark: { ink: "#c2bbb9", rule: "#3b3637", all: "#c2bbb9", left: "#7cc4dc", taken: "#8e4a5e" },
};

function fall({ names, labels, starts, left, taken }) {
  const shade = shades[themeOfPage()];
  const rule = { lineStyle: { color: shade.rule } };
  const bar = { type: "bar", stack: "all", barMaxWidth: 48 };
  return {
    animation: false,
    grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
    legend: { top: 0, data: labels, textStyle: { color: shade.ink } },
    tooltip: {
      trigger: "axis",
      confine: true,
      // Texts stay exact in the tip; only the drawing takes them for numbers.
      formatter: (told) => {
        const at = told[0].dataIndex;
        const lines = [names[at], `${labels[0]}: ${left[at]}`];
        return (taken[at] === "0" ? lines : [...lines, `${labels[1]}: ${taken[at]}`]).join("<br>");
      },
    },
    xAxis: {
      type: "category",
      data: names,
      axisLabel: { color: shade.ink, interval: 0, width: 90, overflow: "break" },
      axisLine: rule,
    },
    yAxis: { type: "value", axisLabel: { color: shade.ink }, splitLine: rule },
    series: [
      { ...bar, data: starts, itemStyle: { color: "transparent" }, silent: true },
      {
        ...bar,
        name: labels[0],
        data: left.map((value, at) => (at ? value : { value, itemStyle: { color: shade.all } })),
        itemStyle: { color: shade.left },
      },
      { ...bar, name: labels[1], data: taken, itemStyle: { color: shade.taken } },
    ],
  };
}

drawAll("waterfall", fall);
