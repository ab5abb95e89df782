import { type Api, apiOf, type Chancery, startChancery } from "./_chancery";
import { openChanceryDatabase } from "./_chancery-database";
import { sayProblems } from "./_database";
import { fillInventory } from "./_inventory";
import { askPage, plainLength, signInCookie } from "./_page";
import { makeRequest } from "./_requests";
import { report } from "./_results";
import { printTable } from "./_tools";

// Each page of the console as an administrator's browser gets it: the server's time until the last byte,
// and how many bytes, plain and as they are sent. With no data, with the demonstration, and with many
// certificates (`BENCH_CERTIFICATES`, 200,000). `BENCH_PAGES` measures only some: empty, demo, many.
const certificates = Number(process.env["BENCH_CERTIFICATES"] ?? 200_000);
const wanted = (process.env["BENCH_PAGES"] ?? "empty,demo,many").split(",");
const rounds = 30,
  warmUps = 3;
const limitMs = 200;
/** As sent: what the first two round trips of a new connection carry (RFC 6928). */
const limitSentKb = 45;
const limitPlainKb = 450;

const lists = {
  overview: "/",
  certificates: "/certificates",
  "certificates, search": "/certificates?q=pay",
  issue: "/certificates/new",
  "bulk issue": "/certificates/bulk/new",
  "bulk actions": "/certificates/bulk",
  identities: "/identities",
  "new identity": "/identities/new",
  CAs: "/authorities",
  "new CA": "/authorities/new",
  profiles: "/profiles",
  "new profile": "/profiles/new",
  policies: "/policies",
  "new policy": "/policies/new",
  "audit log": "/audit",
  verify: "/audit/log",
  drill: "/audit/drill",
  reports: "/reports",
  views: "/views",
  "certificate usage": "/custody",
  alerts: "/alerts",
  "alert rules": "/alerts/rules",
  exceptions: "/alerts/exceptions",
  destinations: "/settings/delivery",
  users: "/settings/users",
  power: "/settings/power",
  "API tokens": "/settings/tokens",
  proxies: "/settings/proxies",
  account: "/settings/account",
  "API reference": "/docs/api",
  "sign-in": "/sign-in",
} as const;

/** Pages of one thing each: the API's list, and where the page of an item is. */
const details = {
  certificate: ["/certificates?limit=30", "/certificates/", "id"],
  identity: ["/identities?limit=30", "/identities/", "id"],
  CA: ["/authorities", "/authorities/", "id"],
  profile: ["/profiles", "/profiles/", "id"],
  policy: ["/policies", "/policies/", "id"],
  entry: ["/audit/events?limit=30", "/audit/", "seq"],
  alert: ["/alerts?limit=30", "/alerts/", "id"],
  destination: ["/destinations", "/settings/delivery/", "id"],
} as const;

type Figures = Readonly<{
  page: string;
  p50: number;
  p95: number;
  plainKb: number;
  sentKb: number;
}>;

const problems: string[] = [];
const all: Figures[] = [];
if (wanted.includes("empty")) await measureWorld("no data", () => startChancery());
if (wanted.includes("demo"))
  await measureWorld("demonstration", () => startChancery({}, { demo: true }));
if (wanted.includes("many")) await measureMany();
reportWorst();
sayProblems(problems);

async function measureMany(): Promise<void> {
  const database = await openChanceryDatabase();
  try {
    await measureWorld(`${certificates.toLocaleString("en")} certificates`, async () => {
      const chancery = await startChancery(database.settings);
      const from = await issueOne(apiOf(chancery));
      await fillInventory(
        (sql, values) => database.superuser.pool.query(sql, [...(values ?? [])]),
        {
          from,
          certificates,
          now: new Date(),
        },
      );
      return chancery;
    });
  } finally {
    await database.close();
  }
}

async function issueOne(api: Api): Promise<string> {
  const identity = await api("/identities", {
    kind: "service",
    name: "the first",
    owner: "first@example.com",
    names: [{ type: "dns", value: "first.example.com" }],
  });
  const csr = makeRequest("first.example.com");
  const asked = { profile: "tls-server", identity: identity["id"], csr };
  return String((await api("/certificates", asked))["id"]);
}

async function measureWorld(world: string, start: () => Promise<Chancery>): Promise<void> {
  const chancery = await start();
  try {
    const cookie = await signInCookie(chancery.url, "admin@example.com", chancery.password);
    const rows: Figures[] = [];
    for (const [page, paths] of Object.entries(await pathsOf(apiOf(chancery))))
      rows.push(
        await measure({
          page,
          paths: paths.map((path) => chancery.url + path),
          // Who is signed in is led away from it.
          cookie: page === "sign-in" ? "" : cookie,
        }),
      );
    process.stdout.write(`\n${world}\n`);
    printTable(rows.map((row) => ({ ...row, over: overOf(row) })));
    all.push(...rows.map((row) => ({ ...row, page: `${row.page}, ${world}` })));
  } finally {
    await chancery.stop();
  }
}

async function pathsOf(api: Api): Promise<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  for (const [page, path] of Object.entries(lists)) found[page] = [path];
  for (const [page, [list, at, key]] of Object.entries(details)) {
    const items = (await api(list))["items"] as readonly Record<string, unknown>[];
    if (items.length > 0) found[page] = items.map((item) => at + String(item[key]));
  }
  return found;
}

type Measured = Readonly<{ page: string; paths: readonly string[]; cookie: string }>;

/** Of several of a kind, each in turn; the bytes are those of the largest. */
async function measure({ page, paths, cookie }: Measured): Promise<Figures> {
  const took: number[] = [];
  let plain = 0,
    sent = 0;
  for (let n = -warmUps; n < rounds; n += 1) {
    const answer = await askPage(paths[Math.max(n, 0) % paths.length] ?? "", { cookie });
    if (answer.status !== 200) throw new Error(`${page}: ${answer.status} ${paths[0]}`);
    if (n < 0) continue;
    took.push(answer.tookMs);
    plain = Math.max(plain, plainLength(answer));
    sent = Math.max(sent, answer.sent.length);
  }
  took.sort((one, other) => one - other);
  const share = (of: number): number => took[Math.min(rounds - 1, Math.floor(rounds * of))] ?? 0;
  return { page, p50: share(0.5), p95: share(0.95), plainKb: plain / 1_000, sentKb: sent / 1_000 };
}

function overOf({ p95, plainKb, sentKb }: Figures): string {
  const isLarge = sentKb > limitSentKb || plainKb > limitPlainKb;
  return [...(p95 > limitMs ? ["time"] : []), ...(isLarge ? ["bytes"] : [])].join(", ");
}

function reportWorst(): void {
  problems.push(
    ...all
      .filter((row) => overOf(row) !== "")
      .map((row) => `${row.page}: more ${overOf(row)} than the limit.`),
  );
  const worstBy = (of: (row: Figures) => number) => all.toSorted((a, b) => of(b) - of(a))[0];
  const slowest = worstBy(({ p95 }) => p95),
    largest = worstBy(({ sentKb }) => sentKb);
  if (!slowest || !largest) return;
  report({
    measure: "Console pages over HTTP, p95 of the slowest",
    value: slowest.p95,
    unit: "ms",
    limit: limitMs,
    limitIs: "what is promised",
    lessIsBetter: true,
    note: slowest.page,
  });
  report({
    measure: "Console pages over HTTP, bytes of the largest",
    value: largest.sentKb,
    unit: "kB",
    limit: limitSentKb,
    limitIs: "what is promised",
    lessIsBetter: true,
    note: `${largest.page}; ${largest.plainKb.toFixed(0)} kB before compression`,
  });
}
