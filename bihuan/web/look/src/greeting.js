// The moment at which an agent said the greeting: milliseconds since the call was taken, kept beside the box.
// Without scripts the box is not there, and nothing is noted.
export function beginGreeting() {
  for (const part of document.querySelectorAll("[data-greeting]")) {
    const box = part.querySelector("input[type=checkbox]");
    const kept = part.querySelector("input[name=greeted_after]");
    part.hidden = false;
    box.checked = kept.value !== "";
    box.addEventListener("change", () => {
      kept.value = box.checked ? String(Math.round(Number(part.dataset.since) + performance.now())) : "";
    });
  }
}
