// The map of provinces: colour tells the rate, letters tell the card; what is on no map (a simulated town) stands below as tiles.
"use strict";
document.addEventListener("DOMContentLoaded", async () => {
  const place = document.getElementById("map");
  if (!place) return;
  const told = place.dataset;
  const rows = JSON.parse(document.getElementById("map-data").textContent);
  const ground = await (await fetch("/static/vendor/china.json")).json();
  echarts.registerMap("china", ground);
  const names = new Map(ground.features.map((one) => [one.properties.id, one.properties.name]));
  const data = rows.filter((row) => names.has(row.code)).map((row) => ({ name: names.get(row.code), value: row.rate ?? NaN, row }));
  const most = Math.max(1, ...data.map((one) => one.value || 0));
  const chart = echarts.init(place);
  window.addEventListener("resize", () => chart.resize());
  chart.setOption({
    animation: false,
    tooltip: { renderMode: "richText", formatter: (p) => (p.data?.row ? `${p.name}${p.data.row.word ? ` ${p.data.row.word}` : ""}\n${told.rate} ${p.data.row.rate ?? "-"}\n${told.cards} ${p.data.row.implicated} / ${p.data.row.exposure}` : `${p.name}: ${told.none}`) },
    visualMap: { min: 0, max: most, left: 10, bottom: 10, text: [told.high, told.low], inRange: { color: ["#e8eef7", "#f3c98b", "#b5472f"] }, calculable: false },
    series: [{
      type: "map", map: "china", data, roam: false, layoutCenter: ["54%", "56%"], layoutSize: "118%", labelLayout: { hideOverlap: true }, itemStyle: { areaColor: "#f4f5f7", borderColor: "#8795a6" },
      label: { show: true, fontSize: 10, color: "#1f2d3d", textBorderColor: "#fff", textBorderWidth: 2, formatter: (p) => (p.data?.row?.word ? `${p.name}\n${p.data.row.word}` : p.name) },
      emphasis: { itemStyle: { areaColor: "#c9dcf5" } }, select: { disabled: true },
    }],
  });
  chart.on("click", (event) => {
    if (event.data?.row) window.location.search = `?side=${told.side}&period=${told.period}&province=${event.data.row.code}`;
  });
});
