// The house rules of docs/architecture.md as lint errors: who may import whom, and which code is pure.
import { dirname, relative, resolve, sep } from "node:path";

const root = resolve(import.meta.dirname, "..");

/**
 * One row per place. `allow` lists the places (patterns of repository paths) that `from` may import; what is not
 * listed is refused. Packages are checked by `packages`, a list of what is refused by name.
 */
const anyPki = "^lib/pki/",
  errors = "^lib/errors/",
  format = "^lib/format/";
const useCaseTargets = [
  "^lib/deps",
  anyPki,
  "^lib/log/",
  "^lib/auth/(actor|permissions)",
  errors,
  format,
  "^lib/ids",
  "^lib/[a-z-]+/(?!.*\\.server)[a-z0-9./-]+$",
];
const places = [
  {
    name: "app",
    from: "^app/",
    allow: ["^app/", "^components/", "^lib/(?!db/|signers/|.*-repository)", "^public/"],
  },
  { name: "server", from: "^server/", allow: ["^server/", "^lib/(?!.*-repository)"] },
  { name: "cli", from: "^cli/", allow: ["^cli/", "^lib/"] },
  { name: "components/ui", from: "^components/ui/", allow: ["^components/ui/", format] },
  {
    name: "components/layout",
    from: "^components/layout/",
    allow: ["^components/(ui|layout)/", format, "^lib/[a-z-]+/(schema|types)"],
  },
  {
    name: "components",
    from: "^components/",
    allow: [
      "^components/",
      format,
      "^lib/[a-z-]+/(schema|types)",
      "^lib/pki/client/",
      "^lib/log/pure/",
    ],
  },
  { name: "lib/pki", from: anyPki, allow: [anyPki, errors] },
  { name: "lib/errors", from: errors, allow: [errors] },
  { name: "lib/format", from: format, allow: [format] },
  {
    name: "lib/signers",
    from: "^lib/signers/",
    allow: ["^lib/signers/", "^lib/deps", anyPki, errors],
  },
  {
    name: "the pure half of lib/log",
    from: "^lib/log/(pure/|entry|canonical|types|schema)",
    allow: [
      "^lib/log/(pure/|entry|canonical|types|schema)",
      errors,
      "^lib/pki/types",
      "^lib/auth/actor",
      "^lib/ids",
    ],
  },
  {
    name: "a repository",
    from: "^lib/.*-repository|^lib/log/",
    allow: [
      "^lib/db/",
      "^lib/log/",
      "^lib/deps",
      anyPki,
      errors,
      format,
      "^lib/ids",
      "^lib/[a-z-]+/(schema|types)",
      "^lib/[a-z-]+/[a-z-]*repository",
      "^lib/auth/(actor|permissions)",
    ],
  },
  { name: "lib/db", from: "^lib/db/", allow: ["^lib/db/", errors, "^lib/env"] },
  {
    name: "lib/http",
    from: "^lib/http/",
    allow: [
      "^lib/http/",
      errors,
      format,
      "^lib/deps",
      "^lib/ids",
      "^lib/db/",
      "^lib/[a-z-]+/(schema|types)",
    ],
  },
  { name: "lib/auth", from: "^lib/auth/", allow: ["^lib/(?!db/|signers/)"] },
  { name: "lib/runtime", from: "^lib/(runtime|deps|env|ids)", allow: ["^lib/"] },
  {
    name: "a use case",
    from: "^lib/",
    allow: useCaseTargets.concat("^lib/deps"),
    deny: ["^lib/db/", "^lib/http/", "^lib/signers/", "^lib/runtime", "^lib/env"],
  },
];

const pure = /^lib\/(pki|format|errors)\/|^lib\/log\/(pure\/|entry|canonical)/;
const isTest = (file) => /\.test\.tsx?$|\/testdata\//.test(file);
const repoPath = (file) => relative(root, file).split(sep).join("/");

