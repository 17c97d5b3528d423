// A box to sign in with finger, pen or mouse. The drawing goes into a hidden input as a PNG data URL.
const INK = "#0f172a";
const PAPER = "#ffffff";

function begin(box) {
  if (box.dataset.signReady) return;
  box.dataset.signReady = "1";
  const pad = box.querySelector("canvas");
  const field = box.querySelector("input[type=hidden]");
  const pen = pad.getContext("2d");
  const lines = [];
  let line = null;

  function redraw() {
    const scale = Math.min(window.devicePixelRatio || 1, 2);
    const { width, height } = pad.getBoundingClientRect();
    pad.width = Math.round(width * scale);
    pad.height = Math.round(height * scale);
    pen.scale(scale, scale);
    pen.fillStyle = PAPER;
    pen.fillRect(0, 0, width, height);
    pen.strokeStyle = pen.fillStyle = INK;
    pen.lineWidth = 2.4;
    pen.lineCap = pen.lineJoin = "round";
    for (const each of lines) stroke(each);
  }

  function stroke(points) {
    pen.fillStyle = INK;
    if (points.length === 1) {
      pen.beginPath();
      pen.arc(points[0][0], points[0][1], 1.4, 0, 7);
      pen.fill();
      return;
    }
    pen.beginPath();
    pen.moveTo(...points[0]);
    for (let at = 1; at < points.length - 1; at += 1) {
      const [x, y] = points[at];
      const [nextX, nextY] = points[at + 1];
      pen.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    }
    pen.lineTo(...points[points.length - 1]);
    pen.stroke();
  }

  const where = (event) => {
    const edge = pad.getBoundingClientRect();
    return [event.clientX - edge.left, event.clientY - edge.top];
  };
  const keep = () => {
    field.value = lines.length ? pad.toDataURL("image/png") : "";
    box.classList.toggle("is-signed", lines.length > 0);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  pad.addEventListener("pointerdown", (event) => {
    if (line || event.button > 0) return;
    pad.setPointerCapture(event.pointerId);
    line = [where(event)];
    lines.push(line);
    stroke(line);
    event.preventDefault();
  });
  pad.addEventListener("pointermove", (event) => {
    if (!line) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) line.push(where(each));
    stroke(line.slice(-4));
  });
  const lift = () => {
    if (!line) return;
    line = null;
    redraw();
    keep();
  };
  pad.addEventListener("pointerup", lift);
  pad.addEventListener("pointercancel", lift);
  box.querySelector("[data-sign-clear]")?.addEventListener("click", () => {
    lines.length = 0;
    redraw();
    keep();
  });
  new ResizeObserver(redraw).observe(pad);
}

const beginAll = () => document.querySelectorAll("[data-sign]").forEach(begin);
beginAll();
document.addEventListener("htmx:afterSettle", beginAll);
