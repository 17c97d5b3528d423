// A technician's phone tells where it is: only after the consent was given on this phone, only on shift, about once a
// minute. What cannot be sent waits in this browser, a day at most.
const EVERY = 60000, AGAIN = 30000, MOST = 500, AT_ONCE = 200, DAY = 86400000;
const FLAG = "position:on", QUEUE = "position:queue", LAST = "position:last";

export function beginPosition() {
  const mark = document.querySelector("[data-position]");
  if (!mark || !("geolocation" in navigator)) return;
  const said = document.querySelector("[data-position-consent]")?.dataset.positionConsent;
  if (said === "yes") write(FLAG, "1");
  if (said === "no") { write(FLAG, ""); write(QUEUE, ""); }
  if (read(FLAG) === "1") new Follower(mark).begin();
}

class Follower {
  constructor(mark) {
    this.mark = mark;
    this.watch = null;
    this.busy = false;
  }

  async begin() {
    window.addEventListener("online", () => this.flush());
    this.clock = setInterval(() => this.flush(), AGAIN);
    const told = await this.ask();
    if (told && !told.on) this.stop();
    else if (told && told.until > Date.now()) this.follow(told.until);
    this.flush();
  }

  async ask() {
    try {
      const answer = await fetch(this.mark.dataset.position, { headers: { Accept: "application/json" } });
      return answer.ok ? await answer.json() : null;
    } catch { return { on: true, until: Number(read("position:until")) || 0 }; } // without network the shift told last
  }

  follow(until) {
    write("position:until", String(until));
    this.mark.hidden = false;
    const options = { enableHighAccuracy: true, maximumAge: 30000, timeout: 60000 };
    this.watch = navigator.geolocation.watchPosition((seen) => this.saw(seen, until), (failed) => {
      if (failed.code === failed.PERMISSION_DENIED) { this.mark.hidden = true; say("denied"); }
    }, options);
  }

  saw(seen, until) {
    const now = Date.now();
    if (now > until) { navigator.geolocation.clearWatch(this.watch); this.mark.hidden = true; return; }
    if (now - (Number(read(LAST)) || 0) < EVERY) return;
    write(LAST, String(now));
    const { latitude, longitude, accuracy } = seen.coords;
    keep([...kept(), { at: now, latitude: coarse(latitude), longitude: coarse(longitude), accuracy: Math.round(accuracy) }]);
    this.flush();
  }

  async flush() {
    const fixes = kept().slice(0, AT_ONCE);
    if (this.busy || !fixes.length || navigator.onLine === false) return;
    this.busy = true;
    try {
      const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
      const asked = { method: "POST", body: JSON.stringify({ fixes }), headers: { "Content-Type": "application/json", "X-CSRFToken": token } };
      const answer = await fetch(this.mark.dataset.position, asked);
      if (answer.ok) {
        keep(kept().slice(fixes.length));
        if ((await answer.json()).refused.future) say("clock");
      } else if (answer.status === 400) keep(kept().slice(fixes.length));
      else if (answer.status === 403 && (await answer.json()).error === "no_consent") this.stop();
    } catch { /* it waits */ } finally { this.busy = false; }
  }

  stop() {
    write(FLAG, "");
    write(QUEUE, "");
    clearInterval(this.clock);
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.mark.hidden = true;
  }
}

const coarse = (degrees) => Math.round(degrees * 10000) / 10000;
const say = (name) => document.querySelectorAll(`[data-position-says="${name}"]`).forEach((one) => { one.hidden = false; });
const keep = (fixes) => write(QUEUE, fixes.length ? JSON.stringify(fixes.slice(-MOST)) : "");

function kept() {
  try {
    const fixes = JSON.parse(read(QUEUE) || "[]");
    return Array.isArray(fixes) ? fixes.filter((one) => Date.now() - one.at < DAY) : [];
  } catch { return []; }
}

function read(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

function write(name, value) {
  try { if (value) localStorage.setItem(name, value); else localStorage.removeItem(name); } catch { /* a private window keeps nothing */ }
}
