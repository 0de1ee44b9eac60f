// The funnel: how many cards a unit has against its rate, with its interval, and what is expected of it.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("funnel");
  const told = place.dataset;
  const rows = JSON.parse(document.getElementById("funnel-data").textContent).filter((row) => row[0] > 0);
  if (!rows.length) { place.closest(".card").hidden = true; return; }
  const chart = echarts.init(place);
  const bar = (params, api) => {
    const top = api.coord([api.value(0), api.value(3)]), low = api.coord([api.value(0), api.value(2)]);
    return { type: "line", shape: { x1: top[0], y1: top[1], x2: low[0], y2: low[1] }, style: { stroke: "#8795a6", lineWidth: 1.5 } };
  };
  const short = (value) => (value === null || value === undefined ? "-" : value.toFixed(1));
  chart.setOption({
    animation: false, color: ["#1b4f9c", "#b5472f"], legend: { data: [told.seen, told.expected] },
    grid: { left: 70, right: 30, top: 50, bottom: 50 },
    tooltip: { renderMode: "richText", formatter: (p) => `${p.data[5]}\n${short(p.data[1])} [${short(p.data[2])}, ${short(p.data[3])}]` },
    xAxis: { type: "log", name: told.x, nameLocation: "middle", nameGap: 30 }, yAxis: { type: "value", name: told.y },
    series: [
      { type: "custom", renderItem: bar, silent: true, data: rows, encode: { x: 0, y: [2, 3] } },
      { name: told.seen, type: "scatter", symbolSize: 9, data: rows },
      { name: told.expected, type: "scatter", symbol: "rect", symbolSize: [14, 3], data: rows.map((r) => [r[0], r[4], r[2], r[3], r[4], r[5]]) },
    ],
  });
  window.addEventListener("resize", () => chart.resize());
});
