import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openAcmeGateway, type AcmeGateway } from "@/testing/gateway/acme-fixture";
import { openShell, readClientPage } from "@/testing/gateway/client-page";

// People copy the commands of docs/clients: each page is run as it stands, with another name.
let gateway: AcmeGateway;
beforeAll(async () => {
  gateway = await openAcmeGateway();
});
afterAll(() => gateway?.close());

const isMissing = (...programs: readonly string[]): boolean =>
  !process.env["CI"] && programs.some((name) => !existsSync(`/usr/bin/${name}`));

/** uacme trusts the system's roots alone: it runs where the test's root is one of them. */
const system = "/etc/ssl/certs/ca-certificates.crt";
const withRoot = [
  "unshare",
  "-rm",
  "sh",
  "-ec",
  `cat ${system} root.pem > roots.pem; mount --bind roots.pem ${system}; exec "$@"`,
  "sh",
];

/** What a client needs besides its page: folders of its own instead of the system's, libraries. */
const preparations: Readonly<Record<string, (home: string) => void>> = {
  certbot: (home) => {
    const config = join(home, ".config/letsencrypt");
    mkdirSync(config, { recursive: true });
    const folders = ["config", "work", "logs"].map((name) => `${name}-dir = ${home}/${name}\n`);
    writeFileSync(join(config, "cli.ini"), folders.join(""));
  },
  "acme-client": (home) => {
    symlinkSync(join(import.meta.dirname, "../../node_modules"), join(home, "node_modules"));
    writeFileSync(
      join(home, "enroll.mjs"),
      readClientPage("acme-client", "acme-client.example.com").block("js"),
    );
  },
};

/** The certificates of an identity, oldest first. */
const statesOf = async (identityId: string): Promise<unknown[]> => {
  const rows = await gateway.harness.asSuper(
    "select state from certificate where identity_id = $1 order by created_at, id",
    [identityId],
  );
  return rows.map(({ state }) => state);
};

describe.each([
  ["certbot", ["certbot"]],
  ["lego", ["lego"]],
  ["dehydrated", ["dehydrated"]],
  ["uacme", ["uacme"]],
  ["acme-tiny", ["acme-tiny", "uacme"]],
  ["acme-client", []],
])("docs/clients/%s.md", (client, programs) => {
  test.skipIf(isMissing(...programs))(
    "its commands get a certificate, renew it and revoke it, with one account",
    async () => {
      const name = `${client}.example.com`;
      const page = readClientPage(client, name);
      const identity = await gateway.service(client, [name]);
      const { kid, hmacKey, directory } = await gateway.secretFor(identity);
      const home = gateway.file(client);
      const variables = { DIRECTORY: directory, KID: kid, HMAC: hmacKey };
      const isRooted = programs.includes("uacme");
      const shell = openShell(home, gateway.rootFile, variables, isRooted ? withRoot : []);
      preparations[client]?.(home);
      await shell(page.under("First certificate"));
      expect(await statesOf(identity)).toEqual(["issued"]);
      await shell(page.under("Renew"));
      expect(await statesOf(identity)).toEqual(["issued", "issued"]);
      await shell(page.under("Revoke"));
      expect(await statesOf(identity)).toEqual(["issued", "revoked"]);
      const accounts = await gateway.entriesOf("acme.account-created");
      expect(accounts.filter(({ details }) => details["identityId"] === identity)).toHaveLength(1);
    },
  );
});
