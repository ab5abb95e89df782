import { expect, test } from "vitest";
import { startJob } from "./job";

function logged() {
  const lines: string[] = [];
  const add = (text: string) => void lines.push(text);
  return { lines, log: { debug: add, info: add, warn: add, error: add } };
}
/** Resolves when `holds` does, looked at after every turn of the event loop. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => setTimeout(done, 1));
}

test("the first run of a job is immediate, and a nudge starts the next", async () => {
  let turns = 0;
  const job = startJob({
    name: "x",
    log: logged().log,
    work: async () => {
      turns += 1;
      return 1e9;
    },
  });
  await until(() => turns === 1);
  job.trigger();
  await until(() => turns === 2);
  await job.stop();
  expect(turns).toBe(2);
});

test("two runs of a job never overlap, and a nudge during a run is not lost", async () => {
  let running = 0,
    most = 0,
    turns = 0,
    release: () => void = () => {};
  const job = startJob({
    name: "x",
    log: logged().log,
    work: async () => {
      running += 1;
      most = Math.max(most, running);
      turns += 1;
      if (turns === 1)
        await new Promise<void>((done) => {
          release = done;
        });
      running -= 1;
      return 1e9;
    },
  });
  await until(() => turns === 1);
  job.trigger();
  job.trigger();
  release();
  await until(() => turns === 2);
  await job.stop();
  expect([most, turns]).toEqual([1, 2]);
});

test("a failing job is reported once, retried before its next period, and its recovery is reported", async () => {
  const { lines, log } = logged();
  let turns = 0;
  const job = startJob({
    name: "CRL",
    log,
    maxRetryMs: 1,
    work: async () => {
      turns += 1;
      if (turns < 4) throw new Error("no signer");
      return 1e9;
    },
  });
  await until(() => turns === 4 && lines.length === 2);
  await job.stop();
  expect(lines).toEqual(["CRL: no signer; retrying", "CRL: recovered"]);
});

test("stopping a job waits for the current run and starts no other", async () => {
  let turns = 0,
    done = false,
    release: () => void = () => {};
  const job = startJob({
    name: "x",
    log: logged().log,
    work: async () => {
      turns += 1;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      done = true;
      return 0;
    },
  });
  await until(() => turns === 1);
  const stopped = job.stop();
  release();
  await stopped;
  job.trigger();
  await new Promise((resolve) => setImmediate(resolve));
  expect([done, turns]).toEqual([true, 1]);
});
