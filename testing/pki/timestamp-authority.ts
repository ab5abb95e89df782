import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Kind = "ec" | "rsa" | "no-usage" | "usage-not-critical" | "second-usage" | "expired";

/** What is sent instead of openssl's reply; null to send that. */
type ReplaceReply = (
  query: Uint8Array,
  reply: Uint8Array,
) => { status?: number; type?: string; body: Uint8Array } | null;
type ReplyServer = Readonly<{ url: string; asked: () => number; close: () => Promise<void> }>;

/**
 * A time-stamping authority made with openssl, and an HTTP server of the test around `openssl ts
 * -reply`.
 */
export type TestTimestampAuthority = Readonly<{
  folder: string;
  /** The root, PEM: what a verifier trusts. */
  rootPem: string;
  rootDer: Uint8Array;
  openssl: (...args: string[]) => Buffer;
  /** The bytes of a file in the folder. */
  read: (file: string) => Uint8Array;
  /**
   * Makes the key and certificate of a kind, if they are not there yet: KIND.key, KIND.pem and
   * KIND.cnf.
   */
  make: (kind: Kind) => void;
  /** Answers one request (DER), as openssl does. */
  reply: (query: Uint8Array, kind?: Kind) => Uint8Array;
  /** Serves it; `answer` may replace what is sent. */
  serve: (answer?: ReplaceReply) => Promise<ReplyServer>;
  remove: () => void;
}>;

const algorithms: Readonly<Record<string, readonly string[]>> = {
  ec: ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
  rsa: ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
};
const usages: Readonly<Record<Kind, string>> = {
  ec: "critical,timeStamping",
  rsa: "critical,timeStamping",
  expired: "critical,timeStamping",
  "no-usage": "critical,codeSigning",
  "usage-not-critical": "timeStamping",
  "second-usage": "critical,timeStamping,codeSigning",
};

/** Makes a root and, when first asked for, a signing certificate of each kind. */
export function makeTimestampAuthority(name = "Example Time"): TestTimestampAuthority {
  const folder = mkdtempSync(join(tmpdir(), "chancery-time-"));
  const openssl = (...args: string[]): Buffer =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  makeRoot(openssl, name);
  const read = (file: string): Uint8Array => new Uint8Array(readFileSync(join(folder, file)));
  const made = new Set<Kind>();
  const make = (kind: Kind): void => {
    if (made.has(kind)) return;
    made.add(kind);
    makeSigner({ openssl, folder, name }, kind);
  };
  let counter = 0;
  const reply = (query: Uint8Array, kind: Kind = "ec"): Uint8Array => {
    make(kind);
    const file = `query-${++counter}.tsq`;
    writeFileSync(join(folder, file), query);
    openssl(
      "ts",
      "-reply",
      "-config",
      `${kind}.cnf`,
      "-section",
      "tsa",
      "-queryfile",
      file,
      "-out",
      `${file}.tsr`,
    );
    return read(`${file}.tsr`);
  };
  return {
    folder,
    openssl,
    reply,
    read,
    make,
    rootPem: readFileSync(join(folder, "root.pem"), "utf8"),
    rootDer: new Uint8Array(openssl("x509", "-in", "root.pem", "-outform", "DER")),
    serve: (answer = () => null) => serveReplies(reply, answer),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

type Openssl = TestTimestampAuthority["openssl"];

function makeRoot(openssl: Openssl, name: string): void {
  openssl(
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-keyout",
    "root.key",
    "-out",
    "root.pem",
    "-days",
    "3650",
    "-subj",
    `/O=Example/CN=${name} Root`,
    "-addext",
    "basicConstraints=critical,CA:TRUE",
    "-addext",
    "keyUsage=critical,keyCertSign,cRLSign",
  );
}

/** Makes KIND.key, KIND.pem and KIND.cnf in the folder. */
function makeSigner(
  { openssl, folder, name }: Readonly<{ openssl: Openssl; folder: string; name: string }>,
  kind: Kind,
): void {
  openssl(
    "genpkey",
    "-algorithm",
    ...(algorithms[kind] ?? algorithms["ec"]!),
    "-out",
    `${kind}.key`,
  );
  openssl(
    "req",
    "-new",
    "-key",
    `${kind}.key`,
    "-out",
    `${kind}.csr`,
    "-subj",
    `/O=Example/CN=${name} ${kind}`,
  );
  writeFileSync(
    join(folder, `${kind}.ext`),
    `basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=${usages[kind]}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n`,
  );
  openssl(
    "x509",
    "-req",
    "-in",
    `${kind}.csr`,
    "-CA",
    "root.pem",
    "-CAkey",
    "root.key",
    "-CAcreateserial",
    "-days",
    kind === "expired" ? "-1" : "30",
    "-extfile",
    `${kind}.ext`,
    "-out",
    `${kind}.pem`,
  );
  writeFileSync(join(folder, `${kind}.cnf`), configOf(folder, kind));
}

async function serveReplies(
  reply: (query: Uint8Array) => Uint8Array,
  answer: ReplaceReply,
): Promise<ReplyServer> {
  let asked = 0;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      asked += 1;
      const query = new Uint8Array(Buffer.concat(pieces));
      const own = reply(query);
      const other = answer(query, own);
      response
        .writeHead(other?.status ?? 200, {
          "content-type": other?.type ?? "application/timestamp-reply",
        })
        .end(other?.body ?? own);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked: () => asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function configOf(folder: string, kind: Kind): string {
  return `[tsa]
dir = ${folder}
serial = $dir/serial-${kind}
crypto_device = builtin
signer_cert = $dir/${kind}.pem
signer_key = $dir/${kind}.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
`;
}
