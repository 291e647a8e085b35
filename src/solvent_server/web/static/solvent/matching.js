// Matching desk: a row that gets the focus shows what it may pay; Enter accepts, u takes back; what is left is counted.
"use strict";
(() => {
  const panel = () => document.getElementById("panel");
  const picked = () => document.querySelector("[data-pick][aria-current]");
  let waits = 0;
  function show(link) {
    if (!panel() || panel().dataset.line === link.dataset.pick) return;
    for (const one of document.querySelectorAll("[data-pick]")) {
      one.closest("tr").classList.toggle("picked", one === link);
      if (one === link) one.setAttribute("aria-current", "true"); else one.removeAttribute("aria-current");
    }
    htmx.ajax("GET", link.href, { target: "#panel", select: "#panel", swap: "outerHTML" });
  }
  function enter(key) {
    const fold = [...document.querySelectorAll("#panel summary[data-key]")].find((one) => one.dataset.key === key)?.parentElement;
    if (!fold) return false;
    fold.open = true;
    (fold.querySelector("[data-part]") || fold.querySelector("select, input:not([type=hidden])"))?.focus();
    return true;
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
    if (event.key === "Escape" && event.target.closest("#panel")) picked()?.focus();
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== "Enter") return;
    const link = event.target.closest("[data-pick]");
    if (!link) return;
    event.preventDefault();
    const accept = document.querySelector("[data-accept]");
    if (panel()?.dataset.line === link.dataset.pick) accept ? accept.click() : enter("h"); else show(link);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
  // A key that opens a part of the panel also goes into it; elsewhere it would only fold and unfold.
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (!enter(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
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
  const row = picked()?.closest("tr"), box = row?.closest(".scroll");
  if (box) box.scrollTop = Math.max(row.offsetTop - box.clientHeight / 3, 0);
  if (document.querySelector("main > .wrong")) (document.querySelector("#panel details[open] [data-part]") || picked())?.focus({ preventScroll: true });
  else picked()?.focus({ preventScroll: true });
})();
