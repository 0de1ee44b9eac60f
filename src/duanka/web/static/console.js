// What every page needs: a form is sent once, and keys j and k walk the rows of a list.
"use strict";
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post") form.dataset.sent = "1";
});
// The second click of a double click may fall on a page that has just come: it presses no button there.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button, input[type=submit]");
  if (event.detail > 1 && button && button.form && button.form.method === "post") event.preventDefault();
}, true);
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
// A purpose said takes the place of the page that asked for it, so that one step back leads past both.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.instead || event.defaultPrevented) return;
  event.preventDefault();
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" })
    .then((told) => told.type === "opaqueredirect" ? location.replace(form.dataset.instead) : form.submit())
    .catch(() => form.submit());
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "j" && event.key !== "k") return;
  const rows = [...document.querySelectorAll("tbody tr a[data-row]")];
  const here = rows.indexOf(document.activeElement);
  const next = rows[event.key === "j" ? here + 1 : Math.max(here - 1, 0)];
  if (next) next.focus();
});
