import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mustRun, run, type Ran } from "./run";

/** Keys that openssl can make; RSA of 1024 bits is there to be refused. */
export type Key = "ec:P-256" | "ec:P-384" | "ed25519" | "rsa:2048" | "rsa:1024";

/** A signing request that openssl made, as PEM, and where it and its key lie. */
export type Request = Readonly<{ pem: string; csrFile: string; keyFile: string }>;

const keyArgs: Readonly<Record<Key, readonly string[]>> = {
  "ec:P-256": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
  "ec:P-384": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
  ed25519: ["-newkey", "ed25519"],
  "rsa:2048": ["-newkey", "rsa:2048"],
  "rsa:1024": ["-newkey", "rsa:1024"],
};

const folder = mkdtempSync(join(tmpdir(), "chancery-openssl-"));
/** A file of this run that nobody else has. */
export const scratch = (ending: string): string => join(folder, `${randomUUID()}${ending}`);

/** Writes a text into a file of this run and names it. */
export function keep(text: string | Buffer, ending = ".pem"): string {
  const path = scratch(ending);
  writeFileSync(path, text);
  return path;
}

/** A request for DNS names or mailboxes, the first of them the common name; with a new key, or with the one in `keyFile`. */
export async function makeRequest(
  names: readonly string[],
  key: Key | { keyFile: string } = "ec:P-256",
): Promise<Request> {
  const csrFile = scratch(".csr"),
    keyFile = typeof key === "string" ? scratch(".key") : key.keyFile;
  const made =
    typeof key === "string" ? [...keyArgs[key], "-nodes", "-keyout", keyFile] : ["-key", keyFile];
  const sans = names.map((name) => `${name.includes("@") ? "email" : "DNS"}:${name}`).join(",");
  await mustRun("openssl", [
    "req",
    "-new",
    ...made,
    "-out",
    csrFile,
    "-subj",
    `/CN=${names[0] ?? ""}`,
    "-addext",
    `subjectAltName=${sans}`,
  ]);
  return { pem: readFileSync(csrFile, "utf8"), csrFile, keyFile };
}

/** The same request with one bit of its signature turned over. */
export function breakSignature(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
  der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** A certificate with its chain as files, to be looked at from outside. */
export type Files = Readonly<{ cert: string; chain: string; root: string; trust: string }>;

/** Puts a certificate, its chain and the root into files. */
export function filesOf(pem: string, chainPem: string, rootPem: string): Files {
  return {
    cert: keep(pem),
    chain: keep(chainPem),
    root: keep(rootPem),
    trust: keep(`${rootPem}\n${chainPem}`),
  };
}

/** `openssl verify` along the chain to the root alone. */
export const verify = ({ cert, chain, root }: Files): Promise<Ran> =>
  run("openssl", ["verify", "-x509_strict", "-CAfile", root, "-untrusted", chain, cert]);

/** "good", "revoked" or "unknown" as `openssl ocsp` says it, after it has verified the answer; else everything that it printed. */
export async function askOcsp({ cert, chain, trust }: Files, chancery: string): Promise<string> {
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

/** The issuing authority's CRL as openssl prints it, after its signature was verified. */
export async function readCrl(
  { chain }: Files,
  chancery: string,
  slug = "issuing",
): Promise<string> {
  const answer = await fetch(`${chancery}/crl/${slug}.crl`);
  if (!answer.ok) throw new Error(`The CRL was answered with ${answer.status}.`);
  const file = keep(Buffer.from(await answer.arrayBuffer()), ".crl");
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
  const said = await mustRun("openssl", ["x509", "-in", certFile, "-noout", "-serial"]);
  return said.trim().replace("serial=", "").toUpperCase();
}
