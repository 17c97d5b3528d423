// Paints "as my device" before the first pixel; light and dark are painted by the server.
const page = document.documentElement;
if (page.dataset.theme === "auto") {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = () => { page.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  paint();
  dark.addEventListener("change", paint);
}
