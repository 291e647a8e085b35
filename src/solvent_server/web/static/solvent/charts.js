// Solvent: charts. Each [data-chart] holds its option as JSON; what pages cannot say in JSON is put in force here:
// colours by the names of the style sheet, texts of ticks and tooltips, and the address behind a place.
"use strict";
(() => {
  if (!window.echarts) return;
  const drawn = new Map();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function coloured(value, style) {
    if (typeof value === "string") return value.startsWith("--") ? style.getPropertyValue(value).trim() : value;
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map((one) => coloured(one, style));
    if (value === null || typeof value !== "object") return value;
    const told = {};
    for (const [name, one] of Object.entries(value)) told[name] = name === "solvent" || name === "texts" ? one : coloured(one, style);
    return told;
  }

  function texted(axis) {
    if (!axis.texts) return axis;
    const { texts, min, interval } = axis;
    return { ...axis, axisLabel: { ...axis.axisLabel, formatter: (value) => texts[Math.round((value - min) / interval)] ?? "" } };
  }

  function ready(asked, place) {
    const option = coloured(asked, getComputedStyle(document.documentElement));
    const tips = asked.solvent.tips;
    option.animation = !calm.matches;
    option.textStyle.fontFamily = getComputedStyle(place).fontFamily;
    option.tooltip.textStyle.fontFamily = option.textStyle.fontFamily;
    option.xAxis = texted(option.xAxis);
    option.yAxis = texted(option.yAxis);
    if (option.yAxis.type === "category") option.yAxis.axisLabel.width = Math.round(Math.min(220, Math.max(90, place.clientWidth * 0.26)));
    option.tooltip.formatter = (given) => {
      const one = Array.isArray(given) ? given[0] : given;
      return (one.data && one.data.tip) || tips[one.dataIndex] || "";
    };
    delete option.solvent;
    return option;
  }

  function draw(figure) {
    const place = figure.querySelector(".plot");
    const text = figure.querySelector("script[type='application/json']");
    if (!place || !text) return;
    const asked = JSON.parse(text.textContent);
    let held = drawn.get(place);
    if (!held) {
      held = { chart: echarts.init(place, null, { renderer: "svg" }), at: -1 };
      drawn.set(place, held);
      listen(place, held);
      watch.observe(place);
    }
    held.asked = asked;
    held.said = figure.querySelector("[data-told]");
    held.chart.setOption(ready(asked, place), { replaceMerge: ["series"] });
    place.querySelector("svg")?.setAttribute("aria-hidden", "true");
  }

  // Which place of the axis of categories lies under a pixel; -1: none.
  function under(held, pixel) {
    const { chart, asked } = held;
    if (!asked.solvent.to.length || !chart.containPixel("grid", pixel)) return -1;
    const upright = asked.xAxis.type === "category";
    const point = chart.convertFromPixel("grid", pixel);
    return Math.round(point[upright ? 0 : 1]);
  }

  function open(address) {
    if (typeof address === "string" && /^[/?#](?!\/)/.test(address)) window.location.assign(address);
  }

  function listen(place, held) {
    const { chart } = held;
    let taken = false;
    chart.on("click", (event) => {
      if (event.data && event.data.to) { taken = true; open(event.data.to); }
    });
    chart.getZr().on("click", (event) => {
      if (!taken) open(held.asked.solvent.to[under(held, [event.offsetX, event.offsetY])]);
      taken = false;
    });
    chart.getZr().on("mousemove", (event) => {
      if (held.asked.solvent.to[under(held, [event.offsetX, event.offsetY])]) chart.getZr().setCursorStyle("pointer");
    });
    place.addEventListener("keydown", (event) => {
      const { tips, to } = held.asked.solvent;
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step && tips.length) {
        event.preventDefault();
        held.at = Math.min(Math.max(held.at + step, 0), tips.length - 1);
        chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: held.at });
        if (held.said) held.said.textContent = tips[held.at];
      }
      if (event.key === "Enter" && held.at >= 0) open(to[held.at]);
      if (event.key === "Escape") chart.dispatchAction({ type: "hideTip" });
    });
    place.addEventListener("blur", () => { held.at = -1; chart.dispatchAction({ type: "hideTip" }); });
  }

  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const held = drawn.get(target);
      if (held && target.clientWidth) held.chart.resize();
    }
  });

  function drawAll() {
    for (const [place, held] of drawn) {
      if (document.contains(place)) continue;
      watch.unobserve(place);
      held.chart.dispose();
      drawn.delete(place);
    }
    for (const figure of document.querySelectorAll("[data-chart]")) draw(figure);
  }

  document.documentElement.classList.add("charts");
  drawAll();
  document.addEventListener("htmx:afterSwap", drawAll);
  dark.addEventListener("change", drawAll);
  calm.addEventListener("change", drawAll);
  new MutationObserver(drawAll).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
})();
