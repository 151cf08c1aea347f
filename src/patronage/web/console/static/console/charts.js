/* Draws what the days came to. Whoever has no scripts reads the table below. */
"use strict";

const colours = { light: ["#8e1f3f", "#1f6f8b", "#b5793a"], dark: ["#dd97ab", "#7cc4dc", "#e3b57c"] };

function options({ dates, lines }) {
  const theme = themeOfPage();
  const ink = theme === "dark" ? "#c2bbb9" : "#5f5855";
  const rule = theme === "dark" ? "#3b3637" : "#e4dfdd";
  // A year that all days have in common is not said of each.
  const isOneYear = new Set(dates.map((date) => date.slice(0, 4))).size < 2;
  const axis = { axisLabel: { color: ink }, splitLine: { lineStyle: { color: rule } } };
  const left = lines.filter((line) => !line.right);
  return {
    animation: false,
    color: colours[theme],
    grid: { left: 8, right: 8, top: 40, bottom: 8, containLabel: true },
    legend: { top: 0, textStyle: { color: ink }, show: lines.length > 1 },
    tooltip: { trigger: "axis", confine: true },
    xAxis: {
      ...axis,
      type: "category",
      data: dates,
      axisLine: { lineStyle: { color: rule } },
      axisLabel: {
        ...axis.axisLabel,
        formatter: (date) => (isOneYear ? date.slice(5) : date),
        // The first and the last stand within the drawing, and those that would touch are left out.
        alignMinLabel: "left",
        alignMaxLabel: "right",
        showMinLabel: true,
        showMaxLabel: true,
        hideOverlap: true,
      },
    },
    yAxis: [
      {
        ...axis,
        type: "value",
        scale: left.some((line) => line.fits),
        minInterval: left.every((line) => line.counts) ? 1 : 0,
      },
      { ...axis, type: "value", minInterval: 1, splitLine: { show: false } },
    ],
    series: lines.map((line) => ({
      name: line.name,
      // Texts stay exact in the tip; only the drawing takes them for numbers.
      data: line.values,
      type: line.bars ? "bar" : "line",
      yAxisIndex: line.right ? 1 : 0,
      showSymbol: dates.length < 3,
      barMaxWidth: 24,
    })),
  };
}

drawAll("chart", options);
