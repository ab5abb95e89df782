import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSpireGateway, type Spire, trustDomain } from "@/testing/gateway/spire-fixture";

// SPIRE and the programs that verify SVIDs are written in Go. cfssl verifies a chain with the library
// that they use, crypto/x509, which reads name constraints in its own way.
const run = promisify(execFile);
const isMissing = !existsSync("/usr/bin/cfssl") && !process.env["CI"];

let spire: Spire, caFile: string, caKey: string, rootFile: string;

beforeAll(async () => {
  if (isMissing) return;
  spire = await openSpireGateway();
  const { gateway } = spire;
  const made = await gateway.csr({ subject: "/O=SPIFFE", san: `URI:spiffe://${trustDomain}` });
  const csr = readFileSync(made.pemFile, "utf8");
  const { reply } = await spire.mint(spire.body({ csr }));
  if (reply.status !== 200) throw new Error(reply.body);
  const { certificate, ca_chain } = reply.json.data;
  [caFile, rootFile, caKey] = [
    gateway.file("go-ca.pem"),
    gateway.file("go-root.pem"),
    made.keyFile,
  ];
  writeFileSync(caFile, `${certificate}\n`);
  // What SPIRE trusts: the last of the chain.
  writeFileSync(rootFile, `${ca_chain.at(-1)}\n`);
});
afterAll(() => spire?.gateway.close());

let made = 0;

/** An SVID below the CA, or what else openssl signs with its key; its file and key. */
async function below(
  extensions: readonly string[],
  { issuer = caFile, issuerKey = caKey } = {},
): Promise<Readonly<{ certFile: string; keyFile: string }>> {
  const { gateway } = spire;
  const [certFile, keyFile, configFile] = ["pem", "key", "cnf"].map((end) =>
    gateway.file(`go-${made}.${end}`),
  ) as [string, string, string];
  made += 1;
  writeFileSync(configFile, `${extensions.join("\n")}\n`);
  await gateway.sh(
    `openssl ecparam -name prime256v1 -genkey -noout -out "$K"
     openssl req -new -key "$K" -subj "/C=US/O=SPIRE" -out "$F.csr"
     openssl x509 -req -in "$F.csr" -CA "$A" -CAkey "$AK" -days 1 -set_serial 0x$S -extfile "$C" -out "$F" 2>/dev/null`,
    { K: keyFile, F: certFile, A: issuer, AK: issuerKey, C: configFile, S: String(1000 + made) },
  );
  return { certFile, keyFile };
}
const usage = ["keyUsage=critical,digitalSignature", "extendedKeyUsage=serverAuth,clientAuth"];
const svid = (san: string) => below([`subjectAltName=${san}`, ...usage]);

/** What Go says: "accepted", or its reason. */
async function verdict(certFile: string, intermediates = caFile): Promise<string> {
  const files = ["-cert", certFile, "-ca-bundle", rootFile, "-int-bundle", intermediates];
  const { stdout, stderr } = await run("cfssl", ["bundle", ...files, "-loglevel", "5"]).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  const answer = JSON.parse(stdout || stderr) as { bundle?: string; message?: string };
  return answer.bundle === undefined ? (answer.message ?? "no reason") : "accepted";
}

describe.skipIf(isMissing)("Go, of what is signed with the CA of a client", () => {
  test.each([
    ["its workloads", `URI:spiffe://${trustDomain}/web`],
    ["the trust domain itself", `URI:spiffe://${trustDomain}`],
  ])("accepts an SVID of %s, with the root alone trusted", async (_what, san) => {
    expect(await verdict((await svid(san)).certFile)).toBe("accepted");
  });

  test.each([
    ["another trust domain", "URI:spiffe://evil.net/web"],
    ["a trust domain that ends like it", `URI:spiffe://not${trustDomain}/web`],
    ["a trust domain below it", `URI:spiffe://sub.${trustDomain}/web`],
    ["a trust domain above it", "URI:spiffe://com/web"],
    ["an address in a URI", "URI:spiffe://10.0.0.1/web"],
    ["a website", "DNS:www.example.com"],
    ["a host of its trust domain", `DNS:${trustDomain}`],
    ["its trust domain with a DNS name", `URI:spiffe://${trustDomain}/web,DNS:web.internal`],
    ["a mailbox", "email:alice@victim.org"],
    ["a mailbox of its trust domain", `email:alice@${trustDomain}`],
    ["an address", "IP:10.0.0.1"],
    ["an IPv6 address", "IP:2001:db8::1"],
    ["its trust domain with an address", `URI:spiffe://${trustDomain}/web,IP:127.0.0.1`],
  ])("refuses %s by the name constraints", async (_what, san) => {
    expect(await verdict((await svid(san)).certFile)).toMatch(
      /not authorized to sign for this name|URI with IP .* cannot be matched against constraints/,
    );
  });

  test("refuses what a CA below it signed, by the path length", async () => {
    const sub = await below([
      "basicConstraints=critical,CA:TRUE",
      "keyUsage=critical,keyCertSign",
      "subjectKeyIdentifier=hash",
      `subjectAltName=URI:spiffe://${trustDomain}`,
    ]);
    const by = { issuer: sub.certFile, issuerKey: sub.keyFile };
    const { certFile } = await below(
      [`subjectAltName=URI:spiffe://${trustDomain}/web`, ...usage],
      by,
    );
    const both = spire.gateway.file("go-both.pem");
    writeFileSync(both, readFileSync(sub.certFile, "utf8") + readFileSync(caFile, "utf8"));
    expect(await verdict(certFile, both)).toContain("too many intermediates");
  });

  test("refuses an SVID whose CA is none of Chancery's", async () => {
    const other = await below(
      [
        "basicConstraints=critical,CA:TRUE,pathlen:0",
        "keyUsage=critical,keyCertSign",
        `subjectAltName=URI:spiffe://${trustDomain}`,
      ],
      await selfSigned(),
    );
    const by = { issuer: other.certFile, issuerKey: other.keyFile };
    const { certFile } = await below(
      [`subjectAltName=URI:spiffe://${trustDomain}/web`, ...usage],
      by,
    );
    expect(await verdict(certFile, other.certFile)).toContain("signed by unknown authority");
  });
});

/** A root of someone else's. */
async function selfSigned() {
  const [issuer, issuerKey] = [
    spire.gateway.file("go-other.pem"),
    spire.gateway.file("go-other.key"),
  ];
  await spire.gateway.sh(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$K" -out "$F" -subj /CN=other -days 2 2>/dev/null`,
    { F: issuer, K: issuerKey },
  );
  return { issuer, issuerKey };
}
