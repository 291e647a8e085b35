// Solvent: what pages need beside htmx: the menu on a narrow screen, another company, keys.
"use strict";
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggle]");
  if (!button) return;
  const open = document.getElementById(button.dataset.toggle).classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
  unfolded[open ? "add" : "delete"](button.dataset.toggle);
});
// What was unfolded stays so when a filter brings the list anew.
const unfolded = new Set();
document.addEventListener("htmx:afterSettle", () => {
  for (const name of unfolded) {
    document.getElementById(name)?.classList.add("open");
    document.querySelector(`[data-toggle="${name}"]`)?.setAttribute("aria-expanded", "true");
  }
});
document.addEventListener("change", (event) => {
  const choice = event.target.closest("[data-go]");
  if (choice) window.location.assign(choice.dataset.go + "?company=" + encodeURIComponent(choice.value));
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "Escape" && typing) typing.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "/") {
    event.preventDefault();
    (document.querySelector("main input[type=search]") || document.getElementById("find"))?.focus();
  }
  if (event.key === "j" || event.key === "k") {
    const row = "main tbody tr, main .groups > li";
    const rows = [...document.querySelectorAll(row)].map((one) => one.querySelector("a, summary")).filter((one) => one);
    const here = rows.findIndex((one) => one.closest(row).contains(document.activeElement));
    rows[Math.min(Math.max(here + (event.key === "j" ? 1 : -1), 0), rows.length - 1)]?.focus();
  }
  if (event.key === "?") { event.preventDefault(); showKeys(); }
  if (event.key === "[" || event.key === "]") document.querySelector(event.key === "[" ? "main a[rel=prev]" : "main a[rel=next]")?.click();
  const own = [...document.querySelectorAll("main [data-key]")].find((one) => one.dataset.key === event.key);
  if (own) { event.preventDefault(); own.matches("input, select, textarea") ? own.focus() : own.click(); }
  if (/^[1-9]$/.test(event.key)) document.querySelectorAll("nav a")[Number(event.key) - 1]?.click();
});
document.addEventListener("input", (event) => {
  const slider = event.target.closest("[data-shown]");
  if (slider) document.getElementById(slider.dataset.shown).textContent = slider.dataset.text.replace("{value}", slider.value);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard.writeText(window.location.href).then(() => { copy.textContent = copy.dataset.copy; });
});
if (!navigator.clipboard) for (const copy of document.querySelectorAll("[data-copy]")) copy.hidden = true;
for (const place of document.querySelectorAll("[data-drop]")) {
  const files = place.querySelector("input[type=file]");
  place.querySelector("[data-drop-hint]").hidden = false;
  place.addEventListener("dragover", (event) => { event.preventDefault(); place.classList.add("over"); });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    files.files = event.dataTransfer.files;
    place.requestSubmit();
  });
}
// The keys of a page: those of every page, and what it marks itself with data-key.
function showKeys() {
  const keys = document.getElementById("keys");
  if (!keys || keys.open) return;
  for (const one of keys.querySelectorAll("[data-own]")) one.remove();
  for (const one of keys.querySelectorAll("[data-if]")) one.hidden = !document.querySelector(`main :is(${one.dataset.if})`);
  for (const one of document.querySelectorAll("main [data-key]")) {
    const [term, says, key] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
    key.textContent = one.dataset.key;
    term.append(key);
    says.textContent = one.getAttribute("aria-label") || one.title || one.textContent.trim();
    for (const part of [term, says]) { part.dataset.own = ""; keys.querySelector("dl").append(part); }
  }
  keys.showModal();
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) showKeys();
});
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-send]")) event.target.form.requestSubmit();
});
// a search asks while it is typed: that it has changed, told once more when it is left, would ask again and take the focus
document.addEventListener("change", (event) => {
  if (event.target.matches(".filters input[type=search]")) event.stopPropagation();
}, true);
