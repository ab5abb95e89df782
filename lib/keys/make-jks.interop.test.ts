import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keyPem } from "./key-files";
import { keyKinds, type KeyKind } from "./key-kinds";
import { makeCsr } from "./make-csr";
import { makeJks } from "./make-jks";
import { exportPkcs8, makeKey } from "./make-key";

const hasJava = existsSync("/usr/bin/keytool") || Boolean(process.env["CI"]);
const folder = mkdtempSync(join(tmpdir(), "chancery-jks-"));
const password = `Tr0ub4dor & "3' \\ $x`;
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const keytool = (...args: string[]): string => run("keytool", "-J-Duser.language=en", ...args);

async function makeFile(kind: KeyKind) {
  const { subtle } = globalThis.crypto;
  const at = (name: string) => join(folder, `${kind}-${name}`);
  const key = await makeKey(subtle, kind);
  writeFileSync(at("csr.pem"), await makeCsr(subtle, key, { commonName: "pay", sans: [] }));
  const fresh =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj /CN=root";
  run("openssl", ...fresh.split(" "), "-keyout", at("ca.key"), "-out", at("ca.pem"));
  const ca = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2"];
  run("openssl", "x509", "-req", "-in", at("csr.pem"), ...ca, "-out", at("cert.pem"));
  const der = (name: string) =>
    new Uint8Array(new X509Certificate(readFileSync(at(name), "utf8")).raw);
  const pkcs8 = await exportPkcs8(subtle, key);
  const jks = await makeJks(globalThis.crypto, {
    alias: "Pay.Example.com",
    pkcs8,
    certificates: [der("cert.pem"), der("ca.pem")],
    password,
    salt: globalThis.crypto.getRandomValues(new Uint8Array(20)),
    createdAt: new Date("2026-12-01T00:00:00Z"),
  });
  writeFileSync(at("file.jks"), jks);
  return { at, jks, pkcs8, store: ["-keystore", at("file.jks"), "-storepass", password] };
}

describe.skipIf(!hasJava).each(keyKinds)("a JKS file with a key of type %s", async (kind) => {
  const file = hasJava ? await makeFile(kind) : null;

  test("opens in keytool as a key with its chain, and its key is exactly that one", () => {
    if (file === null) return;
    const list = keytool("-list", "-v", ...file.store);
    expect(list).toMatch(/Keystore type: JKS/);
    expect(list).toMatch(/Alias name: pay\.example\.com/);
    expect(list).toMatch(/Entry type: PrivateKeyEntry/);
    expect(list).toMatch(/Certificate chain length: 2/);
    const to = ["-destkeystore", file.at("out.p12"), "-deststoretype", "PKCS12"];
    keytool(
      "-importkeystore",
      "-srckeystore",
      file.at("file.jks"),
      "-srcstorepass",
      password,
      ...to,
      "-deststorepass",
      "changeit",
      "-noprompt",
    );
    const text = run(
      "openssl",
      "pkcs12",
      "-in",
      file.at("out.p12"),
      "-passin",
      "pass:changeit",
      "-nocerts",
      "-nodes",
    );
    const publicOf = (pem: string): string => {
      writeFileSync(file.at("key.pem"), pem);
      return run("openssl", "pkey", "-in", file.at("key.pem"), "-pubout");
    };
    expect(publicOf(text.slice(text.indexOf("-----BEGIN")))).toBe(publicOf(keyPem(file.pkcs8)));
  });

  test.each(["", "Tr0ub4dor", password.toLowerCase()])(
    "doesn't open with the password %j",
    (wrong) => {
      if (file === null) return;
      expect(() =>
        keytool("-list", "-keystore", file.at("file.jks"), "-storepass", wrong || "changeit"),
      ).toThrow(/Command failed/);
    },
  );

  test("is refused by keytool after any octet of it changed", () => {
    if (file === null) return;
    for (const place of [12, 60, file.jks.length - 1]) {
      const changed = Buffer.from(file.jks);
      changed[place] = (changed[place] ?? 0) ^ 1;
      writeFileSync(file.at("changed.jks"), changed);
      const store = ["-keystore", file.at("changed.jks"), "-storepass", password];
      expect(() => keytool("-list", ...store)).toThrow(/Command failed/);
    }
  });

  test("doesn't contain the key as it is", () => {
    if (file === null) return;
    const key = createPrivateKey({ key: Buffer.from(file.pkcs8), format: "der", type: "pkcs8" });
    const secret = Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url");
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(Buffer.from(file.pkcs8).includes(secret)).toBe(true);
    expect(Buffer.from(file.jks).includes(secret)).toBe(false);
  });
});
