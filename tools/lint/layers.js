// The rules of docs/architecture.md as lint errors: who may import whom, which code is pure, and no shapes that hide both.
import { dirname, relative, resolve, sep } from "node:path";
import { table } from "./import-table.js";
import { purity } from "./purity.js";
import { shape } from "./shape.js";

const withoutExtension = (path) => path.replace(/\.(tsx?|mjs|js)$/, "");
const repoPath = (context, file) => relative(context.cwd, file).split(sep).join("/");

const matchers = new Map();

/** Whether a path fits a pattern of the table; `same` is the path of the importing file. */
function fits(pattern, path, same) {
  const [, noun = "", room = ""] = same;
  const key = pattern.replace("<same>", noun).replace("<room>", room);
  if (!matchers.has(key)) {
    const source = key
      .replace(/[.+^$()|[\]\\]/g, "\\$&")
      .replace(/\{([^}]*)\}/g, (_all, names) => `(${names.replaceAll(",", "|")})`)
      .replace(/\*\*|\*/g, (stars) => (stars === "**" ? ".*" : "[^/]*"));
    matchers.set(key, new RegExp(`^${source}$`));
  }
  return matchers.get(key).test(path);
}

/** The last pattern that matches decides; a leading "!" refuses. */
function isAllowed(patterns, path, same) {
  let allowed = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) {
      if (fits(pattern.slice(1), path, same)) allowed = false;
    } else if (fits(pattern, path, same)) allowed = true;
  }
  return allowed;
}

function targetOf(context, specifier) {
  if (specifier.startsWith("@/")) return withoutExtension(specifier.slice(2));
  if (!specifier.startsWith(".")) return null;
  return withoutExtension(repoPath(context, resolve(dirname(context.filename), specifier)));
}

function checkImport(context, node, specifier) {
  const from = withoutExtension(repoPath(context, context.filename));
  if (from.startsWith("lib/db/generated/") || from.startsWith("tools/")) return;
  const row = table.find(({ files }) => files.some((pattern) => fits(pattern, from, [])));
  if (!row) {
    context.report({ node, message: `${from} has no row in tools/lint/import-table.js` });
    return;
  }
  const same = from.split("/");
  const target = targetOf(context, specifier);
  const allowed =
    target === null
      ? isAllowed(row.packages, specifier, same)
      : isAllowed(row.imports, target, same) || /\.(css|json)$/.test(specifier);
  if (!allowed)
    context.report({
      node,
      message: `${row.name} may not import ${target ?? specifier} (tools/lint/import-table.js)`,
    });
}

const layers = {
  create(context) {
    const visit = (node) => {
      if (typeof node.source?.value === "string")
        checkImport(context, node.source, node.source.value);
    };
    return {
      ImportDeclaration: visit,
      ExportNamedDeclaration: visit,
      ExportAllDeclaration: visit,
      ImportExpression: visit,
      TSImportType: visit,
    };
  },
};

export default { meta: { name: "chancery" }, rules: { layers, purity, shape } };
