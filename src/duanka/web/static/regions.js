// The map of provinces: colour tells the rate, letters tell the card; what is on no map (a simulated town) is drawn as tiles.
"use strict";
document.addEventListener("DOMContentLoaded", async () => {
  const place = document.getElementById("map"), told = place.dataset;
  const { provinces: rows, tiles } = JSON.parse(document.getElementById("map-data").textContent);
  const ground = await (await fetch("/static/vendor/china.json")).json();
  echarts.registerMap("china", ground);
  const names = new Map(ground.features.map((one) => [one.properties.id, one.properties.name]));
  const data = rows.filter((row) => names.has(row.code)).map((row) => ({ name: names.get(row.code), value: row.rate ?? NaN, row }));
  const most = Math.max(1, ...data.map((one) => one.value || 0));
  const chart = echarts.init(place);
  window.addEventListener("resize", () => chart.resize());
  if (!data.length && tiles.length) { squares(chart, tiles, told); return; }
  chart.setOption({
    animation: false,
    tooltip: { renderMode: "richText", formatter: (p) => (p.data ? `${p.name}${p.data.row.word ? ` ${p.data.row.word}` : ""}\n${told.rate} ${p.data.row.rate ?? "-"}\n${told.cards} ${p.data.row.implicated} / ${p.data.row.exposure}` : `${p.name}: ${told.none}`) },
    visualMap: { min: 0, max: most, left: 10, bottom: 10, text: [told.high, told.low], inRange: { color: ["#e8eef7", "#f3c98b", "#b5472f"] }, calculable: false },
    series: [{
      type: "map", map: "china", data, roam: false, itemStyle: { areaColor: "#f4f5f7", borderColor: "#8795a6" },
      label: { show: true, fontSize: 10, color: "#1f2d3d", formatter: (p) => (p.data && p.data.row.word ? `${p.name}\n${p.data.row.word}` : p.name) },
      emphasis: { itemStyle: { areaColor: "#c9dcf5" } }, select: { disabled: true },
    }],
  });
  chart.on("click", (event) => {
    if (event.data) window.location.search = `?side=${told.side}&period=${told.period}&province=${event.data.row.code}`;
  });
});

// Districts without a map: a tile each, as large as its cards, coloured and labelled as the map would be.
function squares(chart, tiles, told) {
  const most = Math.max(1, ...tiles.map((one) => one.rate || 0));
  chart.setOption({
    animation: false,
    tooltip: { renderMode: "richText", formatter: (p) => (p.data && p.data.row ? `${p.name}\n${told.rate} ${p.data.row.rate ?? "-"}\n${told.cards} ${p.data.row.implicated} / ${p.data.row.exposure}` : "") },
    visualMap: { type: "continuous", min: 0, max: most, dimension: 1, left: 10, bottom: 0, orient: "horizontal", text: [told.high, told.low], inRange: { color: ["#e8eef7", "#f3c98b", "#d98a6a"] }, calculable: false },
    series: [{
      type: "treemap", roam: false, nodeClick: false, breadcrumb: { show: false }, top: 0, left: 0, right: 0, bottom: 40,
      label: { color: "#1f2d3d", formatter: (p) => `${p.name}${p.data.row.word ? `\n${p.data.row.word}` : ""}\n${p.data.row.rate ?? "-"}` },
      itemStyle: { borderColor: "#fff", gapWidth: 2 },
      data: tiles.map((row) => ({ name: row.code, value: [Math.max(row.exposure, 1), row.rate ?? 0], row })),
    }],
  });
}
