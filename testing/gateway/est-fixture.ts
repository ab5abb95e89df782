import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import type { Database } from "@/lib/db/database";
import { createEnrollmentSecret } from "@/lib/enrollment/create-enrollment-secret";
import type { CreatedEnrollmentSecret, EnrollmentSecretInput } from "@/lib/enrollment/schema";
import type { EntryRecord } from "@/lib/log/types";
import { system } from "@/testing/actors";
import { createTestIdentity } from "@/testing/ca/create-test-ca";
import { openTestGateway, type TestGateway } from "./test-gateway";

const run = promisify(execFile);

export type EstAnswer = Readonly<{ status: number; headers: string; body: string }>;
type Files = Readonly<{ certFile: string; keyFile: string }>;
export type Ask = Readonly<{
  /** Below /.well-known/est/. */
  path: string;
  secret?: Readonly<{ id: string; secret: string | null }>;
  /** The client's certificate; the request goes to the mTLS port. */
  client?: Files;
  /** The port that is asked; that of the credential by default. */
  at?: string;
  /** The file that is sent, as it is. */
  file?: string;
  method?: string;
  type?: string;
  headers?: readonly string[];
  /** More for curl. */
  args?: readonly string[];
}>;
export type Asked = Readonly<{ result: EstAnswer; entries: EntryRecord[] }>;
export type MadeCsr = Readonly<{ file: string; keyFile: string; pemFile: string }>;
type CsrOptions = Readonly<{
  subject?: string;
  /** As openssl has it: `DNS:a.example.com,IP:10.0.0.1`. */
  san?: string;
  /** For `-newkey`. */
  newKey?: readonly string[];
  /** A key that is there already. */
  keyFile?: string;
  /** Lines for the section of attributes. */
  attributes?: readonly string[];
}>;

/** A gateway at which machines enroll over EST, with curl and openssl. */
export type EstGateway = TestGateway &
  Readonly<{
    /** A service that holds these names; its ID. */
    service: (name: string, names: readonly string[]) => Promise<string>;
    secretFor: (
      identityId: string,
      over?: Partial<EnrollmentSecretInput>,
    ) => Promise<CreatedEnrollmentSecret>;
    /** Runs a shell script in the gateway's folder, as a person pastes it. */
    sh: (script: string, env?: Readonly<Record<string, string>>) => Promise<string>;
    /** A CSR by openssl: base64 of its DER, its PEM and its key in files. */
    csr: (options: CsrOptions) => Promise<MadeCsr>;
    ask: (ask: Ask) => Promise<EstAnswer>;
    /** The certificate of an answer in a file, with the key it was requested for. */
    save: (answer: EstAnswer, keyFile: string) => Promise<Files>;
    /** The entries that were written while `work` ran. */
    during: <T>(work: () => Promise<T>) => Promise<Readonly<{ result: T; entries: EntryRecord[] }>>;
    /** `ask` with the entries that it wrote. */
    asked: (ask: Ask) => Promise<Asked>;
  }>;

export async function openEstGateway(database?: (db: Database) => Database): Promise<EstGateway> {
  const gateway = await openTestGateway(database === undefined ? {} : { database });
  const { harness, file, folder } = gateway;
  const fresh = (what: string): string => file(`${randomBytes(6).toString("hex")}.${what}`);
  const sh: EstGateway["sh"] = async (script, env = {}) => {
    const { stdout } = await run("sh", ["-ec", script], {
      cwd: folder,
      env: { ...process.env, ...env },
    });
    return stdout;
  };
  const during: EstGateway["during"] = async (work) => {
    const before = (await gateway.entries()).length;
    const result = await work();
    const entries = (await gateway.entries()).slice(before);
    // Alerts and other jobs of the gateway write entries of their own meanwhile.
    return { result, entries: entries.filter(({ actor }) => actor.kind !== "system") };
  };
  return {
    ...gateway,
    sh,
    during,
    asked: (one) => during(() => ask(gateway, one)),
    service: (name, names) => createTestIdentity(harness.deps, name, names),
    secretFor: async (identityId, over = {}) => {
      const wish = { profile: "tls-server", uses: 1, expiresInMinutes: 60, networks: [], ...over };
      return (await createEnrollmentSecret(harness.deps, system, identityId, wish)).result;
    },
    csr: (options) => makeCsrFiles(fresh, options),
    ask: (one) => ask(gateway, one),
    save: async ({ body }, keyFile) => {
      const certFile = fresh("crt");
      writeFileSync(`${certFile}.b64`, body);
      await sh(
        `openssl base64 -d -in "$F.b64" | openssl pkcs7 -inform DER -print_certs | sed '/^\\(subject\\|issuer\\|$\\)/d' > "$F"`,
        { F: certFile },
      );
      return { certFile, keyFile };
    },
  };
}

