// Solvent: what pages need beside htmx: the menu on a narrow screen, another company, keys.
"use strict";
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggle]");
  if (!button) return;
  const open = document.getElementById(button.dataset.toggle).classList.toggle("open");
  button.setAttribute("aria-expanded", String(open));
});
document.addEventListener("change", (event) => {
  const choice = event.target.closest("[data-go]");
  if (choice) window.location.assign(choice.dataset.go + "?company=" + encodeURIComponent(choice.value));
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  if (event.key === "Escape" && typing) typing.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    (document.querySelector("main input[type=search]") || document.getElementById("find"))?.focus();
  }
  if (event.key === "j" || event.key === "k") {
    const rows = [...document.querySelectorAll("main tbody tr a")].filter((one, place, all) => place === 0 || one.closest("tr") !== all[place - 1].closest("tr"));
    const here = rows.findIndex((one) => one.closest("tr").contains(document.activeElement));
    rows[Math.min(Math.max(here + (event.key === "j" ? 1 : -1), 0), rows.length - 1)]?.focus();
  }
  if (/^[1-9]$/.test(event.key)) document.querySelectorAll("nav a")[Number(event.key) - 1]?.click();
});
document.addEventListener("input", (event) => {
  const slider = event.target.closest("[data-shown]");
  if (slider) document.getElementById(slider.dataset.shown).textContent = slider.dataset.text.replace("{value}", slider.value);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
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
