// The funnel: how many cards a unit has against its rate, with the interval in the tooltip.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("funnel");
  const rows = JSON.parse(document.getElementById("funnel-data").textContent);
  const chart = echarts.init(place);
  chart.setOption({
    animation: false, grid: { left: 60, right: 20, top: 20, bottom: 50 },
    tooltip: { renderMode: "richText", formatter: (p) => `${p.data[5]}\n${p.data[1]?.toFixed(1)} [${p.data[2]?.toFixed(1)}, ${p.data[3]?.toFixed(1)}]` },
    xAxis: { type: "log", name: place.dataset.x, nameLocation: "middle", nameGap: 30 }, yAxis: { type: "value", name: place.dataset.y },
    series: [{ type: "scatter", data: rows.filter((r) => r[0] > 0) }, { type: "scatter", symbol: "rect", symbolSize: [12, 2], data: rows.filter((r) => r[0] > 0).map((r) => [r[0], r[4], r[2], r[3], r[4], r[5]]) }],
  });
  window.addEventListener("resize", () => chart.resize());
});
