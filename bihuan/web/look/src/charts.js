// Draws numbers that a query computed. SVG, tooltips as text: nothing here writes a style attribute.
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([BarChart, LineChart, PieChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const LIGHT = ["#0f766e", "#b45309", "#1d4ed8", "#9333ea", "#be123c", "#4d7c0f", "#475569"];
const DARK = ["#2dd4bf", "#fbbf24", "#60a5fa", "#c084fc", "#fb7185", "#a3e635", "#94a3b8"];
const drawn = new Map();

function options(spec) {
  const dark = document.documentElement.dataset.bsTheme === "dark";
  const ink = dark ? "#dce1e7" : "#374151";
  const line = dark ? "#3a4759" : "#e2e8f0";
  const text = { color: ink, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const common = {
    color: dark ? DARK : LIGHT,
    textStyle: text,
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    tooltip: {
      renderMode: "richText", trigger: spec.kind === "ring" ? "item" : "axis", confine: true,
      backgroundColor: dark ? "#1f2937" : "#ffffff", borderColor: line, textStyle: text,
      valueFormatter: (value) => (value === null || value === undefined ? "–" : `${value}${spec.unit}`),
    },
    legend: { show: spec.kind === "ring" || spec.series.length > 1, bottom: 0, textStyle: text, icon: "roundRect", type: "scroll" },
  };
  return spec.kind === "ring" ? { ...common, ...ring(spec, dark) } : { ...common, ...axes(spec, ink, line) };
}

function ring(spec, dark) {
  const data = spec.labels.map((name, place) => ({ name, value: spec.series[0].values[place] }));
  const edge = { borderWidth: 2, borderColor: dark ? "#182433" : "#ffffff" };
  return { series: [{ type: "pie", radius: ["52%", "76%"], center: ["50%", "44%"], data, itemStyle: edge, label: { show: false } }] };
}

function axes(spec, ink, line) {
  const series = spec.series.map((row) => ({
    name: row.name, data: row.values, type: spec.kind === "line" ? "line" : "bar",
    stack: spec.kind === "stacked" ? "all" : undefined,
    showSymbol: row.values.length < 15, symbolSize: 6, lineStyle: { width: 2 }, barMaxWidth: 28,
  }));
  const rule = { lineStyle: { color: line } };
  if (spec.kind === "bar" && spec.labels.some((label) => label.length > 12)) return lying(spec, ink, rule, series);
  return {
    grid: { left: 4, right: 12, top: 12, bottom: spec.series.length > 1 ? 32 : 4, containLabel: true },
    xAxis: { type: "category", data: spec.labels, axisLine: rule, axisTick: { show: false }, axisLabel: { color: ink, hideOverlap: true } },
    yAxis: { type: "value", minInterval: spec.unit ? undefined : 1, splitLine: rule, axisLabel: { color: ink, formatter: `{value}${spec.unit}` } },
    series,
  };
}

// Long names need a line each: the bars lie, the first one on top.
function lying(spec, ink, rule, series) {
  const names = { color: ink, interval: 0, width: 190, overflow: "truncate" };
  return {
    grid: { left: 4, right: 20, top: 4, bottom: 4, containLabel: true },
    xAxis: { type: "value", splitNumber: 4, max: spec.unit === "%" ? 100 : undefined, interval: spec.unit === "%" ? 25 : undefined, minInterval: spec.unit ? undefined : 1, splitLine: rule, axisLabel: { color: ink, hideOverlap: true, formatter: `{value}${spec.unit}` } },
    yAxis: { type: "category", inverse: true, data: spec.labels, axisLine: rule, axisTick: { show: false }, axisLabel: names },
    series,
  };
}

function draw(box) {
  const spec = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  const chart = drawn.get(box) ?? echarts.init(box, null, { renderer: "svg" });
  chart.setOption(options(spec), true);
  if (!drawn.has(box)) new ResizeObserver(() => chart.resize()).observe(box);
  drawn.set(box, chart);
}

function drawAll() {
  for (const [box, chart] of drawn) {
    if (!box.isConnected) { chart.dispose(); drawn.delete(box); }
  }
  for (const box of document.querySelectorAll("[data-chart]")) draw(box);
}

drawAll();
document.addEventListener("htmx:afterSettle", drawAll);
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
window.addEventListener("beforeprint", () => drawn.forEach((chart) => chart.resize()));
