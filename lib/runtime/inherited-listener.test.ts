import { expect, test } from "vitest";
import { takeInheritedListener } from "./inherited-listener";

const variables = (values: Record<string, string>) => values as unknown as NodeJS.ProcessEnv;

test("the socket that systemd opened is taken once, and its variables are gone", () => {
  const environment = variables({ LISTEN_PID: "7", LISTEN_FDS: "1", LISTEN_FDNAMES: "x", A: "b" });
  expect(takeInheritedListener(environment, 7)).toBe(3);
  expect(environment).toEqual({ A: "b" });
  expect(takeInheritedListener(environment, 7)).toBeNull();
});

test.each([
  ["nothing", {}],
  ["a socket of another process", { LISTEN_PID: "8", LISTEN_FDS: "1" }],
  ["a count without a process", { LISTEN_FDS: "1" }],
  ["a process without a count", { LISTEN_PID: "7" }],
])("%s is no socket", (_what, values) => {
  expect(takeInheritedListener(variables(values as Record<string, string>), 7)).toBeNull();
});

test.each(["0", "2", "one", ""])("%s sockets are refused", (count) => {
  const environment = variables({ LISTEN_PID: "7", LISTEN_FDS: count });
  expect(() => takeInheritedListener(environment, 7)).toThrow(/one socket/);
});
