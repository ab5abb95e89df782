import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

type CsrOptions = Readonly<{
  /** Null for an empty subject; the first name otherwise. */
  commonName?: string | null;
  /** `rsa:1024` or so; a new P-256 key otherwise. */
  key?: string;
  /** A further subjectAltName: `email:admin@example.com`. */
  extra?: string;
  /** A further extension: `extendedKeyUsage=clientAuth`. */
  extension?: string;
}>;

/** A CSR of openssl for these DNS names, in DER as base64url. */
export const makeCsr = async (names: readonly string[], options?: CsrOptions): Promise<string> =>
  (await makeCsrWithKey(names, options)).csr;

/** The same with its key. */
export async function makeCsrWithKey(
  names: readonly string[],
  { commonName = names[0] ?? null, key, extra, extension }: CsrOptions = {},
): Promise<Readonly<{ csr: string; keyPem: string }>> {
  const folder = mkdtempSync(join(tmpdir(), "chancery-csr-"));
  const alt = [...names.map((name) => `DNS:${name}`), ...(extra ? [extra] : [])];
  const algorithm = key === undefined ? ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] : [key];
  try {
    await run("openssl", [
      "req",
      "-new",
      "-newkey",
      ...algorithm,
      "-nodes",
      "-keyout",
      join(folder, "key.pem"),
      "-outform",
      "DER",
      "-out",
      join(folder, "csr.der"),
      "-subj",
      commonName === null ? "/" : `/CN=${commonName}`,
      ...(alt.length === 0 ? [] : ["-addext", `subjectAltName=${alt.join(",")}`]),
      ...(extension === undefined ? [] : ["-addext", extension]),
    ]);
    return {
      csr: readFileSync(join(folder, "csr.der")).toString("base64url"),
      keyPem: readFileSync(join(folder, "key.pem"), "utf8"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
