// Matching desk: a row that gets the focus shows what it may pay; Enter accepts, u takes back; what is left is counted.
"use strict";
(() => {
  const panel = () => document.getElementById("panel");
  let waits = 0;
  function show(link) {
    if (!panel() || panel().dataset.line === link.dataset.pick) return;
    for (const one of document.querySelectorAll("[data-pick]")) {
      one.closest("tr").classList.toggle("picked", one === link);
      if (one === link) one.setAttribute("aria-current", "true"); else one.removeAttribute("aria-current");
    }
    htmx.ajax("GET", link.href, { target: "#panel", select: "#panel", swap: "outerHTML" });
  }
  document.addEventListener("focusin", (event) => {
    const link = event.target.closest("[data-pick]");
    clearTimeout(waits);
    if (link) waits = setTimeout(() => show(link), 120);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-pick]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.focus();
    show(link);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "u") document.querySelector("[data-undo]")?.click();
    if (event.key !== "Enter") return;
    const link = event.target.closest("[data-pick]");
    if (!link) return;
    event.preventDefault();
    if (panel()?.dataset.line === link.dataset.pick) document.querySelector("[data-accept]")?.click(); else show(link);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    const busy = event.target.dataset.busy;
    if (busy) document.getElementById(busy).hidden = false;
    for (const button of event.target.querySelectorAll("button")) setTimeout(() => { button.disabled = true; }, 0);
  });
  function count() {
    const form = document.querySelector("[data-sum]");
    const rest = form?.querySelector("[data-rest]");
    if (!rest) return;
    const places = (form.dataset.sum.split(".")[1] || "").length, scale = 10 ** places;
    let left = Math.round(Number(form.dataset.sum) * scale);
    for (const part of form.querySelectorAll("[data-part]")) left -= Math.round((Number(part.value.replace(/[,\uff0c ]/g, "")) || 0) * scale);
    rest.textContent = (left / scale).toLocaleString(document.documentElement.lang, { minimumFractionDigits: places, maximumFractionDigits: places });
    rest.classList.toggle("minus", left < 0);
  }
  document.addEventListener("input", (event) => { if (event.target.matches("[data-part]")) count(); });
  document.addEventListener("htmx:afterSettle", () => {
    count();
    if (matchMedia("(max-width: 64rem)").matches) panel()?.scrollIntoView({ block: "start" });
  });
  count();
  if (!document.querySelector(".wrong")) document.querySelector("[data-pick][aria-current]")?.focus({ preventScroll: true });
})();
