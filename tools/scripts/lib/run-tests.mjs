import { ensureTools } from "./outside-tools.mjs";
import { prepareClient, prepareModules } from "./prepare.mjs";
import { speaker } from "./say.mjs";
import { checkParts, parts } from "./test-parts.mjs";

const write = (text) => process.stdout.write(text);
const step = speaker(write);
/** How many failures of a part are named once more at the end. */
const namedFailures = 20;
const none = { passed: 0, failed: 0, skipped: 0 };
const broken = (error) => ({
  ...none,
  failed: 1,
  output: `${error.output ?? ""}${error.message}\n`,
});

/**
 * Runs the named parts, each as soon as the parts that it comes after have ended, and all of them
 * whatever fails. `isLong`: the long runs are among them. A part's output appears when the part
 * ends. The last line adds all parts up.
 */
export async function runTests(names, { isLong = false } = {}) {
  const began = performance.now();
  try {
    await prepareModules(step);
    await prepareClient(step);
  } catch (error) {
    return close([{ name: "install", ...broken(error) }], began);
  }
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    const message = `Unknown part: ${unknown.join(" ")}. The parts are: ${Object.keys(parts).join(" ")}`;
    return close([{ name: "parts", ...broken(new Error(message)) }], began);
  }
  const results = await reportTools(names);
  results.push(...(await runInOrder(names, { isLong })));
  close(results, began);
}

/** Installs the tools that tests call. What is missing is said, and in CI it is a failure. */
async function reportTools(names) {
  if (names.every((name) => checkParts.includes(name))) return [];
  const missing = await ensureTools(step, { browser: names.includes("browser") });
  if (missing.length === 0) return [];
  const consequence = process.env.CI
    ? "In CI that is a failure."
    : "Tests that need them are skipped by name.";
  write(`Not installed: ${missing.join(", ")}. ${consequence}\n`);
  if (!process.env.CI) return [];
  return [{ ...none, name: `tools (${missing.join(", ")})`, failed: missing.length }];
}

async function runInOrder(names, options) {
  const running = new Map();
  const heartbeat = setInterval(() => write(`… ${[...active].join(", ")}\n`), 60_000);
  const active = new Set();
  const start = (name) => {
    if (!running.has(name)) running.set(name, runAfter(name));
    return running.get(name);
  };
  const runAfter = async (name) => {
    const { after = [], needs = [], run } = parts[name];
    const earlier = await Promise.all(
      [...after, ...needs].filter((other) => names.includes(other)).map(start),
    );
    const lacking = earlier.find((result) => needs.includes(result.name) && result.failed > 0);
    if (lacking) return print({ name, ...broken(new Error(`${lacking.name} failed`)), ms: 0 });
    active.add(name);
    const result = await measure(name, () => run(options));
    active.delete(name);
    return print(result);
  };
  try {
    return await Promise.all(names.map(start));
  } finally {
    clearInterval(heartbeat);
  }
}

async function measure(name, run) {
  const began = performance.now();
  write(`── ${name} …\n`);
  const result = await run().catch(broken);
  return { name, ...result, ms: performance.now() - began };
}

function print(result) {
  const line = `── ${result.name}: ${counts(result)}, ${seconds(result.ms)} `;
  write(`\n${line}${"─".repeat(Math.max(0, 72 - line.length))}\n`);
  if (result.output) write(`${result.output.trimEnd()}\n`);
  return result;
}

const seconds = (ms = 0) => `${(ms / 1000).toFixed(1)} s`;
const counts = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;

function close(results, began) {
  write("\n");
  for (const result of results) {
    if (result.ms === undefined && result.output) write(`${result.output.trimEnd()}\n`);
    write(`${result.name.padEnd(11)}${counts(result).padEnd(34)}${seconds(result.ms)}\n`);
  }
  write(`${"wall time".padEnd(45)}${seconds(performance.now() - began)}\n`);
  // Once more at the end: a reader of a long log has its last lines.
  for (const { name, failures = [] } of results) {
    for (const failure of failures.slice(0, namedFailures))
      write(`\nfailed in ${name}: ${failure}\n`);
    const more = failures.length - namedFailures;
    if (more > 0) write(`\nfailed in ${name}: ${more} more, see above\n`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const total = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
  write(`\n${counts(total)}\n`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}
