import { expect, test } from "vitest";
import { z } from "zod";
import { AppError } from "@/lib/errors/app-error";
import { idempotencyKeyOf, requestHashOf } from "./idempotency";
import { parseInput } from "./invalid-input";
import { parseJson } from "./json";
import { findJsonMistake } from "./json-mistake";
import { isRecorded, problemOf } from "./problem";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
function thrown(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    return error as AppError;
  }
  throw new Error("it was accepted");
}

test.each([
  ['{"a":1,}', 7],
  ['{"a":1', 6],
  ["nope", 0],
  ["", 0],
  ["[1,2,,]", 5],
  ['{\n "a": x}', 8],
  ['{"a":"\u0001"}', 6],
  ["tru", 0],
  ['{"a":1} x', 8],
  ['"abc', 4],
  ["{a:1}", 1],
  ["<html>", 0],
  ["[1 2]", 3],
  ['{"a" 1}', 5],
  ['{"a":"\\x"}', 6],
  ['{"a":"\\u12g4"}', 6],
  ["[}", 1],
  ["]", 0],
  ['{"a":}', 5],
  ["[01]", 2],
  ["[-]", 1],
  ["[1.]", 2],
  ['{"a":1]', 6],
  ["1,", 1],
])("the first mistake of %j is at %i", (text, at) => {
  expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  expect(findJsonMistake(text)).toBe(at);
});

test("a body of a million brackets is refused without an overflow", () => {
  const error = thrown(() => parseJson(bytes("[".repeat(1_000_000))));
  expect(error.code).toBe("request.bad-json");
  expect(error.details).toMatchObject({ line: 1, column: 1_000_001 });
});

test("bad JSON names line and column, bytes that are no text and an empty body say what they are", () => {
  expect(thrown(() => parseJson(bytes('{\n  "a": 1\n  "b": 2\n}'))).message).toContain(
    "line 3, column 3",
  );
  expect(thrown(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22))).message).toContain("UTF-8");
  expect(thrown(() => parseJson(bytes(""))).code).toBe("request.no-body");
});

test("an unknown field is rejected by name, at any depth, and all problems are reported at once", () => {
  const schema = z.strictObject({
    name: z.string(),
    rules: z.strictObject({ max: z.number() }),
    list: z.array(z.strictObject({ a: z.string() })),
  });
  const error = thrown(() =>
    parseInput(
      schema,
      { nam: "x", rules: { max: "1", extra: true }, list: [{ a: "", b: 1 }] },
      "body",
    ),
  );
  expect(error.code).toBe("request.invalid");
  expect(error.findings.map(({ path, code }) => [path, code])).toEqual(
    expect.arrayContaining([
      ["name", "field.required"],
      ["rules.max", "field.type"],
      ["rules.extra", "field.unknown"],
      ["list.0.b", "field.unknown"],
      ["nam", "field.unknown"],
    ]),
  );
});

test.each(["a\0b", "\ud800", "x\udc00y"])(
  "text that no database can hold (%j) is refused with its place",
  (text) => {
    const error = thrown(() =>
      parseInput(z.strictObject({ names: z.array(z.string()) }), { names: ["fine", text] }, "body"),
    );
    expect(error.findings).toEqual([
      expect.objectContaining({ code: "field.text", path: "names.1" }),
    ]);
  },
);

test("a whole emoji is text", () => {
  expect(parseInput(z.strictObject({ name: z.string() }), { name: "🗝️" }, "body")).toEqual({
    name: "🗝️",
  });
});

test("a problem has the status of its kind, every finding, and nothing of a bug but the request's id", () => {
  const findings = [
    {
      code: "x.y",
      message: "No.",
      path: "csr",
      clause: "RFC 5280 §4.1",
      severity: "error" as const,
    },
  ];
  expect(
    problemOf(new AppError("certificate.refused", "Refused.", { findings }), "req_1"),
  ).toMatchObject({
    status: 422,
    body: {
      type: "urn:chancery:problem:certificate.refused",
      code: "certificate.refused",
      detail: "Refused.",
      requestId: "req_1",
      errors: [{ path: "csr", code: "x.y", message: "No.", clause: "RFC 5280 §4.1" }],
    },
  });
  expect(problemOf(new AppError("certificate.not-found", ""), "r").status).toBe(404);
  const bug = problemOf(new Error("password=hunter2"), "req_2");
  expect(bug.status).toBe(500);
  expect(JSON.stringify(bug)).not.toContain("hunter2");
  expect(bug.body.detail).toContain("req_2");
});

test("details of an error cannot overwrite what a problem says", () => {
  const { body } = problemOf(
    new AppError("rule.value", "Said.", {
      details: { code: "forged", detail: "forged", requestId: "forged", line: 3 },
    }),
    "r",
  );
  expect(body).toMatchObject({ code: "rule.value", detail: "Said.", requestId: "r", line: 3 });
});

test("only a refusal that names its entry counts as recorded", () => {
  const recorded = new AppError("rule.value", "", { recordedAs: "ent_1" });
  expect(isRecorded(recorded)).toBe(true);
  expect(problemOf(recorded, "r").body).toMatchObject({ entryId: "ent_1" });
  expect(isRecorded(new AppError("rule.value", "", { details: { entryId: "ent_1" } }))).toBe(false);
  expect(isRecorded(new AppError("rule.value", ""))).toBe(false);
  expect(isRecorded(new Error("bug"))).toBe(false);
});

test.each(["", " ", "two words", "ü", "x".repeat(256), "a\nb"])(
  "%j is no Idempotency-Key",
  (key) => {
    expect(thrown(() => idempotencyKeyOf(key)).code).toBe("idempotency.bad-key");
  },
);

test("a request's hash depends on method, path and every field, not on the order of fields, and never on a secret", () => {
  const hash = (method: string, path: string, body: unknown) =>
    Buffer.from(requestHashOf(method, path, body, ["password"])).toString("hex");
  const base = hash("post", "/a", { x: 1, y: { b: 2, a: [1, 2] } });
  expect(hash("post", "/a", { y: { a: [1, 2], b: 2 }, x: 1 })).toBe(base);
  for (const other of [
    hash("patch", "/a", { x: 1, y: { b: 2, a: [1, 2] } }),
    hash("post", "/b", { x: 1, y: { b: 2, a: [1, 2] } }),
    hash("post", "/a", { x: 1, y: { b: 2, a: [2, 1] } }),
  ])
    expect(other).not.toBe(base);
  expect(hash("post", "/a", { password: "one" })).toBe(hash("post", "/a", { password: "other" }));
});

test("a warning next to an error says that it is one", () => {
  const findings = [
    { code: "key.not-new", message: "Used.", severity: "error" },
    { code: "certificate.common-name-not-bound", message: "Former.", severity: "warning" },
  ] as const;
  const { body } = problemOf(new AppError("certificate.refused", "Refused.", { findings }), "r");
  expect(body.errors.map(({ severity }) => severity)).toEqual([undefined, "warning"]);
});

test("a message of the schema library is replaced by plain words", () => {
  const schema = z.object({
    size: z.number().max(200),
    few: z.array(z.string()).max(2),
    short: z.string().min(3),
    kind: z.enum(["a", "b"]),
  });
  const error = thrown(() =>
    parseInput(schema, { size: 201, few: ["a", "b", "c"], short: "x", kind: "c" }, "body"),
  );
  expect(error.findings.map(({ message }) => message)).toEqual([
    "Use at most 200.",
    "Send at most 2 items.",
    "Use at least 3 characters.",
    'Use one of "a", "b".',
  ]);
});
