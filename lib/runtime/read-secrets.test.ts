import { spawnSync } from "node:child_process";
import { closeSync, fstatSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { receiveKek, receiveSecrets } from "./read-secrets";

const folder = mkdtempSync(join(tmpdir(), "chancery-read-secrets-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// What a process received is kept for the whole process.
const forget = () =>
  Reflect.deleteProperty(globalThis, Symbol.for("chancery.secrets") as unknown as string);
beforeEach(forget);

const open = (content: string | Uint8Array): number => {
  const path = join(folder, "content");
  writeFileSync(path, content);
  return openSync(path, "r");
};
/** Which file a descriptor is of: none once it is closed, or another one if it is in use again. */
const inodeOf = (fd: number): number | null => {
  try {
    return fstatSync(fd).ino;
  } catch {
    return null;
  }
};
const variables = (values: Record<string, string>) => values as unknown as NodeJS.ProcessEnv;

test("secrets are read once, from the descriptor that the environment names, which is then closed and forgotten", () => {
  const fd = open('{"DATABASE_URL":"postgresql://a:b@c/d"}\n');
  const file = inodeOf(fd);
  const environment = variables({ CHANCERY_SECRETS_FD: String(fd) });
  expect(receiveSecrets(environment)).toEqual({ DATABASE_URL: "postgresql://a:b@c/d" });
  expect(environment).toEqual({});
  expect(inodeOf(fd)).not.toBe(file);
  expect(receiveSecrets(environment)).toEqual({ DATABASE_URL: "postgresql://a:b@c/d" });
});

test("a process without a pipe has no secrets", () => {
  expect(receiveSecrets(variables({}))).toEqual({});
});

test.each([
  ["nothing", ""],
  ["half a line", '{"DATABASE_URL":"x'],
  ["no line end", '{"DATABASE_URL":"x"}'],
  ["a setting that is no secret", '{"PATH":"/tmp"}\n'],
  ["a number", '{"DATABASE_URL":1}\n'],
  ["a list", '["DATABASE_URL"]\n'],
  ["null", "null\n"],
  ["another kind of text", "DATABASE_URL=secret-word\n"],
])("secrets of which %s arrives are refused, and the error quotes nothing", (_what, text) => {
  const environment = variables({ CHANCERY_SECRETS_FD: String(open(text)) });
  let message = "";
  try {
    receiveSecrets(environment);
  } catch (error) {
    message = String(error);
  }
  expect(message).toMatch(/did not arrive whole/);
  expect(message).not.toMatch(/DATABASE_URL|secret-word|PATH/);
});

test.each(["0", "2", "-1", "4.5", "/etc/passwd", "four"])(
  "%s is not a descriptor that secrets come from",
  (text) => {
    expect(() => receiveSecrets(variables({ CHANCERY_SECRETS_FD: text }))).toThrow(/descriptor/);
    expect(() => receiveKek(variables({ CHANCERY_KEK_FD: text }))).toThrow(/descriptor/);
  },
);

test("the KEK is 32 raw bytes, whatever they are", () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_none, index) => (index * 37) & 255));
  bytes[7] = 10;
  const environment = variables({ CHANCERY_KEK_FD: String(open(bytes)) });
  expect(receiveKek(environment)).toEqual(bytes);
  expect(environment).toEqual({});
});

test.each([0, 1, 31])("a KEK of %i bytes is refused", (length) => {
  const fd = open(Buffer.alloc(length, 1));
  expect(() => receiveKek(variables({ CHANCERY_KEK_FD: String(fd) }))).toThrow(/32 bytes/);
});

test("a signer without a pipe for the KEK is refused", () => {
  expect(() => receiveKek(variables({}))).toThrow(/CHANCERY_KEK_FD/);
});

describe("a unit of systemd", () => {
  const kek = Buffer.alloc(32, 9);
  const credentials = (values: Record<string, string>) => {
    const directory = mkdtempSync(join(folder, "credentials-"));
    for (const [name, text] of Object.entries(values)) writeFileSync(join(directory, name), text);
    return variables({ CREDENTIALS_DIRECTORY: directory });
  };

  test("its secrets come from its credentials, of those names alone, without the line end", () => {
    const environment = credentials({
      DATABASE_URL: "postgresql:///chancery?host=/run/postgresql\n",
      PATH: "/tmp",
      CHANCERY_KEK: kek.toString("base64"),
    });
    expect(receiveSecrets(environment)).toEqual({
      DATABASE_URL: "postgresql:///chancery?host=/run/postgresql",
    });
  });

  test("the KEK comes from its credential in base64", () => {
    expect(receiveKek(credentials({ CHANCERY_KEK: `${kek.toString("base64")}\n` }))).toEqual(kek);
  });

  test.each([
    "",
    "short",
    Buffer.alloc(31).toString("base64"),
    Buffer.alloc(33).toString("base64"),
    "ab".repeat(32),
  ])("%s as the KEK's credential is refused, and not quoted", (text) => {
    let message = "";
    try {
      receiveKek(credentials({ CHANCERY_KEK: text }));
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/32 bytes in base64/);
    expect(text !== "" && message.includes(text)).toBe(false);
  });

  test("a pipe wins over credentials", () => {
    const fd = open('{"DATABASE_URL":"from the pipe"}\n');
    const environment = credentials({ DATABASE_URL: "from a file" });
    environment["CHANCERY_SECRETS_FD"] = String(fd);
    expect(receiveSecrets(environment)).toEqual({ DATABASE_URL: "from the pipe" });
  });
});

test("a pipe that closes without a word ends the wait", () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      "--import",
      "tsx",
      "--eval",
      'import("./lib/runtime/read-secrets.ts").then((m) => m.receiveKek())',
    ],
    {
      env: { PATH: process.env.PATH, CHANCERY_KEK_FD: "3" } as unknown as NodeJS.ProcessEnv,
      stdio: ["ignore", "ignore", "pipe", openAndCloseAfter()],
      encoding: "utf8",
    },
  );
  expect(status).not.toBe(0);
  expect(stderr).toMatch(/only 0 arrived/);
});

const opened: number[] = [];
afterAll(() => opened.forEach((fd) => closeSync(fd)));
function openAndCloseAfter(): number {
  const fd = openSync("/dev/null", "r");
  opened.push(fd);
  return fd;
}
