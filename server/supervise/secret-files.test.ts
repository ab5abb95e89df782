import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readSecretFiles, secretsInEnvironment } from "./secret-files";

const folder = mkdtempSync(join(tmpdir(), "chancery-secret-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const settings = (values: Record<string, string>) => values as unknown as NodeJS.ProcessEnv;
const file = (content: string): string => {
  const path = join(folder, "secret");
  writeFileSync(path, content);
  return path;
};
const names = [
  "DATABASE_URL",
  "DATABASE_OWNER_URL",
  "DATABASE_SIGNER_URL",
  "CHANCERY_ADMIN_PASSWORD",
];

test.each(names)("%s can be in a file, without the line end", (name) => {
  const path = file("a secret, with spaces \r\n");
  expect(readSecretFiles(settings({ [`${name}_FILE`]: path }))[name]).toBe(
    "a secret, with spaces ",
  );
});

test.each(names)("%s wins over its file", (name) => {
  const given = settings({ [name]: "variable", [`${name}_FILE`]: "/none" });
  expect(readSecretFiles(given)[name]).toBe("variable");
});

test.each(names)("a file of %s that can't be read is an error that names the variable", (name) => {
  expect(() => readSecretFiles(settings({ [`${name}_FILE`]: join(folder, "none") }))).toThrow(
    new RegExp(`${name}_FILE can't be read`),
  );
});

test.each([
  ["CHANCERY_KEK", "abc"],
  ["CHANCERY_ADMIN_PASSWORD", "a long password"],
  ["DATABASE_URL", "postgresql://chancery_app:p%40ss@db/chancery"],
  ["DATABASE_OWNER_URL", "postgres://owner@db/chancery?sslmode=require&password=p"],
])(
  "%s in the environment gives a warning that names its file form and not its value",
  (name, value) => {
    const [warning = "", ...others] = secretsInEnvironment(settings({ [name]: value }));
    expect(others).toEqual([]);
    expect(warning).toContain(`${name}_FILE`);
    expect(warning).not.toContain(value);
  },
);

test.each([
  "postgresql://chancery_app@db/chancery",
  "postgresql:///chancery?host=/run/postgresql",
  "postgresql://db:5432/chancery",
])("%s holds no password, so it gives no warning", (url) => {
  expect(secretsInEnvironment(settings({ DATABASE_URL: url }))).toEqual([]);
});
