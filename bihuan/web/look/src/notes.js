// What the page says by itself: one polite sentence when the server cannot be reached or refuses.
export function beginNotes() {
  const spoken = document.getElementById("spoken")?.dataset ?? {};
  document.addEventListener("htmx:sendError", () => say(spoken.offline));
  document.addEventListener("htmx:timeout", () => say(spoken.offline));
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status < 400 || detail.xhr.getResponseHeader("HX-Retarget") !== "#messages") return;
    detail.shouldSwap = true;
    detail.isError = false;
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id === "messages") detail.target.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say(status === 401 || status === 403 ? spoken.forbidden : spoken.refused);
  });
  document.addEventListener("click", async (event) => {
    event.target.closest("[data-dismiss]")?.closest(".alert")?.remove();
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      await navigator.clipboard.writeText(copy.dataset.copy);
      say(spoken.copied, "success");
    }
  });
}

export function say(sentence, mood = "danger") {
  const place = document.getElementById("messages");
  if (!place || !sentence) return;
  place.querySelector("[data-said]")?.remove();
  const note = document.createElement("div");
  note.className = `alert alert-${mood}`;
  note.dataset.said = "";
  note.textContent = sentence;
  place.append(note);
  note.scrollIntoView({ block: "nearest" });
}
