// The ring: kinds by shape, suspected roles by colour and by letters, the same as in the table below.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const told = JSON.parse(document.getElementById("ring-data").textContent);
  const shapes = { account: "ellipse", sim: "round-rectangle", person: "diamond", organisation: "hexagon", device: "triangle", outlet: "rectangle", staff: "pentagon" };
  const colours = { mule: "#b5472f", runner: "#c77d0a", controller: "#7b2d8b", financier: "#1b4f9c", dealer: "#8a1c4a", victim: "#2f7d4f", insider: "#5a5a00" };
  const known = new Set(told.nodes.map((one) => one.id));
  const ring = cytoscape({
    container: document.getElementById("ring"),
    elements: [
      ...told.nodes.map((one) => ({ data: { id: one.id, label: one.told ? `${one.name} ${one.told}` : one.name, shape: shapes[one.kind] || "ellipse", colour: colours[one.role] || "#8795a6" } })),
      ...told.edges.filter((one) => known.has(one.from) && known.has(one.to)).map((one) => ({ data: { source: one.from, target: one.to, label: one.what } })),
    ],
    style: [
      { selector: "node", style: { shape: "data(shape)", "background-color": "data(colour)", label: "data(label)", "font-size": 9, width: 18, height: 18 } },
      { selector: "edge", style: { width: 1, "line-color": "#b4bfca", "target-arrow-shape": "triangle", "target-arrow-color": "#b4bfca", "curve-style": "bezier" } },
    ],
    maxZoom: 2, layout: { name: "fcose", animate: false, randomize: true, quality: "proof", padding: 30, idealEdgeLength: 110, nodeSeparation: 140, nodeRepulsion: 9000 },
  });
  money(told.money);
  ring.on("tap", "node", (event) => { document.getElementById("chosen").textContent = event.target.data("label"); });
});

// The money as a Sankey; names carry their hop, so that no way leads in a circle.
function money(hops) {
  const place = document.getElementById("money");
  if (!place) return;
  const chart = echarts.init(place), until = document.getElementById("until");
  const draw = () => {
    const links = new Map();
    for (const one of hops.slice(0, Number(until.value))) {
      const key = `${one.from}\n${one.to}`;
      links.set(key, { source: one.from, target: one.to, value: (links.get(key)?.value || 0) + one.yuan });
    }
    const names = new Set([...links.values()].flatMap((one) => [one.source, one.target]));
    document.getElementById("until-at").textContent = new Date(hops[Number(until.value) - 1].at).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" });
    chart.setOption({ animation: false, tooltip: { renderMode: "richText" }, series: [{ type: "sankey", right: 170, data: [...names].map((name) => ({ name })), links: [...links.values()], lineStyle: { color: "source", opacity: 0.35 } }] }, true);
  };
  until.addEventListener("input", draw);
  window.addEventListener("resize", () => chart.resize());
  draw();
}
