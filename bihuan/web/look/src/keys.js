// The keyboard: / searches, j and k walk the rows, Enter opens, x ticks, s puts off, ? helps, Escape closes menus.
export function beginKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null, true);
    if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target)) return;
    if (document.querySelector("dialog[open], .modal.show")) return;
    const act = { "/": search, "?": help, j: () => walk(1), k: () => walk(-1), x: tick, s: putOff, Enter: open }[event.key];
    if (act && act(event.target)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("details.menu"));
    if (event.target.closest("[data-keys-help]")) help();
    if (event.target.closest("[data-print]")) window.print();
  });
}

function writes(target) {
  return target.isContentEditable || target.matches?.("textarea, select, input:not([type=checkbox]):not([type=radio]), canvas");
}

function closeMenus(but, refocus = false) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu === but) continue;
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (refocus && inside) menu.querySelector("summary").focus();
  }
}

function search() {
  const field = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]");
  if (!field) return false;
  field.focus();
  field.select();
  return true;
}

function help() {
  const dialog = document.getElementById("keys-help");
  if (!dialog) return false;
  dialog.showModal();
  return true;
}

function rows() {
  const marked = [...document.querySelectorAll("[data-rows] [data-row]")];
  return marked.length ? marked : [...document.querySelectorAll("[data-rows] tbody tr")];
}

// The row the reader is at; after a list drew itself anew, the one that kept the focus.
function place(all) {
  const marked = all.findIndex((row) => row.classList.contains("is-at"));
  return marked < 0 ? all.findIndex((row) => row.contains(document.activeElement)) : marked;
}

function walk(step) {
  const all = rows();
  if (!all.length) return false;
  const at = place(all);
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  all[at]?.classList.remove("is-at");
  next.classList.add("is-at");
  const link = next.querySelector("a[href]");
  if (link) link.focus();
  else { next.tabIndex = -1; next.focus(); }
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function current() {
  const all = rows();
  return all[place(all)];
}

function tick() {
  const box = current()?.querySelector("input[type=checkbox]");
  box?.click();
  return Boolean(box);
}

function putOff() {
  const summary = current()?.querySelector("[data-snooze]");
  if (!summary) return false;
  summary.parentElement.open = true;
  summary.parentElement.querySelector("select, input:not([type=hidden])")?.focus();
  return true;
}

function open(target) {
  if (target.closest?.("a, button, summary, input")) return false;
  const link = current()?.querySelector("a[href]");
  link?.click();
  return Boolean(link);
}
