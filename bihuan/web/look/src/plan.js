// The board of a day: blocks are put in their place, cases are moved by mouse or by key. What follows the server says.
const FROM = 7 * 60;
const UNTIL = 21 * 60;
const STEP = 15; // minutes
const PAUSE = 150; // milliseconds between two questions what would follow
const FAR = 5; // pixels until a press is a drag
const EDGE = 36; // pixels from the chart's edge that scroll it
const LONG = 400; // milliseconds that a finger rests on a case until it picks it up

const said = document.getElementById("plan-said");
const spoken = document.getElementById("plan-spoken");
const dialog = document.getElementById("plan-dialog");
const chosenCard = document.getElementById("plan-chosen");
let held = null; // what is carried: { item, number, length, grip, by, technician, minute, ghost, weighed }
let chosen = "";
let here = ""; // the case that has the tab stop
let lastClick = false; // the click that ends a drag is none
let asking = null;
let asked = { key: "", at: 0, timer: 0 };
let view = null; // scroll places while the board is drawn anew

const plan = () => document.getElementById("plan");
const wide = () => window.matchMedia("(min-width: 768px)").matches;
const rows = () => [...plan().querySelectorAll(".plan-row:not(.plan-hidden)")];
const part = (minute) => Math.min(Math.max((minute - FROM) / (UNTIL - FROM), 0), 1);
const two = (text) => text.split("-").map(Number);
const clock = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const label = (box) => box.getAttribute("aria-label") ?? box.querySelector(".visually-hidden").textContent;
const isTrial = () => document.getElementById("plan-if")?.checked;

function place() {
  for (const box of plan().querySelectorAll("[data-span]")) {
    const [from, until] = two(box.dataset.span).map(part);
    let css = `--from:${from};--until:${until};`;
    if (box.dataset.arrives) {
      const span = until - from || 1;
      const [opens, closes] = two(box.dataset.slot).map(part);
      css += `--drive:${(part(+box.dataset.arrives) - from) / span};--slot-left:${(opens - from) / span};--slot-width:${(closes - opens) / span};`;
    }
    box.style.cssText = css;
  }
  for (const hour of plan().querySelectorAll(".plan-hours b")) hour.style.setProperty("--from", part(hour.dataset.at * 60));
  const minute = +plan().dataset.minute;
  const line = plan().querySelector(".plan-now");
  if (line && minute >= FROM && minute <= UNTIL) {
    line.classList.add("is-on");
    line.style.cssText = `--from:${part(minute)};--until:${part(minute)};`;
  }
}

// After the board was drawn: places, filters, who has the tab stop, the map.
function begin() {
  place();
  sift();
  const stop = plan().querySelector(`[data-case="${CSS.escape(here)}"]`) ?? plan().querySelector("[data-case]");
  if (stop) stop.tabIndex = 0;
  mark();
  setTimeout(() => window.planMap?.draw(places()));
  const told = plan().querySelector("[data-plan-told]");
  if (told) speak(told.textContent);
}

function keepView() {
  const inside = document.activeElement?.closest?.("#plan [data-case]");
  view = {
    chart: plan().querySelector(".plan-scroll")?.scrollTop ?? 0,
    across: plan().querySelector(".plan-scroll")?.scrollLeft ?? 0,
    pool: plan().querySelector(".plan-pool")?.scrollTop ?? 0,
    focus: inside?.dataset.case ?? "",
  };
}

function bringView() {
  const chart = plan().querySelector(".plan-scroll");
  const pool = plan().querySelector(".plan-pool");
  if (chart) { chart.scrollTop = view.chart; chart.scrollLeft = view.across; }
  if (pool) pool.scrollTop = view.pool;
  if (view.focus) plan().querySelector(`[data-case="${CSS.escape(view.focus)}"]`)?.focus({ preventScroll: true });
}

