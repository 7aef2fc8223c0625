// What Redocly's recommended rules find wrong in an OpenAPI document: one line
// for each error, and the exit status 1 when there is one.
//   node openapi_lint.mjs <folder of node_modules> <document>
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [packages, file] = process.argv.slice(2);
const core = path.join(packages, "@redocly/openapi-core/lib/index.js");
const { default: redocly } = await import(pathToFileURL(core));
const config = await redocly.createConfig({ extends: ["recommended"] });
const problems = await redocly.lintFromString({ source: await readFile(file, "utf8"), config });
const errors = problems.filter(problem => problem.severity === "error");
for (const { ruleId, message, location } of errors) {
  console.log(`${location[0]?.pointer ?? ""} ${ruleId}: ${message}`);
}
process.exit(errors.length > 0 ? 1 : 0);
