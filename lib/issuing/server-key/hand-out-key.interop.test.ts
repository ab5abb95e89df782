import { execFileSync } from "node:child_process";
import { webcrypto } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keyKinds } from "@/lib/keys/key-kinds";
import { makeCsr } from "@/lib/keys/make-csr";
import { makeKey } from "@/lib/keys/make-key";
import { handOutKey } from "./hand-out-key";

const folder = mkdtempSync(join(tmpdir(), "chancery-server-key-"));
const { subtle } = webcrypto as unknown as Pick<Crypto, "subtle">;
const password = `Tr0ub4dor & "3' x`;
const openssl = (...args: string[]): string =>
  execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

test.each(keyKinds)(
  "openssl opens the PKCS#12 file of a key of type %s, and with no other password",
  async (kind) => {
    const at = (name: string) => join(folder, `${kind}-${name}`);
    const key = await makeKey(subtle, kind);
    const sans = [{ type: "dns" as const, value: "pay.example.com" }];
    writeFileSync(at("csr.pem"), await makeCsr(subtle, key, { commonName: null, sans }));
    const { privateKeyPem } = await handOutKey(key, none, undefined);
    writeFileSync(at("key.pem"), privateKeyPem ?? "");
    const self = [
      "-in",
      at("csr.pem"),
      "-key",
      at("key.pem"),
      "-days",
      "2",
      "-out",
      at("leaf.pem"),
    ];
    openssl("x509", "-req", ...self);
    const pem = readFileSync(at("leaf.pem"), "utf8");
    const { privateKeyPkcs12 } = await handOutKey(key, { ...none, pem }, password);
    writeFileSync(at("file.p12"), Buffer.from(privateKeyPkcs12 ?? "", "base64"));
    const read = (word: string, ...more: string[]) =>
      openssl("pkcs12", "-in", at("file.p12"), "-passin", `pass:${word}`, ...more);
    const opened = read(password, "-nocerts", "-nodes");
    expect(opened.slice(opened.indexOf("-----BEGIN")).trim()).toBe(privateKeyPem?.trim());
    expect(() => read("another password", "-nocerts", "-nodes")).toThrow(/mac verify/i);
  },
);

const none = { pem: null, chainPem: "", commonName: "pay.example.com" };
