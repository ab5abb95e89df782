import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";

// Unmodified clients: a first certificate, renewal, revocation, and a refusal that their users read.
const isInstalled = (name: string): boolean =>
  existsSync(`/usr/bin/${name}`) || Boolean(process.env["CI"]);
const names = (client: string) => [`${client}.example.com`, `www.${client}.example.com`];

let gateway: AcmeGateway;
beforeAll(async () => {
  gateway = await openAcmeGateway();
});
afterAll(() => gateway?.close());

/** The certificates of an identity in the database, oldest first. */
const issuedFor = (identityId: string) =>
  gateway.harness.asSuper(
    "select encode(serial, 'hex') as serial, state, revocation_reason as reason from certificate where identity_id = $1 order by created_at, id",
    [identityId],
  );
const certificateIn = (...path: string[]): X509Certificate =>
  new X509Certificate(readFileSync(join(...path)));
const serialOf = ({ serialNumber }: X509Certificate): string => serialNumber.toLowerCase();
/** What a client prints when it fails. */
const failure = async (run: Promise<string>): Promise<string> =>
  run.then(
    () => "it succeeded",
    (error: unknown) => String(error),
  );

/** Entries about what an identity's accounts did: their actions, and how each name was authorized. */
async function ordersOf(identityId: string) {
  const orders = (await gateway.entriesOf("acme.order-issued")).filter(
    ({ actor }) => actor.label === `ACME account of ${identityId}`,
  );
  // acme-tiny asks for the names in any order.
  return orders.map(({ details }) =>
    (details["names"] as { name: string }[]).toSorted((one, other) =>
      one.name < other.name ? -1 : 1,
    ),
  );
}
const held = (client: string) =>
  names(client).map((name) => ({ name: `dns:${name}`, authorizedBy: `held by DNS:${name}` }));

describe.skipIf(!isInstalled("dehydrated"))("dehydrated", () => {
  const dehydrated = (home: string, ...args: readonly string[]): Promise<string> =>
    gateway.client("dehydrated", ["-f", join(home, "config"), ...args]);
  function configure(name: string, { kid, hmacKey, directory }: Binding): string {
    const home = gateway.home(name);
    mkdirSync(join(home, "challenges"), { recursive: true });
    writeFileSync(
      join(home, "config"),
      [
        `CA="${directory}"`,
        `BASEDIR="${home}"`,
        `WELLKNOWN="${home}/challenges"`,
        `EAB_KID="${kid}"`,
        `EAB_HMAC_KEY="${hmacKey}"`,
      ].join("\n"),
    );
    return home;
  }

  test("dehydrated enrolls with a one-time secret, renews and revokes", async () => {
    const identity = await gateway.service("dehydrated", names("dehydrated"));
    const home = configure("dehydrated", await gateway.secretFor(identity));
    await dehydrated(home, "--register", "--accept-terms");
    await dehydrated(home, "-c", "-d", names("dehydrated").join(" "));
    const file = ["certs", "dehydrated.example.com", "cert.pem"];
    const first = certificateIn(home, ...file);
    await dehydrated(home, "-c", "-x", "-d", names("dehydrated").join(" "));
    const second = certificateIn(home, ...file);
    await dehydrated(home, "--revoke", join(home, ...file));
    expect(await issuedFor(identity)).toMatchObject([
      { serial: serialOf(first), state: "issued" },
      { serial: serialOf(second), state: "revoked" },
    ]);
    expect(await ordersOf("dehydrated")).toEqual([held("dehydrated"), held("dehydrated")]);
  });
  test("dehydrated shows why a name is refused, and why a secret that is used up", async () => {
    const identity = await gateway.service("dehydrated refused", ["refused-d.example.com"]);
    const secret = await gateway.secretFor(identity);
    const home = configure("dehydrated-refused", secret);
    await dehydrated(home, "--register", "--accept-terms");
    expect(await failure(dehydrated(home, "-c", "-d", "other.example.com"))).toContain(
      "dehydrated refused doesn't hold other.example.com. Ask an administrator or operator to add the name",
    );
    const again = configure("dehydrated-again", secret);
    expect(await failure(dehydrated(again, "--register", "--accept-terms"))).toContain(
      "This enrollment secret was used already. If that wasn't you, revoke what it got.",
    );
    expect(await issuedFor(identity)).toEqual([]);
  });
});

type Binding = Readonly<{ kid: string; hmacKey: string; directory: string }>;

/** uacme trusts the system's roots alone: it runs where they and the test's root are in that file. */
function uacme(home: string, directory: string, ...args: readonly string[]): Promise<string> {
  const system = "/etc/ssl/certs/ca-certificates.crt";
  const script = `cat ${system} "$ROOT" > "$HOME/roots.pem"; mount --bind "$HOME/roots.pem" ${system}; exec "$@"`;
  const own = ["uacme", "-v", "-c", join(home, "uacme"), "-a", directory, ...args];
  return gateway.client("unshare", ["-rm", "sh", "-ec", script, "sh", ...own], {
    ROOT: gateway.rootFile,
    HOME: home,
  });
}