function replace(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const fresh = box.content.querySelector("#plan");
  if (!fresh) { window.location.reload(); return; }
  keepView();
  plan().replaceWith(fresh);
  window.htmx.process(fresh);
  begin();
  bringView();
}

async function refresh() {
  const answer = await fetch(plan().dataset.address, { headers: { "HX-Request": "true" } });
  if (answer.ok) replace(await answer.text());
}

function places() {
  const told = JSON.parse(document.getElementById("plan-places").textContent);
  const hues = {};
  for (const row of plan().querySelectorAll(".plan-row")) hues[row.dataset.technician] = getComputedStyle(row).getPropertyValue("--hue").trim();
  return { ...told, hues };
}

// Filters and order: of what is drawn already.
function sift() {
  const words = document.getElementById("plan-search").value.trim().toLowerCase();
  const skill = document.getElementById("plan-skill").value;
  const sort = document.getElementById("plan-sort").value;
  const found = (text) => !words || text.toLowerCase().includes(words);
  for (const row of plan().querySelectorAll(".plan-row")) {
    const able = !skill || row.dataset.skills.split(" ").includes(skill);
    const named = !words || found(row.dataset.name) || [...row.querySelectorAll(".plan-block")].some((one) => found(label(one)));
    row.classList.toggle("plan-hidden", !able || !named);
  }
  for (const item of plan().querySelectorAll(".plan-item")) {
    item.classList.toggle("plan-hidden", (words && !found(label(item))) || Boolean(skill && item.dataset.category !== skill));
  }
  const box = plan().querySelector(".plan-rows");
  if (!box) return;
  const by = {
    "": (row) => +row.dataset.order, least: (row) => +row.dataset.jobs, most: (row) => -row.dataset.jobs, driven: (row) => -row.dataset.driven,
  }[sort];
  const all = [...box.children];
  const ordered = by ? [...all].sort((a, b) => by(a) - by(b)) : [...all].sort((a, b) => a.dataset.name.localeCompare(b.dataset.name));
  if (ordered.some((row, at) => row !== all[at])) box.append(...ordered);
}

function speak(text) { spoken.textContent = ""; spoken.textContent = text; }

function show(html, x, y) {
  said.innerHTML = html;
  said.hidden = false;
  if (x === undefined) {
    said.classList.add("is-fixed");
    said.style.cssText = "";
  } else {
    said.classList.remove("is-fixed");
    const { width, height } = said.getBoundingClientRect();
    said.style.left = `${Math.max(8, Math.min(x + 16, window.innerWidth - width - 8))}px`;
    said.style.top = `${y + 20 + height > window.innerHeight ? Math.max(8, y - height - 16) : y + 20}px`;
  }
}

function tell(text) {
  const line = document.createElement("p");
  line.className = "plan-line";
  line.textContent = text;
  show(line.outerHTML);
  speak(text);
  setTimeout(() => { if (!held) said.hidden = true; }, 6000);
}

// Choosing: the same case is marked in the chart and on the map.
function choose(number) {
  chosen = number;
  mark();
  window.planMap?.choose(number);
  const box = number && plan().querySelector(`[data-case="${CSS.escape(number)}"]`);
  chosenCard.hidden = !box;
  if (!box) return;
  chosenCard.querySelector("[data-plan-label]").textContent = label(box);
  const open = chosenCard.querySelector("[data-plan-case]");
  open.href = open.dataset.planCase.replace("NUMBER", number);
  const form = chosenCard.querySelector("[data-plan-form]");
  if (form) form.href = form.dataset.planForm.replace("NUMBER", number);
}

function mark() {
  for (const old of plan().querySelectorAll(".is-chosen")) old.classList.remove("is-chosen");
  if (!chosen) return;
  for (const box of plan().querySelectorAll(`[data-case="${CSS.escape(chosen)}"]`)) box.classList.add("is-chosen");
}
window.planChoose = (number) => {
  choose(number);
  plan().querySelector(".is-chosen")?.scrollIntoView({ block: "nearest" });
};

