import { expect, test } from "vitest";
import type { DeliveryView } from "@/lib/delivery/schema";
import { groupDeliveries } from "./group-deliveries";

let count = 0;
const delivery = (
  status: DeliveryView["status"],
  answer: string | null,
  over: Partial<DeliveryView> = {},
): DeliveryView => ({
  id: `dlv_${++count}`,
  alert: null,
  reason: "opened",
  status,
  createdAt: "2026-12-01T00:00:00Z",
  finishedAt: null,
  nextAt: null,
  attempts:
    answer === null
      ? []
      : [{ n: 1, at: "2026-12-01T00:00:00Z", ok: false, answer, milliseconds: 1 }],
  ...over,
});
const sizes = (items: readonly DeliveryView[]) =>
  groupDeliveries(items).map(({ items: { length } }) => length);

test("notifications that wait for the same reason are one group", () => {
  const items = Array.from({ length: 16 }, () => delivery("pending", "no address"));
  const [group, ...others] = groupDeliveries(items);
  expect(group).toEqual({ first: items[0], items });
  expect(others).toEqual([]);
});

test("what was sent, and each test, is a line by itself", () => {
  expect(sizes([delivery("sent", "200 OK"), delivery("sent", "200 OK")])).toEqual([1, 1]);
  const test = () => delivery("failed", "no address", { reason: "test" });
  expect(sizes([test(), test()])).toEqual([1, 1]);
});

test("another answer, another state, or one between them begins another group", () => {
  expect(sizes([delivery("pending", "no address"), delivery("pending", "refused")])).toEqual([
    1, 1,
  ]);
  expect(sizes([delivery("pending", "no address"), delivery("failed", "no address")])).toEqual([
    1, 1,
  ]);
  expect(sizes([delivery("pending", null), delivery("pending", "")])).toEqual([1, 1]);
  expect(
    sizes([
      delivery("pending", "no address"),
      delivery("sent", "200 OK"),
      delivery("pending", "no address"),
    ]),
  ).toEqual([1, 1, 1]);
});

test("no notification is lost or moved, and without any there is no group", () => {
  const items = ["a", "a", "b", "a", "a", "a"].map((answer) => delivery("failed", answer));
  expect(groupDeliveries(items).flatMap((group) => group.items)).toEqual(items);
  expect(groupDeliveries([])).toEqual([]);
});
