"""The service worker of push messages, as a browser gets it. It shows what came, opens its link, and keeps nothing."""

from pathlib import Path

WORKER = (Path(__file__).parent / "src" / "push-worker.js").read_text("utf-8")
