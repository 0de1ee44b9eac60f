// A card's events as points in time; the tooltip is drawn on the canvas, so that no markup is made of data.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("events");
  const rows = JSON.parse(document.getElementById("events-data").textContent);
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const side = (out) => rows.filter((row) => row.out === out).map((row) => [row.at, Math.max(row.much, 0.01), row.other]);
  chart.setOption({
    animation: false,
    tooltip: { renderMode: "richText", formatter: (p) => `${p.data[0]}\n${p.data[1]}\n${p.data[2]}` },
    legend: {}, grid: { left: 70, right: 20, top: 40, bottom: 60 }, dataZoom: [{ type: "slider" }],
    xAxis: { type: "time" }, yAxis: { type: "log" },
    series: [
      { name: place.dataset.in, type: "scatter", symbol: "circle", symbolSize: 7, data: side(false) },
      { name: place.dataset.out, type: "scatter", symbol: "triangle", symbolSize: 8, data: side(true) },
    ],
  });
  window.addEventListener("resize", () => chart.resize());
});
