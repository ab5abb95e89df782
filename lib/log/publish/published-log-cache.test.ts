import { expect, test } from "vitest";
import { makePublishedLogCache } from "./published-log-cache";

type Row = {
  generation: number;
  origin: string;
  vkey: string;
  start_size: string;
  size: string | null;
  note: string | null;
};
const row = (generation: number, start: number, size: number | null): Row => ({
  generation,
  origin: `log.example.com/log/0000000${generation}`,
  vkey: `k${generation}`,
  start_size: String(start),
  size: size === null ? null : String(size),
  note: size === null ? null : `note of ${size}`,
});

/** A database that counts how often it is asked, and can be away. */
function stand(rows: Row[]) {
  const state = { rows, asked: 0, away: false, now: 0 };
  const pool = {
    query: async () => {
      state.asked += 1;
      await Promise.resolve();
      if (state.away) throw new Error("away");
      return { rows: state.rows };
    },
  };
  return { state, published: makePublishedLogCache({ pool } as never, () => state.now, 200) };
}

test("everybody who asks at once, and shortly after, costs one question", async () => {
  const { state, published } = stand([row(1, 0, 5)]);
  await Promise.all(Array.from({ length: 50 }, () => published.logs()));
  state.now = 199;
  await published.logs();
  expect(state.asked).toBe(1);
  state.now = 200;
  await published.logs();
  expect(state.asked).toBe(2);
});

test("who asks for more than is known gets what is new, but not a question for each request", async () => {
  const { state, published } = stand([row(1, 0, 5)]);
  await published.logs();
  state.rows = [row(1, 0, 9)];
  state.now = 30;
  expect((await published.logs(9))[0]?.size).toBe(9);
  for (let n = 0; n < 100; n += 1) await published.logs(1_000_000);
  expect(state.asked).toBe(2);
});

test("while the database is away the last checkpoint is served: it is still true", async () => {
  const { state, published } = stand([row(1, 0, 5)]);
  await published.logs();
  Object.assign(state, { away: true, now: 60_000 });
  expect((await published.logs(6))[0]).toMatchObject({ size: 5, note: "note of 5" });
  Object.assign(state, { away: false, rows: [row(1, 0, 6)] });
  expect((await published.logs(6))[0]?.size).toBe(6);
});

test("what was never read is not invented", async () => {
  const { state, published } = stand([row(1, 0, 5)]);
  state.away = true;
  await expect(published.logs()).rejects.toThrow("away");
});

test("a log that was continued ends where the next begins, whatever it had signed", async () => {
  const { published } = stand([row(3, 80, null), row(2, 50, 70), row(1, 0, 60)]);
  expect((await published.logs()).map(({ id, size }) => [id, size])).toEqual([
    ["00000003", 0],
    ["00000002", 70],
    ["00000001", 50],
  ]);
});
