// A card's events as points in time; the tooltip is drawn on the canvas, so that no markup is made of data.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("events");
  const told = place.dataset;
  const rows = JSON.parse(document.getElementById("events-data").textContent);
  if (!rows.length) { place.classList.replace("chart", "note"); place.textContent = told.none; return; }
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const side = (out) => rows.filter((row) => row.out === out).map((row) => [row.at, Math.max(row.much, 0.01), row.other]);
  const mark = told.from ? { silent: true, itemStyle: { color: "rgba(166,27,27,0.08)" }, label: { position: "insideTop", color: "#a61b1b" }, data: [[{ xAxis: told.from, name: told.mark }, { xAxis: told.to }]] } : undefined;
  chart.setOption({
    animation: false, color: ["#1b4f9c", "#b5472f"],
    tooltip: { renderMode: "richText", formatter: (p) => `${new Date(p.data[0]).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" })}\n${p.data[1]}\n${p.data[2]}` },
    legend: {}, grid: { left: 70, right: 30, top: 50, bottom: 70 }, dataZoom: [{ type: "slider" }],
    xAxis: { type: "time" }, yAxis: { type: "log", name: told.much },
    series: [
      { name: told.in, type: "scatter", symbol: "circle", symbolSize: 8, data: side(false), markArea: mark },
      { name: told.out, type: "scatter", symbol: "triangle", symbolSize: 10, data: side(true) },
    ],
  });
  window.addEventListener("resize", () => chart.resize());
});
