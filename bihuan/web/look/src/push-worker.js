// Shows a push message and opens what it is about. Nothing is kept, no page is answered in the server's place.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data.json(); } catch { /* an empty push still shows that something came */ }
  event.waitUntil(self.registration.showNotification(told.title || "Bihuan", {
    body: told.body || "",
    tag: told.tag || "bihuan",
    icon: "/static/built/mark.svg",
    data: { link: told.link || "/me/inbox" },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const link = new URL(event.notification.data.link, self.location.origin);
  const at = link.origin === self.location.origin ? link.href : `${self.location.origin}/me/inbox`;
  event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) => {
    const there = open.find((page) => page.url === at);
    return there ? there.focus() : self.clients.openWindow(at);
  }));
});
