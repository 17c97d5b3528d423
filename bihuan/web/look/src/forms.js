// Forms: asked before what cannot be undone, sent once, filters that send themselves, boxes ticked together.
export function beginForms() {
  document.addEventListener("click", (event) => {
    const asked = event.target.closest("button[data-confirm], a[data-confirm]");
    if (asked && !window.confirm(asked.dataset.confirm)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (form.dataset.sent) event.preventDefault();
    else if (sendsOnce(form)) guard(form);
  }, true);
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("[data-auto-submit]")) field.form.requestSubmit();
    if (field.matches("[data-check-all]")) tickAll(field);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) release(form);
  });
  document.querySelector("[data-form-errors]")?.focus({ preventScroll: false });
}

function sendsOnce(form) {
  const byHtmx = form.matches("[hx-post], [hx-get], [hx-put], [hx-delete], [data-hx-post]");
  return form.method === "post" && !byHtmx && !("many" in form.dataset) && form.target !== "_blank";
}

function guard(form) {
  setTimeout(() => {
    if (form.dataset.signMissing) return;
    form.dataset.sent = "1";
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
    setTimeout(() => release(form), 15000);
  });
}

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
}

function tickAll(master) {
  for (const box of document.getElementsByName(master.dataset.checkAll)) {
    if (box !== master && box.type === "checkbox") box.checked = master.checked;
  }
}
