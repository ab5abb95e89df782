import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openAccount, openResponder, orderOnce, ServerSilent, type AcmeServer } from "./_acme-load";
import { apiOf, startChancery } from "./_chancery";
import { report } from "./_results";
import { freePort, has, printTable, stopper } from "./_tools";

// Whole ACME orders a second, from newOrder to the downloaded chain, each with an http-01 challenge
// that is validated for real. The same client orders from Chancery, which stores, lints and records,
// and from pebble, which keeps everything in memory; both resolve names at pebble's DNS server and
// connect to the same responder. From Chancery it orders the same names again, as renewals do; from
// pebble always others, because an account that proved a name there isn't asked for proof again.
// Port 80 must be free, and this user must be allowed to open it.
if (!has("pebble") || !has("pebble-challtestsrv") || !has("openssl"))
  throw new Error("This benchmark needs pebble and openssl (apt-get install pebble openssl).");

const levels = [1, 4, 8],
  seconds = 6,
  rounds = 2,
  names = 200;
const folder = mkdtempSync(join(tmpdir(), "chancery-bench-acme-"));
let named = 0;
const responder = await openResponder();
const dns = await startDns();
const chancery = await startChancery({
  CHANCERY_ACME_RESOLVERS: dns.address,
  CHANCERY_OUTBOUND_ALLOW: "127.0.0.0/8",
});
try {
  const ours = await prepareChancery();
  const rows: Record<string, string | number>[] = [];
  // Names that are proven for the first time are added to the identity; renewals find them.
  await measurePebble(8, 3);
  await measure(ours, 8, 3);
  for (const accounts of levels) {
    const rates = { pebble: [] as number[], ours: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      rates.pebble.push(await measurePebble(accounts, seconds));
      rates.ours.push(await measure(ours, accounts, seconds));
    }
    const [peer, own] = [mean(rates.pebble), mean(rates.ours)];
    rows.push({
      accounts: String(accounts),
      "pebble, orders/s": peer,
      "Chancery, orders/s": own,
      "ratio to pebble": own / peer,
    });
    report({
      measure: `Whole ACME orders, ${accounts} accounts`,
      value: own,
      unit: "orders/s",
      limit: peer,
      limitIs: "pebble in memory",
    });
  }
  printTable(rows);
} finally {
  await chancery.stop();
  await dns.stop();
  responder.close();
  rmSync(folder, { recursive: true, force: true });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Orders a second by so many accounts at once. */
async function measure(server: AcmeServer, accounts: number, forSeconds: number): Promise<number> {
  const all = await Promise.all(Array.from({ length: accounts }, () => openAccount(server)));
  const began = performance.now();
  const end = began + forSeconds * 1000;
  let orders = 0;
  await Promise.all(
    all.map(async (account) => {
      while (performance.now() < end) {
        await orderOnce(account, server.nextName(), responder.answers);
        orders += 1;
      }
    }),
  );
  const took = (performance.now() - began) / 1000;
  for (const account of all) account.close();
  return orders / took;
}

/**
 * With a pebble of its own each time: under load it stops answering now and then, for good. What such
 * a one did doesn't count.
 */
async function measurePebble(accounts: number, forSeconds: number): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const pebble = await startPebble();
    try {
      return await measure(pebble.server, accounts, forSeconds);
    } catch (error) {
      if (!(error instanceof ServerSilent) || attempt === 5) throw error;
      process.stdout.write(`pebble, ${accounts} accounts: ${error.message}; measured again\n`);
    } finally {
      await pebble.stop();
    }
  }
}

async function startDns() {
  const [port, management] = [await freePort(), await freePort()];
  const child = spawn(
    "pebble-challtestsrv",
    [
      `-dns01=127.0.0.1:${port}`,
      `-management=127.0.0.1:${management}`,
      "-http01=",
      "-https01=",
      "-tlsalpn01=",
      "-defaultIPv6=",
    ],
    { stdio: "ignore" },
  );
  await pause(500);
  if (child.exitCode !== null) throw new Error("pebble-challtestsrv did not start");
  return { address: `127.0.0.1:${port}`, stop: stopper(child) };
}

async function startPebble() {
  const [port, management] = [await freePort(), await freePort()];
  const [certificate, privateKey, config] = ["pebble.crt", "pebble.key", "pebble.json"].map(
    (name) => join(folder, name),
  ) as [string, string, string];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const alt = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", privateKey, "-out", certificate, "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...key, ...alt, ...files], { stdio: "ignore" });
  writeFileSync(
    config,
    JSON.stringify({
      pebble: {
        listenAddress: `127.0.0.1:${port}`,
        managementListenAddress: `127.0.0.1:${management}`,
        certificate,
        privateKey,
        httpPort: 80,
        tlsPort: 443,
        ocspResponderURL: "",
        externalAccountBindingRequired: false,
      },
    }),
  );
  const child = spawn("pebble", ["-config", config, "-dnsserver", dns.address], {
    stdio: "ignore",
    // No pauses, no nonces refused on purpose, and every order validated anew.
    env: {
      ...process.env,
      PEBBLE_VA_NOSLEEP: "1",
      PEBBLE_WFE_NONCEREJECT: "0",
      PEBBLE_AUTHZREUSE: "0",
    },
  });
  await pause(1_000);
  if (child.exitCode !== null) throw new Error("pebble did not start");
  const server: AcmeServer = {
    directory: `https://localhost:${port}/dir`,
    ca: readFileSync(certificate, "utf8"),
    binding: null,
    nextName: () => `pebble-${(named += 1)}.example.com`,
  };
  return { server, stop: stopper(child) };
}

/** A profile that asks for challenges, a service, and a key that creates its accounts. */
async function prepareChancery(): Promise<AcmeServer> {
  const api = apiOf(chancery);
  const { rules, authoritySlug: authority } = await api("/profiles/tls-server");
  const proven = { ...(rules as object), acme: { validation: "challenge", caa: false } };
  await api("/profiles", { slug: "proven", name: "Proven", authority, rules: proven });
  const identity = await api("/identities", {
    kind: "service",
    name: "acme",
    owner: "benchmark@example.com",
    names: [],
  });
  const key = await api(`/identities/${String(identity["id"])}/acme-keys`, {
    profiles: ["proven"],
  });
  return {
    directory: `${chancery.httpsUrl}/acme/proven/directory`,
    ca: await (await fetch(`${chancery.url}/ca/root.pem`)).text(),
    binding: { kid: String(key["kid"]), hmacKey: String(key["hmacKey"]) },
    nextName: () => `acme-${(named += 1) % names}.example.com`,
  };
}
