// What every page carries: htmx, Alpine's CSP build, and our own small habits.
import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";
import { beginChat } from "./chat.js";
import { beginForms } from "./forms.js";
import { beginGreeting } from "./greeting.js";
import { beginKept } from "./kept.js";
import { beginKeys } from "./keys.js";
import { beginNotes } from "./notes.js";
import { beginPaste } from "./paste.js";
import { beginPosition } from "./position.js";
import { beginPush } from "./push.js";

window.htmx = htmx;
window.Alpine = Alpine;

Alpine.data("disclosure", () => ({
  open: false,
  toggle() { this.open = !this.open; },
  close() { this.open = false; },
}));
Alpine.data("tabs", () => ({
  at: "",
  init() { this.at = this.$el.dataset.first || ""; },
  pick() { this.at = this.$el.dataset.tab; },
  isHere() { return this.$el.dataset.tab === this.at; },
  isShown() { return this.$el.dataset.panel === this.at; },
}));

beginChat();
beginForms();
beginGreeting();
beginKept();
beginKeys();
beginNotes();
beginPaste();
beginPosition();
beginPush();
Alpine.start();