async function makeCsrFiles(
  fresh: (what: string) => string,
  { subject = "/", san, newKey, keyFile, attributes = [] }: CsrOptions,
): Promise<MadeCsr> {
  const [key, config, pemFile, file] = [
    keyFile ?? fresh("key"),
    fresh("cnf"),
    fresh("pem"),
    fresh("b64"),
  ];
  const lines = [
    "[req]",
    "distinguished_name = dn",
    "prompt = no",
    ...(attributes.length > 0 ? ["attributes = more"] : []),
    "[dn]",
    "[more]",
    ...attributes,
  ];
  writeFileSync(config, `${lines.join("\n")}\n`);
  const made = newKey ?? ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  await run("openssl", [
    "req",
    "-new",
    "-config",
    config,
    ...(keyFile === undefined ? ["-newkey", ...made, "-nodes", "-keyout", key] : ["-key", keyFile]),
    "-subj",
    subject,
    ...(san === undefined ? [] : ["-addext", `subjectAltName=${san}`]),
    "-out",
    pemFile,
  ]);
  await run("sh", [
    "-ec",
    `openssl req -in "$1" -outform DER | openssl base64 > "$2"`,
    "sh",
    pemFile,
    file,
  ]);
  return { file, keyFile: key, pemFile };
}

async function ask(
  gateway: TestGateway,
  { path, secret, client, at, file, method, type = "application/pkcs10", headers = [], args }: Ask,
): Promise<EstAnswer> {
  const base = at ?? (client === undefined ? gateway.httpsUrl() : gateway.mtlsUrl());
  const { stdout } = await run(
    "curl",
    [
      "-sS",
      "-i",
      "--path-as-is",
      "--max-time",
      "20",
      "--cacert",
      gateway.rootFile,
      ...(method === undefined ? [] : ["-X", method]),
      ...(secret === undefined ? [] : ["-u", `${secret.id}:${secret.secret ?? ""}`]),
      ...(client === undefined ? [] : ["--cert", client.certFile, "--key", client.keyFile]),
      ...(file === undefined
        ? []
        : ["--data-binary", `@${file}`, "-H", `Content-Type: ${type}`, "-H", "Expect:"]),
      ...headers.flatMap((header) => ["-H", header]),
      ...(args ?? []),
      `${base}/.well-known/est/${path}`,
    ],
    { maxBuffer: 4 * 1024 * 1024 },
  );
  const end = stdout.indexOf("\r\n\r\n");
  const head = stdout.slice(0, end);
  return {
    status: Number(/^HTTP\/\S+ (\d+)/.exec(head)?.[1]),
    headers: head.toLowerCase(),
    body: stdout.slice(end + 4),
  };
}

/** The text of a file of the fixture. */
export const textOf = (file: string): string => readFileSync(file, "utf8");

/** `403 est.other-profile`, and what is wrong if it isn't recorded once or something was planned. */
export function refusalOf({ result, entries }: Asked): string {
  const code = /^Code: ([\w.-]+)\. Request: req_/m.exec(result.body)?.[1] ?? "without a code";
  const isText = result.headers.includes("content-type: text/plain; charset=utf-8");
  const refused = entries.filter(({ outcome }) => outcome !== "success");
  const isRecorded = refused.length === 1 && JSON.stringify(refused).includes(code);
  const isPlanned = entries.some(({ action }) => action === "certificate.planned");
  return [
    `${result.status} ${code}`,
    ...(isText ? [] : ["not as text"]),
    ...(isRecorded ? [] : [`${refused.length} entries`]),
    ...(isPlanned ? ["a certificate was planned"] : []),
  ].join(", ");
}
