/* Draws each place that carries figures under a name, anew when its size or the colours change. */
"use strict";

function drawAll(name, options) {
  const drawn = [...document.querySelectorAll(`[data-${name}]`)].map((place) => {
    const chart = echarts.init(place);
    const told = JSON.parse(place.dataset[name]);
    new ResizeObserver(() => chart.resize()).observe(place);
    return () => chart.setOption(options(told), true);
  });
  const draw = () => drawn.forEach((one) => one());
  const page = document.documentElement;
  new MutationObserver(draw).observe(page, { attributes: true, attributeFilter: ["class"] });
  draw();
}

function themeOfPage() {
  return document.documentElement.classList.contains("dark") ? "dark" : "light";
}
