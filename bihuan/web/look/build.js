// Builds the pages' styles, scripts and icons into static/built: one pass, no watching, nothing from the network.
import { build } from "esbuild";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const web = dirname(here);
const icons = join(web, "..", "..", "node_modules", "@tabler", "icons", "icons");
const built = join(here, "static", "built");

mkdirSync(built, { recursive: true });

await build({
  entryPoints: ["app", "desk", "charts", "plan", "map", "sign", "theme"].map((name) => join(here, "src", `${name}.js`)),
  outdir: built,
  bundle: true,
  minify: true,
  legalComments: "linked",
  target: ["chrome90", "safari15", "firefox100"],
  logLevel: "warning",
});
await build({
  entryPoints: ["look", "plan", "map"].map((name) => join(here, "src", `${name}.css`)),
  outdir: built,
  bundle: true,
  loader: { ".png": "dataurl" },
  minify: true,
  legalComments: "linked",
  target: ["chrome100", "safari15", "firefox100"],
  logLevel: "error",
});
copyFileSync(join(here, "src", "mark.svg"), join(built, "mark.svg"));

// Names of icons stand in src/icons.txt, in templates as {% icon "name" %}, and in Python as icon="name".
function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !["static", "__pycache__"].includes(entry.name)) yield* files(path);
    else if (/\.(html|py)$/.test(entry.name)) yield path;
  }
}

const names = new Set(readFileSync(join(here, "src", "icons.txt"), "utf8").split(/\s+/).filter(Boolean));
for (const path of files(web)) {
  const text = readFileSync(path, "utf8");
  for (const [, name] of text.matchAll(/(?:\{%\s*icon\s+|\bicon=)["']([a-z0-9-]+)["']/g)) names.add(name);
}
const symbols = [];
for (const name of [...names].sort()) {
  const filled = name.endsWith("-filled");
  const path = filled ? join(icons, "filled", `${name.slice(0, -7)}.svg`) : join(icons, "outline", `${name}.svg`);
  if (!existsSync(path)) {
    console.warn(`No icon is called "${name}".`);
    continue;
  }
  const inner = readFileSync(path, "utf8").replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
  const drawing = inner.replace(/<path stroke="none"[^>]*\/>/, "").replace(/\s+/g, " ").trim();
  const pen = 'stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  const paint = filled ? 'fill="currentColor" stroke="none"' : `fill="none" stroke="currentColor" ${pen}`;
  symbols.push(`<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${drawing}</symbol>`);
}
writeFileSync(join(built, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
console.log(`Built ${symbols.length} icons, styles and scripts.`);