// Carrying a case.
function lift(item, by, grip = 0) {
  const [begins, ends] = item.dataset.span ? two(item.dataset.span) : [0, 60];
  const arrives = +(item.dataset.arrives ?? begins);
  held = {
    item, by, grip, number: item.dataset.case, length: Math.max(ends - arrives, STEP),
    technician: "", minute: 0, ghost: document.createElement("div"), weighed: null, x: 0, y: 0,
  };
  held.ghost.className = "plan-ghost";
  held.ghost.textContent = held.number.slice(-3);
  asked = { key: "", at: 0, timer: 0 };
  item.classList.add("is-held");
  document.querySelector(".plan-ghost.is-tried")?.remove();
}

function aim(row, minute) {
  const rounded = Math.min(Math.max(Math.round(minute / STEP) * STEP, FROM), UNTIL - STEP);
  if (held.technician === row.dataset.technician && held.minute === rounded) return;
  plan().querySelector(".plan-row.is-target")?.classList.remove("is-target");
  row.classList.add("is-target");
  held.technician = row.dataset.technician;
  held.minute = rounded;
  held.weighed = null;
  held.ghost.classList.remove("is-refused");
  held.row = row;
  draw(rounded, rounded + held.length);
  clearTimeout(asked.timer);
  asked.timer = setTimeout(weigh, Math.max(0, PAUSE - (performance.now() - asked.at)));
}

// The ghost lies over the chart, so that nothing under it is laid out anew while it moves.
function draw(begins, ends) {
  held.begins = begins;
  held.ends = ends;
  const lane = held.row.querySelector(".plan-track").getBoundingClientRect();
  const left = lane.left + part(begins) * lane.width;
  held.ghost.style.width = `${(part(ends) - part(begins)) * lane.width}px`;
  held.ghost.style.transform = `translate(${left}px, ${lane.top + 4}px)`;
  if (!held.ghost.isConnected) document.body.append(held.ghost);
}

const key = () => `${held.technician}@${held.minute}`;
const target = () => new URLSearchParams({
  case: held.number, technician: held.technician, at: `${plan().dataset.day}T${clock(held.minute)}`,
  day: plan().dataset.day, version: plan().dataset.version, pool: plan().dataset.pool,
});

async function weigh() {
  const carried = held;
  const wanted = key();
  clearTimeout(asked.timer);
  asked.at = performance.now();
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(`${plan().dataset.weigh}?${target()}`, { headers: { "HX-Request": "true" }, signal: asking.signal });
    const html = await answer.text();
    if (held !== carried || key() !== wanted) return;
    if (!answer.ok) { put(); tell(sentence(html)); return; }
    const box = document.createElement("template");
    box.innerHTML = html;
    const told = box.content.querySelector(".plan-weighed");
    carried.weighed = { html, possible: Boolean(told?.dataset.possible), asks: Boolean(told?.dataset.asks), words: box.content.textContent.trim() };
    carried.ghost.classList.toggle("is-refused", !carried.weighed.possible);
    if (carried.weighed.possible) draw(+told.dataset.begins, +told.dataset.ends);
    const at = { key: () => carried.ghost.getBoundingClientRect(), mouse: () => ({ left: carried.x, bottom: carried.y }), touch: () => ({}) }[carried.by]();
    show(html, at.left, at.bottom);
    speak(carried.by === "key" ? `${clock(carried.minute)} ${carried.weighed.words}` : carried.weighed.words);
  } catch (fault) {
    if (fault.name !== "AbortError") { put(); tell(plan().dataset.failed); }
  }
}

function put(back = true) {
  if (!held) return;
  clearTimeout(asked.timer);
  asking?.abort();
  held.item.classList.remove("is-held");
  plan().querySelector(".plan-row.is-target")?.classList.remove("is-target");
  held.ghost.remove();
  if (back) said.hidden = true;
  held = null;
}

