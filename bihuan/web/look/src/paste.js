// Pasting: Ctrl+V anywhere on the desk reads what was copied; Ctrl+Enter reads, Enter in a report takes it in.
export function beginPaste() {
  document.addEventListener("paste", (event) => {
    const address = document.body.dataset.paste;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!address || text.trim().length < 6 || writes(event.target)) return;
    event.preventDefault();
    send(address, text);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const form = event.target.closest("[data-paste-form]");
    if (form && (event.ctrlKey || event.metaKey)) form.querySelector("button[value=read]").click();
    const card = event.target.closest("[data-card]");
    if (card && event.target.matches("input:not([type=radio])")) {
      event.preventDefault();
      card.querySelector("[data-take]")?.click();
    }
  });
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-fill]");
    if (choice) fill(choice);
  });
  // What a phone's share menu handed over leaves the address bar and the history at once.
  if (document.querySelector("[data-card]") && location.search) history.replaceState(null, "", location.pathname);
}

function writes(target) {
  return target.isContentEditable || target.matches?.("textarea, select, input");
}

function send(address, text) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = address;
  const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
  for (const [name, value] of [["csrfmiddlewaretoken", token], ["do", "read"], ["text", text.slice(0, 100000)]]) {
    const field = document.createElement("textarea");
    field.name = name;
    field.value = value;
    form.append(field);
  }
  form.hidden = true;
  document.body.append(form);
  form.submit();
}

function fill(choice) {
  const card = choice.closest("[data-card]");
  for (const name of ["city", "district", "street"]) {
    const field = card.querySelector(`input[name$="-${name}"]`);
    if (field && (choice.dataset[name] || name !== "street")) field.value = choice.dataset[name] ?? "";
  }
  card.querySelector("input[name$='-door']")?.focus();
}
