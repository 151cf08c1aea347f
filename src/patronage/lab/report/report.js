// Draws the report's charts as SVG, and again at the width of the paper before it is printed.
(function () {
  "use strict";
  var options = JSON.parse(document.getElementById("charts").textContent);
  var locale = document.documentElement.lang.indexOf("zh") === 0 ? "ZH" : "EN";
  var font = getComputedStyle(document.body).fontFamily;
  var PAPER = 680; // what an A4 page leaves beside its margins
  var A_DATE = 110; // the width that a date on an axis needs
  var places = Array.from(document.querySelectorAll(".chart"));

  function fit(chart, width) {
    chart.resize({ width: width });
    if (chart.getOption().xAxis[0].type === "time") {
      chart.setOption({ xAxis: { splitNumber: Math.max(Math.floor(width / A_DATE), 1) } });
    }
    chart.getZr().flush(); // the browser prints before the next frame
  }

  var charts = places.map(function (place) {
    var option = options[Number(place.dataset.chart)];
    option.textStyle.fontFamily = font;
    place.style.height = place.dataset.height + "px";
    var chart = echarts.init(place, null, { renderer: "svg", locale: locale });
    chart.setOption(option);
    fit(chart, place.clientWidth);
    return chart;
  });
  function fitAll() {
    charts.forEach(function (chart, number) {
      fit(chart, places[number].clientWidth);
    });
  }
  window.addEventListener("resize", fitAll);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach(function (one) {
      one.open = true;
    });
    charts.forEach(function (chart) {
      fit(chart, PAPER);
    });
  });
  window.addEventListener("afterprint", function () {
    setTimeout(fitAll, 0); // the page still has the paper's width
  });
})();
