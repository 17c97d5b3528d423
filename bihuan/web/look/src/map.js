// The same plan as a map: plain ground and a scale; tiles only where the installation names an approved provider.
import L from "leaflet";

const LIGHTS = { broken: "#a31621", at_risk: "#854d0e", risk: "#854d0e", running: "#1e4e9c", kept: "#166534" };
const REST = "#475569";
const box = document.getElementById("plan-map");

L.Canvas.include({
  _updateNumbered(layer) {
    this._updateCircle(layer);
    if (!this._drawing || layer._empty()) return;
    const at = layer._point;
    this._ctx.fillStyle = "#fff";
    this._ctx.font = "bold 11px system-ui, sans-serif";
    this._ctx.textAlign = "center";
    this._ctx.textBaseline = "middle";
    this._ctx.fillText(layer.options.text, at.x, at.y);
  },
});
const Numbered = L.CircleMarker.extend({ _updatePath() { this._renderer._updateNumbered(this); } });

const map = L.map(box, { preferCanvas: true, renderer: L.canvas({ padding: 0.3 }), attributionControl: false, maxZoom: 18, minZoom: 4, zoomAnimation: false });
L.control.scale({ imperial: false }).addTo(map);
if (box.dataset.tiles) {
  for (const address of box.dataset.tiles.split(" ")) L.tileLayer(address, { maxZoom: 18, subdomains: box.dataset.hosts || "0" }).addTo(map);
  const named = L.control.attribution({ prefix: false }).addTo(map);
  named.addAttribution(words(box.dataset.named).innerHTML);
}
const layers = L.layerGroup().addTo(map);
const crowd = L.layerGroup().addTo(map);
const ring = L.circleMarker([0, 0], { radius: 14, color: "#0b6b64", weight: 3, fill: false, interactive: false });
let spots = new Map();
let seen = false;

function words(text) {
  const line = document.createElement("span");
  line.textContent = text;
  return line;
}

function pin(at, options) {
  const made = new Numbered(at, { radius: 9, weight: 1, color: "#fff", fillOpacity: 1, ...options });
  if (options.number) made.on("click", () => window.planChoose(options.number));
  return made.addTo(layers);
}

window.planMap = {
  draw({ routes, pool, hues }) {
    layers.clearLayers();
    spots = new Map();
    for (const route of routes) {
      const hue = hues[route.technician] || REST;
      const line = [route.home, ...route.stops.map((stop) => stop.at)].filter(Boolean);
      if (route.stops.length && line.length > 1) L.polyline(route.home ? [...line, route.home] : line, { color: hue, weight: 2, opacity: 0.7, interactive: false }).addTo(layers);
      if (route.home) L.circleMarker(route.home, { radius: 4, color: hue, weight: 2, fillColor: "#fff", fillOpacity: 1 }).bindTooltip(words(route.name)).addTo(layers);
      for (const stop of route.stops) {
        spots.set(stop.case, stop.at);
        pin(stop.at, { number: stop.case, text: String(stop.order), fillColor: hue, dashArray: stop.meant ? "2 2" : null });
      }
    }
    for (const one of pool) {
      spots.set(one.case, one.at);
      pin(one.at, { number: one.case, text: one.light === "broken" ? "!" : "?", radius: 8, fillColor: LIGHTS[one.light] || REST });
    }
    const all = [...spots.values(), ...routes.map((route) => route.home).filter(Boolean)];
    if (!seen && all.length) { map.fitBounds(all, { padding: [16, 16], maxZoom: 14 }); seen = true; }
    else if (!seen) map.setView([35, 105], 4);
  },
  people(found) {
    crowd.clearLayers();
    for (const one of found) {
      const told = L.tooltip({ permanent: true, direction: "right", offset: [8, 0], className: one.old ? "plan-person is-old" : "plan-person" });
      L.circleMarker(one.at, { radius: 7, color: "#fff", weight: 2, fillColor: one.old ? "#94a3b8" : one.hue || REST, fillOpacity: 1, interactive: false })
        .bindTooltip(told.setContent(words(one.words))).addTo(crowd);
    }
  },
  show(at) { map.setView(at, Math.max(map.getZoom(), 13), { animate: false }); },
  choose(number) {
    const at = spots.get(number);
    if (!at) { ring.remove(); return; }
    ring.setLatLng(at).addTo(map);
    if (!map.getBounds().contains(at)) map.panTo(at, { animate: false });
  },
};
new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(box);
