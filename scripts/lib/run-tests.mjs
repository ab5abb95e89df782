import { ensureTools } from "./outside-tools.mjs";
import { prepareClient, prepareModules } from "./prepare.mjs";
import { speaker } from "./say.mjs";

const step = speaker((text) => process.stdout.write(text));

/** Runs the named parts one after the other, all of them whatever fails, and ends the process with one line that adds them up. */
export async function runTests(names) {
  const results = [];
  try {
    await prepareModules(step);
    await prepareClient(step);
  } catch (error) {
    return close([{ name: "install", failed: 1, passed: 0, skipped: 0, error }]);
  }
  const { parts } = await import("./test-parts.mjs");
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length > 0)
    return close([
      {
        name: unknown.join(" "),
        passed: 0,
        failed: 1,
        skipped: 0,
        error: new Error(`The parts are: ${Object.keys(parts).join(" ")}`),
      },
    ]);
  const missing = await ensureTools(step, { browser: names.includes("browser") });
  if (missing.length > 0)
    process.stdout.write(
      `Not installed: ${missing.join(", ")}. ${process.env.CI ? "In CI that is a failure." : "Tests that need them are skipped by name."}\n`,
    );
  if (missing.length > 0 && process.env.CI)
    results.push({
      name: `tools (${missing.join(", ")})`,
      passed: 0,
      failed: missing.length,
      skipped: 0,
      ms: 0,
    });
  for (const name of names) results.push(await runPart(name, parts[name]));
  close(results);
}

async function runPart(name, part) {
  process.stdout.write(`\n── ${name} ${"─".repeat(60 - name.length)}\n`);
  const began = performance.now();
  const result = await part(step).catch((error) => ({ passed: 0, failed: 1, skipped: 0, error }));
  if (result.error) tell(result.error);
  return { name, ...result, ms: performance.now() - began };
}

const tell = (error) => process.stderr.write(`${error.output?.trim() ?? ""}\n${error.message}\n`);

function close(results) {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const line = ({ passed, failed, skipped }) =>
    `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  process.stdout.write("\n");
  for (const result of results) {
    if (result.ms === undefined) tell(result.error);
    process.stdout.write(
      `${result.name.padEnd(10)}${line(result).padEnd(34)}${((result.ms ?? 0) / 1000).toFixed(1)} s\n`,
    );
  }
  const total = { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
  process.stdout.write(`\n${line(total)}\n`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}
