// A chat: lines go out by a socket and are kept until the server has them; news comes drawn by the server.
// Without a socket the same page is asked every few seconds; without scripts it is a form and a link.
const EVERY = 4000;

export function beginChat() {
  const root = document.querySelector("[data-chat]");
  if (root) new Talk(root).begin();
}

class Talk {
  constructor(root) {
    this.root = root;
    this.form = root.querySelector("[data-chat-say]");
    this.words = root.querySelector("[data-chat-words]");
    this.talk = root.querySelector("[data-chat-talk]");
    this.list = root.querySelector("[data-chat-list]");
    this.chat = Number(root.dataset.chatId || 0);
    this.name = `chat:${root.dataset.chatPage || ""}`;
    this.title = document.title;
    this.kept = this.read();
    this.tries = 0;
    this.unread = -1;
    this.place = 0;
  }

  begin() {
    this.form?.addEventListener("submit", (event) => this.send(event));
    this.words?.addEventListener("input", () => this.types());
    this.words?.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && this.list) this.send(event);
    });
    for (const ready of this.root.querySelectorAll("[data-chat-canned]")) {
      ready.addEventListener("click", () => { this.words.value = ready.textContent; this.words.focus(); });
    }
    this.root.querySelector("[data-chat-refresh]")?.closest("p")?.setAttribute("hidden", "");
    this.sound = document.querySelector("[data-chat-sound]");
    if (this.sound) {
      this.sound.checked = localStorage.getItem("chat-sound") === "1";
      this.sound.addEventListener("change", () => localStorage.setItem("chat-sound", this.sound.checked ? "1" : "0"));
    }
    this.pending();
    this.bottom();
    this.open();
    setInterval(() => { if (!this.isOpen()) this.ask(); }, EVERY);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.saw(); });
  }

  read() {
    try { return JSON.parse(sessionStorage.getItem(this.name) || "[]"); } catch { return []; }
  }

  keep() {
    try { sessionStorage.setItem(this.name, JSON.stringify(this.kept)); } catch { /* then it lives as long as the page */ }
    this.pending();
  }

  isOpen() { return this.socket?.readyState === WebSocket.OPEN; }

  open() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    try { this.socket = new WebSocket(`${scheme}//${location.host}${this.root.dataset.chatSocket}`); } catch { this.again(); return; }
    this.socket.addEventListener("open", () => {
      this.tries = 0;
      this.offline(false);
      if (this.chat) this.tell({ do: "look", chat: this.chat });
      for (const line of this.kept) this.tell({ do: "say", chat: this.chat, ...line });
    });
    this.socket.addEventListener("message", (event) => this.hear(JSON.parse(event.data)));
    this.socket.addEventListener("close", (event) => {
      if (event.code === 4404 || event.code === 4401 || event.code === 4403) this.ended = true;
      else this.again();
      this.offline(true);
    });
  }

  again() {
    this.tries += 1;
    setTimeout(() => this.open(), Math.min(15000, 500 * 2 ** this.tries));
  }

  tell(frame) { if (this.isOpen()) this.socket.send(JSON.stringify(frame)); }

  offline(away) {
    const shown = this.root.querySelector("[data-chat-offline]");
    if (shown) shown.hidden = !away;
  }

  send(event) {
    if (event.target === this.form && this.root.querySelector("[data-chat-files]")?.files.length) { this.sendFiles(event); return; }
    event.preventDefault();
    const words = this.words.value.trim();
    if (!words) return;
    this.quiet();
    const line = { once: this.once(), words };
    this.kept.push(line);
    this.typed = 0;
    this.words.value = "";
    this.keep();
    if (this.isOpen()) this.tell({ do: "say", chat: this.chat, ...line });
    else this.ask();
  }

  once() {
    const bytes = crypto.getRandomValues(new Uint8Array(14));
    return Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
  }

  async post(line) {
    const form = new FormData(this.form);
    form.set("once", line.once);
    form.set("words", line.words);
    form.delete("files");
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: form, headers: { "X-Chat": "1" } });
      if (answer.ok) this.done(line.once);
      else if (answer.status === 409 || answer.status === 422) this.refused(line.once, await sentenceOf(answer));
    } catch { /* it stays kept, and goes when the line is back */ }
  }

  async sendFiles(event) {
    event.preventDefault();
    this.quiet();
    const form = new FormData(this.form);
    form.set("once", this.once());
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: form, headers: { "X-Chat": "1" } });
      if (answer.ok) { this.words.value = ""; this.root.querySelector("[data-chat-files]").value = ""; if (!this.isOpen()) this.ask(); }
      else this.say(await sentenceOf(answer));
    } catch { this.say(document.getElementById("spoken")?.dataset.offline); }
  }

  refused(once, sentence) { // what was typed goes back to where it can be changed
    const line = this.kept.find((one) => one.once === once);
    this.done(once);
    if (line && this.words && !this.words.value) this.words.value = line.words;
    this.say(sentence);
  }

  say(sentence) {
    this.told?.remove();
    const told = document.createElement("p");
    told.className = "chat-house text-danger";
    told.setAttribute("role", "alert");
    told.textContent = sentence || "";
    this.talk.append(told);
    this.told = told;
    this.bottom();
  }

  quiet() { this.told?.remove(); this.told = null; }

  done(once) { this.kept = this.kept.filter((line) => line.once !== once); this.keep(); }

  hear(told) {
    if (told.kept) this.done(told.kept);
    if (told.refused !== undefined) this.refused(told.refused, told.sentence);
    if (told.list && this.list) this.list.innerHTML = told.list;
    if (told.state && this.root.dataset.chatState && told.state !== this.root.dataset.chatState && !this.words?.value) location.reload();
    if (told.talk && this.talk) this.draw(told.talk, told.place || 0);
    if (told.unread !== undefined) this.flash(told.unread);
  }

  draw(html, place) {
    const low = this.talk.scrollHeight - this.talk.scrollTop - this.talk.clientHeight < 80;
    const held = this.talk.querySelector("#opinion")?.value || (this.talk.contains(document.activeElement) && /^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName));
    if (held) return;
    this.talk.innerHTML = html;
    if (this.told) this.talk.append(this.told);
    this.pending();
    if (place > this.place && this.place && !this.list) this.flash(document.hidden ? 1 : 0);
    if (place > this.place) { this.place = place; this.saw(); }
    if (low) this.bottom();
    clearTimeout(this.still);
    this.still = setTimeout(() => this.talk.querySelector("[data-chat-typing]")?.setAttribute("hidden", ""), 6000);
    if (this.talk.querySelector("#chat-score") && this.form) this.form.hidden = true;
    const lines = this.talk.querySelector("[data-state]");
    for (const part of this.root.querySelectorAll("[data-chat-queued]")) part.hidden = lines?.dataset.state !== "queued";
  }

  saw() {
    if (document.hidden || !this.place) return;
    if (!this.list) document.title = this.title;
    this.tell({ do: "saw", chat: this.chat, place: this.place });
  }

  pending() {
    if (!this.talk) return;
    for (const old of this.talk.querySelectorAll(".chat-pending")) old.remove();
    for (const line of this.kept) {
      const shown = document.createElement("div");
      shown.className = "chat-line chat-mine chat-pending";
      const bubble = document.createElement("div");
      bubble.className = "chat-bubble";
      bubble.textContent = line.words;
      const at = document.createElement("div");
      at.className = "chat-at";
      at.textContent = this.root.dataset.chatWaits;
      shown.append(bubble, at);
      (this.talk.querySelector(".chat-lines") || this.talk).append(shown);
    }
  }

  bottom() { if (this.talk) this.talk.scrollTop = this.talk.scrollHeight; }

  types() {
    const now = Date.now();
    if (!this.words.value || now - (this.typed || 0) < 3000) return;
    this.typed = now;
    this.tell({ do: "types", chat: this.chat });
  }

  flash(unread) {
    document.title = unread ? `(${unread}) ${this.title}` : this.title;
    if (unread > this.unread && this.unread >= 0 && this.sound?.checked) beep();
    this.unread = unread;
  }

  async ask() {
    if (this.ended || !this.root.dataset.chatPage) return;
    for (const line of this.kept) if (this.form) await this.post(line);
    if (this.list) return;
    try {
      const answer = await fetch(this.root.dataset.chatPage, { headers: { "X-Chat": "1" } });
      if (answer.ok) {
        const html = await answer.text();
        this.draw(html, Number(/data-place="(\d+)"/.exec(html)?.[1] || 0));
      }
    } catch { /* the next time tells */ }
  }
}

async function sentenceOf(answer) { // the server's own, where it says one
  try { return (await answer.json()).sentence; } catch { return document.getElementById("spoken")?.dataset.refused; }
}

function beep() {
  try {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    loud.gain.value = 0.08;
    tone.frequency.value = 660;
    tone.connect(loud).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.18);
  } catch { /* no sound is no harm */ }
}
