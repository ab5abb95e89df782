import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { chooseServerUser, describeServerUser, nobody } from "./run-as";

const folder = mkdtempSync(join(tmpdir(), "chancery-run-as-"));
const passwd = join(folder, "passwd"),
  cluster = join(folder, "pg");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => rmSync(cluster, { recursive: true, force: true }));

const line = (name: string, uid: number) => `${name}:x:${uid}:${uid + 1}::/:/bin/false\n`;
const accounts = (...lines: string[]) =>
  writeFileSync(passwd, line("root", 0) + lines.join("") + line("nobody", 65_534));
const owned = (uid: number) => {
  mkdirSync(cluster);
  chownSync(cluster, uid, uid);
};

describe.runIf(process.getuid?.() === 0)("the user of PostgreSQL, started by root", () => {
  test("is the account chancery, else postgres, else the shared one", () => {
    accounts(line("postgres", 120), line("chancery", 130));
    expect(chooseServerUser(cluster, passwd)).toEqual({ uid: 130, gid: 131 });
    accounts(line("postgres", 120));
    expect(chooseServerUser(cluster, passwd)).toEqual({ uid: 120, gid: 121 });
    accounts();
    expect(chooseServerUser(cluster, passwd)).toEqual(nobody);
    expect(chooseServerUser(cluster, join(folder, "none"))).toEqual(nobody);
  });

  test.each([0, 65_534])(
    "a cluster of user %i goes to such an account, because other programs run as that user too",
    (uid) => {
      accounts(line("postgres", 120));
      owned(uid);
      expect(chooseServerUser(cluster, passwd)).toEqual({ uid: 120, gid: 121 });
    },
  );

  test("a cluster of another account stays with it", () => {
    accounts(line("postgres", 120));
    owned(777);
    expect(chooseServerUser(cluster, passwd)).toEqual({ uid: 777, gid: 777 });
  });

  test.each([
    ["an account of user 0", "chancery:x:0:0::/:/bin/sh\n"],
    ["a name that only begins alike", "postgresql:x:120:120::/:/bin/sh\n"],
    ["a damaged line", "postgres\n"],
  ])("%s is not used", (_what, text) => {
    accounts(text);
    expect(chooseServerUser(cluster, passwd)).toEqual(nobody);
  });

  test("the banner names it, and says what is wrong with the shared user", () => {
    accounts(line("postgres", 120));
    owned(120);
    expect(describeServerUser(cluster, passwd)).toBe(", as user postgres");
    chownSync(cluster, 65_534, 65_534);
    expect(describeServerUser(cluster, passwd)).toMatch(/nobody, which other programs/);
  });
});
