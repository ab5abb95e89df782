import type { Env } from "@/lib/env";
import { seconds } from "./speaker";
import { supervise, type RunningChancery, type SuperviseOptions } from "./supervise";

/** The supervisor as a process: start, banner, and an orderly end on the first signal; the second one forces. */
export async function runSupervisor(program: {
  readonly start: () => SuperviseOptions;
  readonly banner: (env: Env, running: RunningChancery) => string;
  readonly explain: (error: unknown) => string;
}): Promise<void> {
  const heard = listenForSignals();
  try {
    const options = program.start();
    const running = await supervise(options);
    heard.onForce(running.kill);
    if (!heard.any()) options.write(program.banner(options.env, running));
    await heard.first;
    const began = performance.now();
    running.speaker.say("chancery", "stopping; a second signal forces");
    await running.stop();
    running.speaker.say("chancery", `stopped in order after ${seconds(performance.now() - began)}`);
    process.exit(0);
  } catch (error) {
    process.stderr.write(`\nChancery did not start.\n${program.explain(error)}\n`);
    process.exit(1);
  }
}

function listenForSignals() {
  let count = 0,
    force = () => {},
    tell = () => {};
  const first = new Promise<void>((done) => {
    tell = done;
  });
  const onSignal = () => {
    count += 1;
    tell();
    if (count < 2) return;
    force();
    process.stderr.write("Forced. The next start recovers what was under way.\n");
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
