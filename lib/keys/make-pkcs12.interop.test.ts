import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCsr } from "./make-csr";
import { makeKey, exportPkcs8 } from "./make-key";
import { keyKinds, type KeyKind } from "./key-kinds";
import { keyPem } from "./key-files";
import { makePkcs12 } from "./make-pkcs12";

const folder = mkdtempSync(join(tmpdir(), "chancery-pkcs12-"));
const password = `Tr0ub4dor & "3' \\ $x`;
const openssl = (...args: string[]): string =>
  execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** A root, and a certificate for a new key, made with the product's CSR; all as files. */
async function makeFile(kind: KeyKind) {
  const { subtle } = globalThis.crypto;
  const at = (name: string) => join(folder, `${kind}-${name}`);
  const key = await makeKey(subtle, kind);
  const sans = [{ type: "dns" as const, value: "pay.example.com" }];
  writeFileSync(at("csr.pem"), await makeCsr(subtle, key, { commonName: "pay", sans }));
  const fresh = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj /CN=root";
  openssl("req", "-x509", ...fresh.split(" "), "-keyout", at("ca.key"), "-out", at("ca.pem"));
  const ca = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2"];
  openssl("x509", "-req", "-in", at("csr.pem"), ...ca, "-out", at("cert.pem"));
  const pkcs8 = await exportPkcs8(subtle, key);
  const der = (name: string) =>
    new Uint8Array(new X509Certificate(readFileSync(at(name), "utf8")).raw);
  const certificates = [der("cert.pem"), der("ca.pem")];
  const made = await makePkcs12(globalThis.crypto, {
    friendlyName: "pay.example.com",
    pkcs8,
    certificates,
    password,
  });
  writeFileSync(at("file.p12"), made);
  return { p12: at("file.p12"), key: keyPem(pkcs8), cert: readFileSync(at("cert.pem"), "utf8") };
}

const read = (p12: string, ...more: string[]): string =>
  openssl("pkcs12", "-in", p12, "-passin", `pass:${password}`, ...more);

describe.each(keyKinds)("a PKCS#12 file with a key of type %s", async (kind) => {
  const file = await makeFile(kind);

  test("opens in openssl with exactly that key and certificate, and the chain", () => {
    const keyText = read(file.p12, "-nocerts", "-nodes");
    expect(keyText.slice(keyText.indexOf("-----BEGIN"))).toBe(file.key);
    const leaf = read(file.p12, "-clcerts", "-nokeys");
    expect(leaf).toContain(file.cert.trim());
    expect(leaf).toContain("friendlyName: pay.example.com");
    expect(read(file.p12, "-cacerts", "-nokeys")).toMatch(/subject=CN = root/);
  });

  test("is encrypted with AES-256-CBC under PBKDF2 with SHA-256, has a MAC with SHA-256, and nothing older", () => {
    const info = execFileSync(
      "sh",
      [
        "-c",
        'openssl pkcs12 -in "$1" -passin "pass:$2" -info -noout 2>&1',
        "sh",
        file.p12,
        password,
      ],
      { encoding: "utf8" },
    );
    expect(info).toMatch(/MAC: sha256, Iteration 100000/);
    expect(
      info.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 600000, PRF hmacWithSHA256/g),
    ).toHaveLength(2);
    expect(info).not.toMatch(/RC2|3DES|DES-EDE|sha1/i);
  });

  test.each(["", "Tr0ub4dor", password.toLowerCase()])(
    "doesn't open with the password %j",
    (wrong) => {
      expect(() =>
        openssl("pkcs12", "-in", file.p12, "-passin", `pass:${wrong}`, "-nodes"),
      ).toThrow(/mac verify|invalid password|Mac verify/i);
    },
  );

  test("contains neither key nor certificate as they are", () => {
    const bytes = readFileSync(file.p12);
    const [, body = ""] = /-----BEGIN[^-]+-----([^-]+)/.exec(file.key) ?? [];
    expect(bytes.includes(Buffer.from(body, "base64").subarray(-32))).toBe(false);
    expect(bytes.includes("pay.example.com")).toBe(false);
  });
});
