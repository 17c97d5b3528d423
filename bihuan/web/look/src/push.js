// "Tell this browser": asks the browser's push service for an address and hands it to the server by a plain form.
export function beginPush() {
  const part = document.querySelector("[data-push]");
  if (!part) return;
  const say = (name) => {
    for (const words of part.querySelectorAll("[data-push-says]")) words.hidden = words.dataset.pushSays !== name;
  };
  const button = part.querySelector("[data-push-ask]");
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !window.isSecureContext) {
    say("cannot");
    return;
  }
  button.hidden = false;
  if (Notification.permission === "denied") say("denied");
  button.addEventListener("click", async () => {
    button.setAttribute("aria-disabled", "true");
    say("");
    try {
      if (await Notification.requestPermission() !== "granted") { say("denied"); return; }
      const worker = await navigator.serviceWorker.register(part.dataset.worker, { scope: part.dataset.scope });
      await ready(worker);
      const asked = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(part.dataset.push) });
      send(part.querySelector("form[data-push-form]"), asked.toJSON());
    } catch {
      say("failed");
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}

function ready(worker) {
  if (worker.active) return Promise.resolve();
  const coming = worker.installing || worker.waiting;
  return new Promise((done) => coming.addEventListener("statechange", () => { if (coming.state === "activated") done(); }));
}

function send(form, told) {
  form.elements.endpoint.value = told.endpoint;
  form.elements.p256dh.value = told.keys.p256dh;
  form.elements.auth.value = told.keys.auth;
  form.requestSubmit();
}

function bytes(text) {
  const padded = (text + "=".repeat((4 - (text.length % 4)) % 4)).replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(padded), (sign) => sign.charCodeAt(0));
}
