"use strict";
// Saves clicks; every page works without it. `data-` attributes say what to do, so no page has a script of its own.
document.addEventListener("click", (event) => {
  const all = event.target.closest("[data-check-all]");
  if (all) {
    for (const box of all.form.querySelectorAll(`input[name="${all.dataset.checkAll}"]`)) box.checked = all.checked;
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    navigator.clipboard?.writeText(copy.dataset.copy).then(() => { copy.textContent = copy.dataset.copied || "✓"; });
  }
});
// Asks before what cannot be undone.
document.addEventListener("submit", (event) => {
  const asked = event.submitter?.dataset.ask || event.target.dataset.ask;
  if (asked && !window.confirm(asked)) event.preventDefault();
});
// "/" goes to the search field, as on many sites; not while something is typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = document.getElementById("q");
  if (field) { event.preventDefault(); field.focus(); field.select(); }
});
// Parts of a page that are fetched anew every so many seconds while the page is seen.
for (const part of document.querySelectorAll("[data-refresh]")) {
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href, { headers: { "X-Refresh": "1" } });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
      if (fresh) part.replaceChildren(...fresh.childNodes);
    } catch { /* the next time will do */ }
  }, 1000 * Number(part.dataset.refresh));
}
// What is looked for in parts of a day: the parts that follow are fetched one by one until a page of finds is full.
(async () => {
  const found = document.getElementById("found");
  while (found?.dataset.goesOn && found.querySelectorAll("tbody tr").length < 50) {
    if (document.hidden) await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
    const answer = await fetch(found.dataset.goesOn).catch(() => null);
    if (!answer?.ok || answer.redirected) return;  // the link to the next part is there
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("found");
    if (!fresh) return;
    const rows = found.querySelectorAll("tbody tr"), unread = found.querySelectorAll(".unread");
    fresh.querySelector("tbody")?.prepend(...rows);
    if (rows.length && !fresh.querySelector("tbody")) fresh.querySelector(".none").replaceWith(found.querySelector(".wide"));
    fresh.prepend(...unread);
    found.replaceChildren(...fresh.childNodes);
    found.dataset.goesOn = fresh.dataset.goesOn || "";
  }
})();
// A value of a mapping and its partners on the other side; without this, a link leads from one to the other.
function lineage(value) {
  for (const each of document.querySelectorAll(".v.on, .v.at")) each.classList.remove("on", "at");
  const others = (value.dataset.p || "").split(" ").filter(Boolean).map((id) => document.getElementById(id)).filter(Boolean);
  value.classList.add("on", "at");
  for (const each of others) each.classList.add("on");
  const told = document.getElementById("lineage");
  if (told) told.textContent = [value, ...others].map((each) => each.title).join("\n");
  return others;
}
document.addEventListener("click", (event) => {
  const value = event.target.closest("a.v");
  if (!value) return;
  event.preventDefault();
  const [first] = lineage(value);
  if (first) {
    const side = first.closest(".side");
    side.scrollTop += first.getBoundingClientRect().top - side.getBoundingClientRect().top - side.clientHeight / 2;
  }
});
document.addEventListener("mouseover", (event) => {
  const value = event.target.closest("a.v");
  if (value && !document.querySelector(".v.at")) lineage(value);
});
// A file dropped on a form goes into its file field.
for (const form of document.querySelectorAll("form[data-drop]")) {
  const field = form.querySelector("input[type=file]");
  form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("dropping"); });
  form.addEventListener("dragleave", () => form.classList.remove("dropping"));
  form.addEventListener("drop", (event) => {
    form.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    field.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}
