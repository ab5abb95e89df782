import { relative, sep } from "node:path";

/** These modules are where clock, randomness and environment come from; everything else in lib gets them as arguments. */
const sources = /^lib\/(runtime|auth)\//;
/** In these not even a timer is allowed: what they give depends on their arguments alone. */
const pure = /^lib\/(pki|format|errors|net|access|log\/pure)\//;

const clocks = /^(Date\.now|performance\.\w+|process\.(hrtime|uptime)|Temporal\.Now)$/;
const randomNames =
  /^(random|randomUUID|randomBytes|randomInt|randomFill|randomFillSync|getRandomValues|pseudoRandomBytes|prng)$/;
const randomOwners = /^(Math|crypto|webcrypto|nodeCrypto|globalThis)$/;
const timers = /^(setTimeout|setInterval|setImmediate|queueMicrotask)$/;

const nameOf = (node) =>
  node?.type === "Identifier"
    ? node.name
    : node?.type === "Literal"
      ? String(node.value)
      : node?.type === "MemberExpression"
        ? nameOf(node.property)
        : "";

/** Refuses a clock, randomness, the environment and, in pure code, timers: by whatever name they are reached. */
export const purity = {
  create(context) {
    const from = relative(context.cwd, context.filename).split(sep).join("/");
    const applies =
      from.startsWith("lib/") &&
      !sources.test(from) &&
      !/\.test\.tsx?$/.test(from) &&
      !from.startsWith("lib/db/generated/");
    if (!applies) return {};
    const refuse = (node, what) =>
      context.report({
        node,
        message: `${what} comes in as an argument (deps.clock, deps.random, lib/runtime/env)`,
      });
    return {
      NewExpression(node) {
        if (nameOf(node.callee) === "Date" && node.arguments.length === 0) refuse(node, "the time");
      },
      CallExpression(node) {
        if (node.callee.type !== "Identifier") return;
        if (node.callee.name === "Date") refuse(node, "the time");
        if (pure.test(from) && timers.test(node.callee.name)) refuse(node, "a timer");
      },
      MemberExpression(node) {
        const owner = nameOf(node.object);
        const path = `${owner}.${nameOf(node.property)}`;
        if (clocks.test(path)) refuse(node, "the time");
        if (randomOwners.test(owner) && randomNames.test(nameOf(node.property)))
          refuse(node, "randomness");
        if (path === "process.env" || path === "process.argv") {
          if (from.startsWith("lib/")) refuse(node, "the environment");
        }
      },
      // const { now } = Date, const { randomUUID } = crypto, const { env } = process
      VariableDeclarator(node) {
        if (node.id.type !== "ObjectPattern") return;
        const owner = nameOf(node.init);
        for (const { key } of node.id.properties) {
          const name = nameOf(key);
          if (clocks.test(`${owner}.${name}`)) refuse(node, "the time");
          if (randomOwners.test(owner) && randomNames.test(name)) refuse(node, "randomness");
          if (owner === "process" && name === "env") refuse(node, "the environment");
        }
      },
      ImportDeclaration(node) {
        const source = node.source.value;
        if (source === "node:perf_hooks" || source === "perf_hooks") refuse(node, "the time");
        if (pure.test(from) && /^(node:)?timers/.test(source)) refuse(node, "a timer");
        if (!/^(node:)?(crypto|process)$/.test(source)) return;
        for (const part of node.specifiers) {
          const name = part.type === "ImportSpecifier" ? nameOf(part.imported) : "";
          if (randomNames.test(name)) refuse(part, "randomness");
          if (name === "env") refuse(part, "the environment");
          if (name === "hrtime" || name === "uptime") refuse(part, "the time");
        }
      },
    };
  },
};