async function drop() {
  if (!held?.technician) { put(); return; }
  if (!held.weighed) await weigh();
  if (!held?.weighed) return;
  const { weighed, ghost, row, begins, ends } = held;
  const where = target();
  if (!weighed.possible) {
    put(false);
    setTimeout(() => { if (!held) said.hidden = true; }, 6000);
  } else if (isTrial()) {
    put(false);
    ghost.classList.add("is-tried");
    ghost.style.cssText = `--from:${part(begins)};--until:${part(ends)};`;
    row.querySelector(".plan-track").append(ghost);
  } else if (weighed.asks) {
    put();
    const answer = await fetch(`${plan().dataset.move}?${where}`, { headers: { "HX-Request": "true" } });
    dialog.innerHTML = await answer.text();
    dialog.showModal();
  } else {
    put();
    await send(plan().dataset.move, where);
  }
}

async function send(address, body) {
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  try {
    const answer = await fetch(address, { method: "POST", body, headers: { "HX-Request": "true", "X-CSRFToken": token } });
    const html = await answer.text();
    if (dialog.open) dialog.close();
    if (answer.ok) { replace(html); return; }
    if (answer.status === 409) await refresh();
    tell(sentence(html));
  } catch {
    tell(plan().dataset.failed);
  }
}

// What a refusal says; of a whole page its heading.
function sentence(html) {
  const told = new DOMParser().parseFromString(html, "text/html");
  return (told.querySelector(".alert") ?? told.querySelector("h1") ?? told.body).textContent.trim();
}

// The mouse, and a finger or pen that rests on a case; one that moves at once scrolls.
document.addEventListener("pointerdown", (event) => {
  const item = event.target.closest("#plan [data-case][data-movable]");
  lastClick = false;
  if (!item || event.button || !wide() || held) return;
  const begun = { x: event.clientX, y: event.clientY };
  const rests = event.pointerType !== "mouse";
  let scroll = 0;
  const track = item.closest(".plan-track")?.getBoundingClientRect();
  const grip = track ? ((begun.x - track.left) / track.width) * (UNTIL - FROM) + FROM - item.dataset.arrives : 0;
  const over = () => {
    scroll = 0;
    if (!held) return;
    const box = plan().querySelector(".plan-scroll");
    const edges = box.getBoundingClientRect();
    const inside = held.x > edges.left && held.x < edges.right;
    const down = inside && held.y > edges.bottom - EDGE && held.y < edges.bottom ? 8 : inside && held.y < edges.top + EDGE && held.y > edges.top ? -8 : 0;
    const far = held.y < EDGE ? -8 : held.y > window.innerHeight - EDGE ? 8 : 0; // from the page's edge
    if (down) box.scrollTop += down;
    else if (far) window.scrollBy(0, far);
    if (down || far) { scroll = requestAnimationFrame(over); if (held.row) draw(held.begins, held.ends); }
    const row = document.elementFromPoint(held.x, held.y)?.closest(".plan-row");
    if (!row) return;
    const lane = row.querySelector(".plan-track").getBoundingClientRect();
    aim(row, ((held.x - lane.left) / lane.width) * (UNTIL - FROM) + FROM - held.grip);
  };
  const move = (moved) => {
    if (moved.pointerId !== event.pointerId) return;
    if (!held) {
      const far = Math.hypot(moved.clientX - begun.x, moved.clientY - begun.y);
      if (rests && far > 2 * FAR) end(moved);
      if (rests || far < FAR) return;
      lift(item, "mouse", grip);
    }
    held.x = moved.clientX;
    held.y = moved.clientY;
    if (!scroll) scroll = requestAnimationFrame(over);
  };
  const end = (ended) => {
    if (ended.pointerId !== event.pointerId) return;
    clearTimeout(pickup);
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", end);
    document.removeEventListener("pointercancel", end);
    cancelAnimationFrame(scroll);
    if (!held) return;
    lastClick = true;
    const row = document.elementFromPoint(ended.clientX, ended.clientY)?.closest(".plan-row");
    if (ended.type === "pointerup" && row) { over(); cancelAnimationFrame(scroll); drop(); } else put();
  };
  const pickup = rests && setTimeout(() => {
    lift(item, "touch", grip);
    Object.assign(held, { x: begun.x, y: begun.y });
    over();
  }, LONG);
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
});
document.addEventListener("touchmove", (event) => { if (held?.by === "touch" && event.cancelable) event.preventDefault(); }, { passive: false });
document.addEventListener("contextmenu", (event) => { if (held?.by === "touch") event.preventDefault(); });

