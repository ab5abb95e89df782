import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { curlOf } from "./api-call";

/** The arguments that a shell calls curl with. */
const argumentsOf = (command: string): string[] =>
  execFileSync("sh", ["-c", `curl() { printf '%s\\0' "$@"; }\n${command}`], {
    encoding: "utf8",
    env: { ...process.env, CHANCERY_TOKEN: "chy_secret" },
  })
    .split("\0")
    .slice(0, -1);

const bodyIn = (command: string): unknown => JSON.parse(argumentsOf(command).at(-1) ?? "");

test("the command sends the body to the path, with the token of the environment", () => {
  const body = { reason: "superseded", comment: "moved" };
  const command = curlOf("http://localhost:3000", { path: "/certificates/crt_1/revoke", body });
  expect(command).not.toContain("chy_");
  expect(argumentsOf(command)).toEqual([
    "-X",
    "POST",
    "http://localhost:3000/api/v1/certificates/crt_1/revoke",
    "-H",
    "Authorization: Bearer chy_secret",
    "-H",
    "Content-Type: application/json",
    "-d",
    JSON.stringify(body, null, 2),
  ]);
});

test.each([
  ["quotes", `it's "quoted"`],
  ["what a shell would run", "$(touch x) `touch x` ; touch x | true & $HOME"],
  ["lines", "-----BEGIN CERTIFICATE REQUEST-----\nMII=\n-----END CERTIFICATE REQUEST-----\n"],
  ["backslashes", String.raw`\n \\ \'`],
  ["other scripts", "zürich – 東京"],
])("a body with %s arrives as it is", (_what, comment) => {
  expect(bodyIn(curlOf("http://localhost:3000", { path: "/x", body: { comment } }))).toEqual({
    comment,
  });
});

test("a path can't end the word of the URL", () => {
  const [, , url] = argumentsOf(curlOf("http://localhost:3000", { path: "/a b'$(c)", body: {} }));
  expect(url).toBe("http://localhost:3000/api/v1/a b'$(c)");
});

test("over HTTPS the root is named, since a machine doesn't trust it at first", () => {
  expect(argumentsOf(curlOf("https://ca.example.com:3443", { path: "/x", body: {} }))).toContain(
    "root.pem",
  );
  expect(argumentsOf(curlOf("http://ca.example.com", { path: "/x", body: {} }))).not.toContain(
    "root.pem",
  );
});
