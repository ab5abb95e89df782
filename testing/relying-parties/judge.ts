import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "@/testing/gateway/test-gateway";
import { freePorts } from "@/testing/free-ports";

/** Debian keeps servers where only root looks for them. */
const environment = {
  PATH: `${process.env["PATH"] ?? ""}:/usr/sbin`,
  LC_ALL: "C",
} as unknown as NodeJS.ProcessEnv;

export type Verdict = "accepted" | "refused";

/** A certificate with its key, in files. */
export type Leaf = Readonly<{
  /** The DNS name of the certificate. */
  host: string;
  /** Certificate and chain, without the root. */
  cert: string;
  key: string;
  certFile: string;
  keyFile: string;
  /** The certificate alone. */
  leafFile: string;
}>;

/** The files that Chancery serves, and what the programs need besides. */
export type Published = Readonly<{
  folder: string;
  root: string;
  issuing: string;
  /** Root and issuing CA: Apache verifies OCSP responses only with both. */
  trust: string;
  /** The CRLs of the chain in one PEM file. */
  crls: string;
  issuingCrl: string;
  rootCrl: string;
  ocspUrl: string;
  /** The certificate of the servers that check clients. */
  server: Leaf;
}>;

/** A program that decides about certificates by a CRL or by OCSP. */
export type Judge = Readonly<{
  name: string;
  by: "CRL" | "OCSP";
  /** Programs that it needs. */
  needs: readonly string[];
  /** False: it reports what OCSP says and does not look at the certificate's own times. */
  judgesTimes: boolean;
  judge: (published: Published, leaves: ReadonlyMap<string, Leaf>) => Promise<Verdicts>;
}>;
type Verdicts = ReadonlyMap<string, Verdict>;

/** Debian has Mbed TLS as a library alone, which a Python script calls. */
export const mbedTlsLibrary = "libmbedx509.so.1";

/** Whether a program or library is installed; where all tests have to run, every one has to be. */
export function isMissing(needed: string): boolean {
  if (process.env["CI"]) return false;
  const [program, ...args] = needed.includes(".so.")
    ? ["python3", "-c", `import ctypes; ctypes.CDLL("${needed}")`]
    : ["sh", "-c", `command -v ${needed}`];
  try {
    execFileSync(program, args, { stdio: "ignore", env: environment });
    return false;
  } catch {
    return true;
  }
}

const runFile = promisify(execFile);
type Ran = Readonly<{ code: number; text: string }>;

/** Runs a program; what it wrote, and how it ended. */
export async function run(program: string, args: readonly string[], cwd?: string): Promise<Ran> {
  try {
    const { stdout, stderr } = await runFile(program, args, { env: environment, cwd });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const failed = error as { code?: number | string; stdout?: string; stderr?: string };
    if (typeof failed.code !== "number") throw error;
    return { code: failed.code, text: `${failed.stdout ?? ""}${failed.stderr ?? ""}` };
  }
}

/** Asks about each leaf, one after the other. */
export const forEach =
  (ask: (published: Published, leaf: Leaf) => Promise<boolean>): Judge["judge"] =>
  async (published, leaves) => {
    const verdicts = new Map<string, Verdict>();
    for (const [state, leaf] of leaves)
      verdicts.set(state, (await ask(published, leaf)) ? "accepted" : "refused");
    return verdicts;
  };

export type ServerConfig = Readonly<{
  program: string;
  args: (folder: string) => readonly string[];
  /** Files by name; the server's folder and port come in. */
  files: (folder: string, port: number, published: Published) => Readonly<Record<string, string>>;
}>;

/** A server that checks the certificates of its clients; each leaf is presented with curl. */
export const byServer =
  ({ program, args, files }: ServerConfig): Judge["judge"] =>
  async (published, leaves) => {
    const [port = 0] = await freePorts(1);
    const folder = join(published.folder, `${program}-${port}`);
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files(folder, port, published)))
      writeFileSync(join(folder, name), text);
    let said = "";
    const child = spawn(program, args(folder), {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise<void>((done) => {
      child.once("close", () => done());
    });
    let over = false;
    void ended.then(() => (over = true));
    try {
      await until(() => over || answers(port));
      if (over) throw new Error(`${program} did not start: ${said}`);
      return await forEach(async (_, leaf) => {
        const { text } = await run("curl", [
          "-s",
          "-k",
          "-o",
          "/dev/null",
          "-w",
          "%{http_code}",
          "--max-time",
          "60",
          "--cert",
          leaf.certFile,
          "--key",
          leaf.keyFile,
          `https://127.0.0.1:${port}/`,
        ]);
        return text.trim() === "200";
      })(published, leaves);
    } finally {
      child.kill("SIGTERM");
      await ended;
    }
  };

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

export const serverPem = ({ server }: Published): string => server.cert + server.key;