document.addEventListener("click", (event) => {
  const box = event.target.closest("#plan [data-case]");
  if (box && lastClick) { lastClick = false; event.preventDefault(); return; }
  if (box) choose(box.dataset.case);
  if (event.target.closest("[data-plan-unchoose]")) choose("");
  if (event.target.closest("[data-plan-help]")) document.getElementById("plan-keys").showModal();
  if (event.target.closest("#plan-dialog [data-plan-cancel]")) { event.preventDefault(); dialog.close(); }
});

// The keyboard.
function focus(box) {
  if (!box) return;
  box.tabIndex = 0;
  box.focus();
  box.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function step(box, name) {
  const blocks = (row) => [...row.querySelectorAll(".plan-block")];
  const pool = [...plan().querySelectorAll(".plan-item:not(.plan-hidden)")];
  const row = box.closest(".plan-row");
  const filled = rows().filter((one) => blocks(one).length);
  if (!row) {
    const at = pool.indexOf(box) + (name === "ArrowRight" || name === "ArrowDown" ? 1 : -1);
    if (at < 0 && filled.length) focus(blocks(filled.at(-1))[0]);
    else focus(pool[Math.min(at, pool.length - 1)]);
    return;
  }
  if (name === "ArrowLeft" || name === "ArrowRight") {
    const all = blocks(row);
    focus(all[all.indexOf(box) + (name === "ArrowRight" ? 1 : -1)]);
    return;
  }
  const next = filled[filled.indexOf(row) + (name === "ArrowDown" ? 1 : -1)];
  if (!next) { if (name === "ArrowDown") focus(pool[0]); return; }
  const apart = (one) => Math.abs(one.dataset.arrives - box.dataset.arrives);
  focus(blocks(next).sort((a, b) => apart(a) - apart(b))[0]);
}

function carry(name) {
  const all = rows();
  const at = all.findIndex((row) => row.dataset.technician === held.technician);
  const down = name === "ArrowDown" ? 1 : name === "ArrowUp" ? -1 : 0;
  const later = name === "ArrowRight" ? STEP : name === "ArrowLeft" ? -STEP : 0;
  const row = all[Math.min(Math.max(at + down, 0), all.length - 1)];
  row.scrollIntoView({ block: "nearest" });
  aim(row, held.minute + later);
}

function pickUp(item) {
  const row = item.closest(".plan-row") ?? rows()[0];
  if (!row) return;
  lift(item, "key");
  const soon = Math.max(8 * 60, Math.ceil((+plan().dataset.minute + 1) / STEP) * STEP);
  row.scrollIntoView({ block: "nearest" });
  aim(row, item.dataset.arrives ? +item.dataset.arrives : Math.min(soon, 18 * 60));
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey && !event.target.matches("input, textarea, select")) {
    const form = plan().querySelector("[data-plan-undo]");
    if (form) { event.preventDefault(); form.requestSubmit(); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = event.key.startsWith("Arrow");
  if (held) {
    if (event.key === "Escape") { put(); event.preventDefault(); }
    else if (held.by === "key" && arrow) { carry(event.key); event.preventDefault(); }
    else if (held.by === "key" && event.key === "Enter") { event.preventDefault(); drop(); }
    else if (event.key === "Tab") put();
    return;
  }
  if (event.key === "Escape") { said.hidden = true; plan().querySelector(".plan-ghost.is-tried")?.remove(); if (chosen) choose(""); }
  const box = event.target.closest?.("#plan [data-case]");
  if (!box) return;
  if (arrow) { step(box, event.key); event.preventDefault(); }
  if (event.key === "Enter" && "movable" in box.dataset && wide()) { event.preventDefault(); pickUp(box); }
});

document.addEventListener("focusin", (event) => {
  const box = event.target.closest("#plan [data-case]");
  if (!box || box.dataset.case === here) return;
  for (const old of plan().querySelectorAll('[data-case][tabindex="0"]')) if (old !== box) old.tabIndex = -1;
  box.tabIndex = 0;
  here = box.dataset.case;
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("#plan [data-plan-undo], #plan-dialog [data-plan-move]");
  if (form) { event.preventDefault(); send(form.action, new URLSearchParams(new FormData(form))); }
  if (event.target.matches("[data-plan-filters]")) event.preventDefault();
});
document.querySelector("[data-plan-filters]").addEventListener("input", sift);

// Live: the page asks again by itself, and never under somebody's hands.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "plan" && (held || dialog.open)) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "plan") return;
  if (held || dialog.open) event.detail.shouldSwap = false;
  else keepView();
});
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.id !== "plan" || !view) return;
  begin();
  bringView();
});

