import type { Env } from "@/lib/runtime/env";
import { seconds } from "./output";
import { rememberPublicUrl } from "./public-urls";
import { type RunningChancery, supervise, type SuperviseOptions } from "./supervise";

/**
 * Runs the supervisor as a process: starts, prints the banner, and stops in order on the first
 * signal; a second one stops at once.
 */
export async function runSupervisor(program: {
  readonly start: () => SuperviseOptions;
  readonly banner: (env: Env, running: RunningChancery) => string;
  readonly explain: (error: unknown) => string;
}): Promise<void> {
  const signals = listenForSignals();
  try {
    const options = program.start();
    const running = await supervise(options);
    signals.onForce(running.kill);
    const { CHANCERY_PUBLIC_URL: publicUrl } = options.env;
    for (const line of rememberPublicUrl(running.dataFolder, publicUrl, new Date()))
      running.output.print("chancery", line);
    if (!signals.any()) sayRunning(options, running, program.banner);
    await signals.first;
    const startedAt = performance.now();
    running.output.print("chancery", "stopping; a second signal stops at once");
    await running.stop();
    running.output.print("chancery", `stopped in ${seconds(performance.now() - startedAt)}`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`\nChancery did not start.\n${program.explain(error)}\n`);
    process.exit(1);
  }
}

/** The text for people; as JSON, one line with the address. */
function sayRunning(
  { env, write }: SuperviseOptions,
  running: RunningChancery,
  banner: (env: Env, running: RunningChancery) => string,
): void {
  const text = banner(env, running);
  if (env.CHANCERY_LOG_FORMAT === "text") return write(text);
  for (const line of text.split("\n").filter((one) => one.trim() !== ""))
    running.output.print("chancery", line.trim());
}

function listenForSignals() {
  // A listener keeps Node.js from opening an inspector, however this process was started.
  process.on("SIGUSR1", () => {});
  let count = 0,
    force = () => {},
    notify = () => {};
  const first = new Promise<void>((done) => {
    notify = done;
  });
  const onSignal = () => {
    count += 1;
    notify();
    if (count < 2) return;
    force();
    process.stderr.write("Stopped at once. The next start recovers.\n");
    process.exit(130);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, onSignal);
  return {
    first,
    any: () => count > 0,
    onForce: (work: () => void) => {
      force = work;
    },
  };
}