describe.skipIf(!isInstalled("uacme"))("uacme", () => {
  test("uacme enrolls with a one-time secret, renews and revokes", async () => {
    const identity = await gateway.service("uacme", names("uacme"));
    const { kid, hmacKey, directory } = await gateway.secretFor(identity);
    const home = gateway.home("uacme");
    await uacme(home, directory, "-e", `${kid}:${hmacKey}`, "-y", "new", "ops@example.com");
    await uacme(home, directory, "-o", "issue", ...names("uacme"));
    const file = [home, "uacme", "uacme.example.com", "cert.pem"];
    const first = certificateIn(...file);
    const early = await failure(uacme(home, directory, "-o", "issue", ...names("uacme")));
    expect(early).toContain("skipping");
    await uacme(home, directory, "-o", "-f", "issue", ...names("uacme"));
    const second = certificateIn(...file);
    await uacme(home, directory, "revoke", join(...file));
    expect(await issuedFor(identity)).toMatchObject([
      { serial: serialOf(first), state: "issued" },
      { serial: serialOf(second), state: "revoked" },
    ]);
    expect(await ordersOf("uacme")).toEqual([held("uacme"), held("uacme")]);
  });
  test("uacme shows why a name is refused, and asks for credentials without a binding", async () => {
    const identity = await gateway.service("uacme refused", ["refused-u.example.com"]);
    const { kid, hmacKey, directory } = await gateway.secretFor(identity);
    const home = gateway.home("uacme-refused");
    expect(await failure(uacme(home, directory, "-y", "new"))).toContain(
      "this ACME server requires external credentials, please supply them with -e KEYID:KEY",
    );
    await uacme(home, directory, "-e", `${kid}:${hmacKey}`, "-y", "new");
    expect(await failure(uacme(home, directory, "-o", "issue", "other.example.com"))).toContain(
      "uacme refused doesn't hold other.example.com. Ask an administrator or operator to add the name",
    );
    expect(await issuedFor(identity)).toEqual([]);
  });
});

describe.skipIf(!isInstalled("acme-tiny") || !isInstalled("uacme"))("acme-tiny", () => {
  const csr = `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$2" -addext "subjectAltName=DNS:$2,DNS:www.$2"`;
  const tiny = (home: string, directory: string, name: string): Promise<string> =>
    gateway.client("sh", [
      "-ec",
      `cd "$1"; ${csr.replaceAll("$1", "request").replaceAll("$2", name)} 2>/dev/null
       acme-tiny --account-key uacme/private/key.pem --csr request.csr --acme-dir . --directory-url "$2" > cert.pem`,
      "sh",
      home,
      directory,
    ]);

  test("acme-tiny uses an account that uacme created: a certificate, another one at renewal, and the reason of a refusal; uacme revokes", async () => {
    const identity = await gateway.service("tiny", names("tiny"));
    const { kid, hmacKey, directory } = await gateway.secretFor(identity);
    const home = gateway.home("tiny");
    await uacme(home, directory, "-t", "RSA", "-e", `${kid}:${hmacKey}`, "-y", "new");
    await tiny(home, directory, "tiny.example.com");
    const first = certificateIn(home, "cert.pem");
    await tiny(home, directory, "tiny.example.com");
    const second = certificateIn(home, "cert.pem");
    await uacme(home, directory, "revoke", join(home, "cert.pem"));
    expect(await issuedFor(identity)).toMatchObject([
      { serial: serialOf(first), state: "issued" },
      { serial: serialOf(second), state: "revoked" },
    ]);
    expect(await failure(tiny(home, directory, "other.example.com"))).toContain(
      "tiny doesn't hold other.example.com. Ask an administrator or operator to add the name",
    );
    expect(await ordersOf("tiny")).toEqual([held("tiny"), held("tiny")]);
  });
});

describe("acme-client of npm", () => {
  const script = (name: string): string => join(import.meta.dirname, "../../testing/gateway", name);
  const run = (home: string, { kid, hmacKey, directory }: Binding, ...args: readonly string[]) =>
    gateway.client(process.execPath, [script("npm-acme-client.mjs"), home, ...args], {
      NODE_EXTRA_CA_CERTS: gateway.rootFile,
      DIRECTORY: directory,
      KID: kid,
      HMAC: hmacKey,
    });

  test("acme-client enrolls with a one-time secret, renews and revokes", async () => {
    const identity = await gateway.service("npm", names("npm"));
    const secret = await gateway.secretFor(identity);
    const home = gateway.home("npm");
    await run(home, secret, "issue", ...names("npm"));
    const first = certificateIn(home, "cert.pem");
    await run(home, secret, "issue", ...names("npm"));
    const second = certificateIn(home, "cert.pem");
    await run(home, secret, "revoke");
    expect(await issuedFor(identity)).toMatchObject([
      { serial: serialOf(first), state: "issued" },
      { serial: serialOf(second), state: "revoked" },
    ]);
    expect(await ordersOf("npm")).toEqual([held("npm"), held("npm")]);
    expect(readdirSync(home)).toContain("account.pem");
  });
  test("acme-client throws the reason why a name is refused, and why a secret that is used up", async () => {
    const identity = await gateway.service("npm refused", ["refused-n.example.com"]);
    const secret = await gateway.secretFor(identity);
    const home = gateway.home("npm-refused");
    expect(await failure(run(home, secret, "issue", "other.example.com"))).toContain(
      "Error: npm refused doesn't hold other.example.com. Ask an administrator or operator",
    );
    const other = gateway.home("npm-again");
    expect(await failure(run(other, secret, "issue", "refused-n.example.com"))).toContain(
      "Error: This enrollment secret was used already.",
    );
    expect(await issuedFor(identity)).toEqual([]);
  });
});
