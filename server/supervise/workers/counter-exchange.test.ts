import { expect, test } from "vitest";
import type { Counters } from "@/lib/runtime/counters";
import { makeCounterExchange } from "./counter-exchange";

const family = "chancery_requests_total";
const counted = (value: number): Counters => ({ [family]: { '{area="ca"}': value } });

function openExchange() {
  const exchange = makeCounterExchange();
  const tell = (worker: number, counters: unknown): object[] => {
    const answers: object[] = [];
    exchange.receive(worker, { type: "counters", counters }, (answer) => answers.push(answer));
    return answers;
  };
  return { exchange, tell };
}

test("each gateway gets the sum of the others, without its own", () => {
  const { tell } = openExchange();
  expect(tell(1, counted(5))).toEqual([{ type: "counters", counters: {} }]);
  tell(2, counted(7));
  expect(tell(3, counted(1))).toEqual([{ type: "counters", counters: counted(12) }]);
  expect(tell(1, counted(6))).toEqual([{ type: "counters", counters: counted(8) }]);
});

test("what an ended gateway had counted stays part of the sum, and is not counted twice", () => {
  const { exchange, tell } = openExchange();
  tell(2, counted(7));
  exchange.ended(2);
  exchange.ended(2);
  expect(tell(1, counted(5))).toEqual([{ type: "counters", counters: counted(7) }]);
  expect(tell(2, counted(1))).toEqual([{ type: "counters", counters: counted(12) }]);
});

test.each([
  null,
  "many",
  [1],
  { [family]: 3 },
  { [family]: { "{}": -1 } },
  { [family]: { "{}": 0.5 } },
  { [family]: { "{}": "1" } },
])("%j from a gateway is no counters: it is ignored", (counters) => {
  const { tell } = openExchange();
  expect(tell(1, counters)).toEqual([]);
  expect(tell(2, counted(1))).toEqual([{ type: "counters", counters: {} }]);
});

test("messages about other things are not answered", () => {
  const { exchange } = openExchange();
  const answers: object[] = [];
  exchange.receive(1, { type: "drill", entries: 5 }, (answer) => answers.push(answer));
  expect(answers).toEqual([]);
});
