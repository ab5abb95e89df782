import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runOrThrow, run, type RunResult } from "./run";

/** Keys that openssl can create. RSA 1024 is there to be rejected. */
export type Key = "ec:P-256" | "ec:P-384" | "ed25519" | "rsa:2048" | "rsa:1024";

/** A CSR that openssl created, as PEM, and the paths of its files. */
export type Csr = Readonly<{ pem: string; csrFile: string; keyFile: string }>;

const keyArgs: Readonly<Record<Key, readonly string[]>> = {
  "ec:P-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  "ec:P-384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
  ed25519: ["-newkey", "ed25519"],
  "rsa:2048": ["-newkey", "rsa:2048"],
  "rsa:1024": ["-newkey", "rsa:1024"],
};

const folder = mkdtempSync(join(tmpdir(), "chancery-openssl-"));
/** A path in the temporary folder of this run that no other file has. */
export const tempPath = (ending: string): string => join(folder, `${randomUUID()}${ending}`);

/** Writes a temporary file and returns its path. */
export function saveTempFile(text: string | Buffer, ending = ".pem"): string {
  const path = tempPath(ending);
  writeFileSync(path, text);
  return path;
}

/**
 * Creates a CSR for DNS names or email addresses, the first of them as the common name, with a new key
 * or with the one in `keyFile`.
 */
export async function createCsr(
  names: readonly string[],
  key: Key | { keyFile: string } = "ec:P-256",
): Promise<Csr> {
  const csrFile = tempPath(".csr");
  const keyFile = typeof key === "string" ? tempPath(".key") : key.keyFile;
  const keyOptions =
    typeof key === "string" ? [...keyArgs[key], "-nodes", "-keyout", keyFile] : ["-key", keyFile];
  const sans = names.map((name) => `${name.includes("@") ? "email" : "DNS"}:${name}`).join(",");
  await runOrThrow("openssl", [
    "req",
    "-new",
    ...keyOptions,
    "-out",
    csrFile,
    "-subj",
    `/CN=${names[0] ?? ""}`,
    "-addext",
    `subjectAltName=${sans}`,
  ]);
  return { pem: readFileSync(csrFile, "utf8"), csrFile, keyFile };
}

/** The same CSR with one bit of its signature inverted. */
export function breakSignature(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
  der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** A certificate with its chain as files. */
export type Files = Readonly<{ cert: string; chain: string; root: string; trust: string }>;

/** Writes a certificate, its chain and the root certificate to files. */
export function filesOf(pem: string, chainPem: string, rootPem: string): Files {
  return {
    cert: saveTempFile(pem),
    chain: saveTempFile(chainPem),
    root: saveTempFile(rootPem),
    trust: saveTempFile(`${rootPem}\n${chainPem}`),
  };
}

/** `openssl verify` along the chain to the root alone. */
export const verify = ({ cert, chain, root }: Files): Promise<RunResult> =>
  run("openssl", ["verify", "-x509_strict", "-CAfile", root, "-untrusted", chain, cert]);

/**
 * "good", "revoked" or "unknown" from `openssl ocsp`, after it verified the response; otherwise its
 * output.
 */
export async function queryOcsp({ cert, chain, trust }: Files, chancery: string): Promise<string> {
  const { all } = await run("openssl", [
    "ocsp",
    "-issuer",
    chain,
    "-cert",
    cert,
    "-url",
    `${chancery}/ocsp`,
    "-CAfile",
    trust,
  ]);
  const status = /: (good|revoked|unknown)$/m.exec(all)?.[1];
  return /Response verify OK/.test(all) && status !== undefined ? status : all;
}

/** The CRL of a CA as openssl prints it, after verifying its signature. */
export async function readCrl(
  { chain }: Files,
  chancery: string,
  slug = "issuing",
): Promise<string> {
  const answer = await fetch(`${chancery}/crl/${slug}.crl`);
  if (!answer.ok) throw new Error(`The CRL was answered with ${answer.status}.`);
  const file = saveTempFile(Buffer.from(await answer.arrayBuffer()), ".crl");
  const { code, all } = await run("openssl", [
    "crl",
    "-inform",
    "DER",
    "-in",
    file,
    "-noout",
    "-text",
    "-CAfile",
    chain,
  ]);
  if (code !== 0 || !/verify OK/.test(all)) throw new Error(all);
  return all;
}

/** The serial number as openssl prints it, upper-case hexadecimal without leading zeros. */
export async function serialOf(certFile: string): Promise<string> {
  const output = await runOrThrow("openssl", ["x509", "-in", certFile, "-noout", "-serial"]);
  return output.trim().replace("serial=", "").toUpperCase();
}
