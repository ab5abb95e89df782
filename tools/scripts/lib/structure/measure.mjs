import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import { resolveImport } from "./resolve.mjs";

const isCode = (path) => /\.(ts|tsx)$/.test(path) && !path.endsWith(".d.ts");
const isTest = (path) => /\.(test|spec|setup)\.tsx?$|^(testing|e2e|bench)\//.test(path);

/** The files of the repository that are our code, as git knows them (new ones included). */
function listFiles(root) {
  const printed = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  return printed.split("\n").filter((path) => isCode(path) && existsSync(join(root, path)));
}

/** Every file with its lines, the spans of its functions and what it imports (types included). */
export async function measure(root, paths = listFiles(root)) {
  const known = new Set(paths);
  return paths.map((path) => {
    const text = readFileSync(join(root, path), "utf8");
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    const { program, module } = parseSync(path, text, { sourceType: "module" });
    const specifiers = [
      ...module.staticImports.map((one) => one.moduleRequest.value),
      ...module.staticExports.flatMap((one) =>
        one.entries.map((entry) => entry.moduleRequest?.value),
      ),
      ...module.dynamicImports.map((one) =>
        text.slice(one.moduleRequest.start + 1, one.moduleRequest.end - 1),
      ),
    ].filter((value) => value !== undefined && value !== null);
    const imports = [...new Set(specifiers)]
      .map((specifier) => resolveImport(path, specifier, known))
      .filter((target) => target !== null && target !== path);
    return {
      path,
      isTest: isTest(path),
      lines: lines.length,
      wide: lines.filter((line) => line.length > 100).length,
      functions: functionsOf(program, text),
      imports: [...new Set(imports)],
    };
  });
}

const functionTypes = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

/** How many lines each function spans, blank lines and comments not counted (as the lint rule counts). */
function functionsOf(program, text) {
  const spans = [];
  const note = (node, parent) => {
    if (functionTypes.has(node.type) && node.body)
      spans.push({ name: nameOf(node, parent), lines: linesOf(text.slice(node.start, node.end)) });
  };
  const walk = (node, parent) => {
    if (Array.isArray(node)) return node.forEach((child) => walk(child, parent));
    if (typeof node?.type !== "string") return;
    note(node, parent);
    for (const [key, value] of Object.entries(node)) if (key !== "parent") walk(value, node);
  };
  walk(program.body, null);
  return spans;
}

const nameOf = (node, parent) => node.id?.name ?? parent?.id?.name ?? parent?.key?.name ?? "";

const linesOf = (source) =>
  source.split("\n").filter((line) => line.trim() !== "" && !/^\s*(\/\/|\/\*|\*)/.test(line))
    .length;
