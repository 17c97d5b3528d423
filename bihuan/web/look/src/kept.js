// A form that is not lost where there is no signal: what is typed stays in this browser until it was sent, and goes out
// when the line is back, with the key under which the server takes it once. Without scripts it is the plain form.
const AGAIN = 15000, DAY = 86400000, PATIENCE = { words: 20000, files: 180000 };
const LEFT_OUT = new Set(["blank", "csrfmiddlewaretoken"]);

export function beginKept() {
  const form = document.querySelector("form[data-keep]");
  if (form && window.fetch && window.FormData) new Kept(form).begin();
}

class Kept {
  constructor(form) {
    this.form = form;
    this.note = document.querySelector("[data-keep-note]");
    this.name = `kept:${location.pathname}`;
    this.waits = false;
    this.busy = false;
  }

  begin() {
    this.form.dataset.many = ""; // it guards itself against being sent twice
    if (this.form.dataset.keep === "fresh") this.putBack();
    this.form.addEventListener("input", () => this.keep());
    this.form.addEventListener("change", () => this.keep());
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    window.addEventListener("online", () => (this.waits ? this.send() : this.show("")));
    window.addEventListener("offline", () => { this.keep(); if (!this.waits) this.show("offline"); });
    setInterval(() => { if (this.waits && !document.hidden && navigator.onLine !== false) this.send(); }, AGAIN);
    this.on("now", () => this.send());
    this.on("forget", () => { this.drop(); this.form.reset(); this.show(""); });
    this.on("anew", () => { this.form.elements.key.value = newKey(); this.send(); });
    if (navigator.onLine === false && !this.waits) this.show("offline");
  }

  on(deed, does) { this.note?.querySelectorAll(`[data-keep-do="${deed}"]`).forEach((one) => one.addEventListener("click", does)); }

  fields() { return [...this.form.elements].filter((one) => one.name && one.type !== "file" && !LEFT_OUT.has(one.name)); }

  keep() {
    const values = this.fields().filter((one) => !/^(checkbox|radio)$/.test(one.type) || one.checked).map((one) => [one.name, one.value]);
    try { localStorage.setItem(this.name, JSON.stringify({ at: Date.now(), waits: this.waits, values })); } catch { /* then it lives as long as the page */ }
  }

  drop() {
    this.waits = false;
    try { localStorage.removeItem(this.name); } catch { /* nothing was kept */ }
  }

  putBack() {
    let held = null;
    try { held = JSON.parse(localStorage.getItem(this.name) || "null"); } catch { /* unreadable is as good as none */ }
    if (!held || !Array.isArray(held.values)) return;
    const values = new Map(held.values);
    const code = this.form.elements.p;
    if (Date.now() - held.at > DAY) { this.drop(); return; }
    if (code && code.value !== (values.get("p") || "")) return; // another machine's code was scanned
    for (const one of this.fields()) {
      if (/^(checkbox|radio)$/.test(one.type)) one.checked = values.get(one.name) === one.value;
      else if (values.has(one.name)) one.value = values.get(one.name);
    }
    this.waits = Boolean(held.waits);
    if (this.waits) { this.show("waiting"); this.send(); } else this.show("restored");
  }

  async send() {
    if (this.busy) return;
    this.hold(true);
    this.waits = true;
    this.keep();
    const files = [...this.form.querySelectorAll("input[type=file]")].some((one) => one.files.length);
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), files ? PATIENCE.files : PATIENCE.words);
    try {
      const asked = { method: "POST", body: new FormData(this.form), headers: { "X-Kept": "1" }, signal: stop.signal };
      await this.heard(await fetch(this.form.action || location.href, asked));
    } catch { this.show("waiting"); this.keep(); } finally { clearTimeout(clock); this.hold(false); }
  }

  async heard(answer) {
    if (answer.ok && (answer.headers.get("Content-Type") || "").startsWith("application/json")) {
      const told = await answer.json();
      this.drop();
      location.assign(told.to);
    } else if (answer.status >= 502 && answer.status <= 504) this.show("waiting"); // the house is away for a moment
    else if (answer.status === 429) this.show("busy");
    else if (answer.status === 409) { this.waits = false; this.keep(); this.show("before"); }
    else { this.waits = false; this.keep(); HTMLFormElement.prototype.submit.call(this.form); } // the server says what is wrong
  }

  hold(busy) {
    this.busy = busy;
    for (const button of this.form.querySelectorAll("button:not([type=button])")) {
      if (busy) button.setAttribute("aria-disabled", "true"); else button.removeAttribute("aria-disabled");
    }
  }

  show(state) {
    if (!this.note) return;
    this.note.hidden = !state;
    for (const one of this.note.querySelectorAll("[data-keep-state]")) one.hidden = one.dataset.keepState !== state;
  }
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");
}
