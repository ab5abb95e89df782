import { setTimeout as pause } from "node:timers/promises";
import { apiOf, startChancery } from "./_chancery";
import { makeRequest } from "./_requests";
import { printTable } from "./_tools";

// Many certificates revoked by one bulk action: how long it takes, and which CRLs are published while
// it runs. For comparison, some of them are revoked by one request each, over as many connections as
// the bulk action has lanes. The target is 10,000 within two minutes, a CRL every 5 seconds, and one
// that lists all of them at the end.
const count = Number(process.env["BENCH_CERTIFICATES"] ?? 10_000),
  single = Number(process.env["BENCH_SINGLE"] ?? 500);
const lanes = 6,
  issuing = 32;

const chancery = await startChancery();
try {
  await run();
} finally {
  await chancery.stop();
}

async function run(): Promise<void> {
  const api = apiOf(chancery);
  const made = await api("/identities", {
    kind: "service",
    name: "fleet",
    owner: "benchmark@example.com",
    // An identity holds at most 1,000 names, and a pattern is one.
    names: [{ type: "dns", value: "*.fleet.example.com" }],
  });
  const identity = String(made["id"]);
  const ids: string[] = [];
  await inLanes(count + single, issuing, async (n) => {
    const csr = makeRequest(`host-${n}.fleet.example.com`);
    ids.push(String((await api("/certificates", { profile: "tls-server", identity, csr }))["id"]));
  });

  const apart = ids.slice(0, single);
  const beganSingle = performance.now();
  await inLanes(single, lanes, (n) =>
    api(`/certificates/${apart[n]}/revoke`, { reason: "superseded" }),
  );
  const singleRate = (single * 1000) / (performance.now() - beganSingle);

  const asked = { act: "revoke", reason: "superseded", ids: ids.slice(single) };
  const beganDry = performance.now();
  const preview = await api("/bulk-acts/preview", asked);
  const dryMs = performance.now() - beganDry;
  const watch = watchCrl();
  const began = performance.now();
  const expect = { count: preview["count"], sha256: preview["sha256"] };
  let bulk = await api("/bulk-acts", { ...asked, expect });
  while (bulk["status"] === "running") {
    await pause(500);
    bulk = await api(`/bulk-acts/${String(bulk["id"])}`);
  }
  const tookMs = performance.now() - began;
  const crls = await watch.untilLists(count + single);
  report({ bulk, dryMs, tookMs, singleRate, crls, began });
}

type Crl = Readonly<{ at: number; entries: number }>;
type Report = Readonly<{
  bulk: Record<string, unknown>;
  dryMs: number;
  tookMs: number;
  singleRate: number;
  crls: readonly Crl[];
  began: number;
}>;

function report({ bulk, dryMs, tookMs, singleRate, crls, began }: Report): void {
  const rate = (count * 1000) / tookMs;
  const last = crls.at(-1);
  const during = crls.filter(({ at }) => at < began + tookMs);
  const gaps = crls.map(({ at }, n) => at - (crls[n - 1]?.at ?? began));
  const inSeconds = (ms: number): string => (ms / 1000).toFixed(1);
  const rows: readonly (readonly [string, string, string])[] = [
    ["revoked", `${String(bulk["done"])} of ${count}`, String(count)],
    ["dry run, s", inSeconds(dryMs), ""],
    ["the whole, s", inSeconds(tookMs), "120"],
    ["a second", rate.toFixed(0), ""],
    ["one request each, a second", singleRate.toFixed(0), ""],
    ["ratio to one request each", (rate / singleRate).toFixed(2), ""],
    ["CRLs while it ran", String(during.length), ""],
    ["longest time without a new CRL, s", inSeconds(Math.max(...gaps)), "5"],
    ["from the end to the CRL with all, s", inSeconds((last?.at ?? 0) - began - tookMs), "5"],
    ["entries of the last CRL", String(last?.entries), String(count + single)],
  ];
  printTable(rows.map(([measure, figure, target]) => ({ measure, figure, target })));
}

/** Notes each new CRL of the issuing CA, and how many certificates it lists. */
function watchCrl() {
  const seen: Crl[] = [];
  let etag = "";
  let going = true;
  const watching = (async () => {
    while (going) {
      const answer = await fetch(`${chancery.url}/crl/issuing.crl`, {
        headers: etag === "" ? {} : { "if-none-match": etag },
      });
      if (answer.status === 200) {
        etag = answer.headers.get("etag") ?? "";
        seen.push({ at: performance.now(), entries: entriesOf(await answer.bytes()) });
      }
      await pause(100);
    }
  })();
  return {
    /** All CRLs since the beginning, once one lists so many. */
    untilLists: async (total: number): Promise<readonly Crl[]> => {
      for (const end = Date.now() + 60_000; (seen.at(-1)?.entries ?? 0) < total; await pause(50))
        if (Date.now() > end) break;
      going = false;
      await watching;
      // The first was there before the bulk action began.
      return seen.slice(1);
    },
  };
}

/**
 * How many entries a CRL has, of which each has a serial of 16 octets and a reason: none is parsed,
 * so that counting doesn't take from what is measured.
 */
function entriesOf(der: Uint8Array): number {
  const reason = Buffer.from("0603551d15", "hex");
  let found = 0;
  const bytes = Buffer.from(der);
  for (let at = bytes.indexOf(reason); at >= 0; at = bytes.indexOf(reason, at + 1)) found += 1;
  return found;
}

async function inLanes(
  total: number,
  width: number,
  work: (n: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next; n < total; n = next) {
      next += 1;
      await work(n);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
}
