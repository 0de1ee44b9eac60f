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
      ...told.nodes.map((one) => ({ data: { id: one.id, label: one.role ? `${one.name} ${one.role}` : one.name, shape: shapes[one.kind] || "ellipse", colour: colours[one.role] || "#8795a6" } })),
      ...told.edges.filter((one) => known.has(one.from) && known.has(one.to)).map((one) => ({ data: { source: one.from, target: one.to, label: one.what } })),
    ],
    style: [
      { selector: "node", style: { shape: "data(shape)", "background-color": "data(colour)", label: "data(label)", "font-size": 9, width: 18, height: 18 } },
      { selector: "edge", style: { width: 1, "line-color": "#b4bfca", "target-arrow-shape": "triangle", "target-arrow-color": "#b4bfca", "curve-style": "bezier" } },
    ],
    layout: { name: "fcose", animate: false, randomize: false, quality: "default" },
  });
  ring.on("tap", "node", (event) => { document.getElementById("chosen").textContent = event.target.data("label"); });
});