// The map is fetched when it comes into sight.
const canvas = document.getElementById("plan-map");
new IntersectionObserver((seen, watch) => {
  if (!seen.some((one) => one.isIntersecting)) return;
  watch.disconnect();
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = canvas.dataset.style;
  const script = document.createElement("script");
  script.src = canvas.dataset.script;
  style.onload = () => document.body.append(script);
  script.onload = () => { window.planMap.draw(places()); if (chosen) window.planMap.choose(chosen); people(); };
  document.head.append(style);
}).observe(canvas);

// Where people are: only while the switch is on and the page is seen, for each look is written down.
const AGAIN = 60_000; // milliseconds between two looks
const look = document.getElementById("plan-people");

function people() {
  const hues = places().hues;
  const found = [...document.querySelectorAll("#plan-where [data-where]")].map((one) => ({
    at: one.dataset.where.split(",").map(Number), words: one.textContent, old: "old" in one.dataset, hue: hues[one.dataset.technician],
  }));
  window.planMap?.people(found);
}

async function whereabouts() {
  const list = document.getElementById("plan-where");
  if (!look.checked) { list.replaceChildren(); people(); return; }
  if (document.hidden) return;
  const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
  try {
    const answer = await fetch(look.dataset.address, { method: "POST", headers: { "HX-Request": "true", "X-CSRFToken": token } });
    const html = await answer.text();
    if (!answer.ok) throw new Error(sentence(html));
    if (!look.checked) return;
    const box = document.createElement("template");
    box.innerHTML = html;
    const held = document.activeElement?.closest?.("#plan-where [data-where]")?.dataset.technician;
    list.replaceWith(box.content);
    if (held) document.querySelector(`#plan-where [data-technician="${CSS.escape(held)}"]`)?.focus();
    people();
  } catch (fault) {
    look.checked = false;
    list.replaceChildren();
    people();
    tell(fault.name === "Error" ? fault.message : plan().dataset.failed);
  }
}

if (look) {
  look.addEventListener("change", whereabouts);
  setInterval(() => { if (look.checked) whereabouts(); }, AGAIN);
  document.addEventListener("visibilitychange", () => { if (look.checked) whereabouts(); });
  document.addEventListener("click", (event) => {
    const one = event.target.closest("#plan-where [data-where]");
    if (one) window.planMap?.show(one.dataset.where.split(",").map(Number));
  });
}

begin();