function targetOf(specifier, file) {
  if (specifier.startsWith("@/")) return specifier.slice(2);
  if (specifier.startsWith(".")) return repoPath(resolve(dirname(file), specifier));
  return null;
}

function checkImport(context, node, specifier) {
  const file = context.filename,
    from = repoPath(file);
  if (isTest(from) || from.startsWith("lib/db/generated/")) return;
  const place = places.find((row) => new RegExp(row.from).test(from));
  if (!place) return;
  const target = targetOf(specifier, file);
  if (target === null) return checkPackage(context, node, specifier, from);
  const allowed = place.allow.some((pattern) => new RegExp(pattern).test(target));
  const denied = (place.deny ?? []).some((pattern) => new RegExp(pattern).test(target));
  const lastWord =
    /-repository(\.ts)?$/.test(target) &&
    !sameFolder(from, target) &&
    !/-repository|^lib\/(log|runtime|auth)|^cli\//.test(from);
  if (!allowed || denied || lastWord)
    context.report({
      node,
      message: `${place.name} may not import ${target} (docs/architecture.md, the house)`,
    });
}

const sameFolder = (from, target) => dirname(from) === dirname(target);

function checkPackage(context, node, specifier, from) {
  const refuse = (why) =>
    context.report({ node, message: `${from} may not import ${specifier}: ${why}` });
  if (
    /^(@peculiar\/|pkijs|asn1js|reflect-metadata)/.test(specifier) &&
    from !== "lib/pki/x509.ts" &&
    !from.startsWith("lib/pki/client/")
  )
    refuse("only lib/pki/x509.ts imports the certificate libraries");
  if (/^(pg|@prisma\/.*)$/.test(specifier) && !/^(lib\/db\/|server\/supervise\/|cli\/)/.test(from))
    refuse("only lib/db opens the database");
  if (/^next(\/|$)/.test(specifier) && !/^(app|components|lib\/auth|server\/console)\//.test(from))
    refuse("Next belongs to app and components");
  if (/^hono|^@hono/.test(specifier) && !from.startsWith("server/"))
    refuse("Hono belongs to server");
  if (pure.test(from) && /^node:(fs|net|http|https|child_process|dns|os|process)/.test(specifier))
    refuse("this code is pure");
}

const layers = {
  create(context) {
    const visit = (node) => {
      if (node.source?.value) checkImport(context, node.source, node.source.value);
    };
    return {
      ImportDeclaration: visit,
      ExportNamedDeclaration: visit,
      ExportAllDeclaration: visit,
      ImportExpression: visit,
    };
  },
};

const purity = {
  create(context) {
    const from = repoPath(context.filename);
    const timeless =
      pure.test(from) || (from.startsWith("lib/") && !/^lib\/(runtime|db\/|auth\/|env)/.test(from));
    if (
      isTest(from) ||
      !timeless ||
      from.startsWith("lib/db/generated/") ||
      from.startsWith("lib/pki/client/")
    )
      return {};
    const refuse = (node, what) =>
      context.report({
        node,
        message: `${what} comes in as an argument (deps.clock, deps.random, lib/env)`,
      });
    return {
      NewExpression(node) {
        if (node.callee.name === "Date" && node.arguments.length === 0) refuse(node, "the time");
      },
      MemberExpression(node) {
        const path = `${node.object.name}.${node.property.name}`;
        if (path === "Date.now") refuse(node, "the time");
        if (
          /^(Math\.random|(crypto|webcrypto)\.(getRandomValues|randomUUID|randomBytes))$/.test(path)
        )
          refuse(node, "randomness");
        if (path === "process.env" && from !== "lib/env.ts") refuse(node, "the environment");
      },
      ImportSpecifier(node) {
        if (["randomUUID", "randomBytes", "randomInt"].includes(node.imported.name))
          refuse(node, "randomness");
      },
    };
  },
};

export default { meta: { name: "house" }, rules: { layers, purity } };
