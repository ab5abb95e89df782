import { makeRequest } from "../_requests";
import { type Build, startBuilds } from "./_build";
import { postAll } from "./_post-all";
import { compare, reportIdle } from "./_rounds";

// Issuing over the REST API, this clone compared with another commit. In the steady case each
// identity holds its name already; the first certificate of an identity, which adds the name, is
// measured separately. Both builds get the same CSRs for identities of the same names.
const setting = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);
const rounds = setting("BENCH_ROUNDS", 8);
const connections = setting("BENCH_CONNECTIONS", 16);
const fleetSize = setting("BENCH_IDENTITIES", 200);
const perRound = setting("BENCH_CERTIFICATES", 1_000);

type Host = Readonly<{ name: string; identity: string }>;

const namesOf = (fleet: string): string[] =>
  Array.from({ length: fleetSize }, (_none, at) => `${fleet}-${at}.example.com`);

/** An identity for each name, which doesn't hold the name yet. */
async function createHosts({ api }: Build, names: readonly string[]): Promise<Host[]> {
  const hosts: Host[] = [];
  for (const name of names) {
    const input = { kind: "service", name: `service ${name}`, owner: "benchmark@example.com" };
    hosts.push({ name, identity: String((await api("/identities", input)).id) });
  }
  return hosts;
}

const requests = new Map<string, string>();
/** The same CSR for both builds, with a key that has no certificate. */
function requestFor(name: string, number: string): string {
  const id = `${name} ${number}`;
  const request = requests.get(id) ?? makeRequest(name);
  requests.set(id, request);
  return request;
}

function issue(build: Build, hosts: readonly Host[], round: string, count: number) {
  const bodies = Array.from({ length: count }, (_none, at) => {
    const { name, identity } = hosts[at % hosts.length]!;
    return JSON.stringify({
      profile: "tls-server",
      identity,
      csr: requestFor(name, `${round} ${at}`),
    });
  });
  return postAll(build, "/api/v1/certificates", bodies, connections);
}

const builds = await startBuilds();
try {
  const held = new Map<Build, readonly Host[]>();
  for (const build of builds) {
    const hosts = await createHosts(build, namesOf("host"));
    held.set(build, hosts);
    await issue(build, hosts, "first", fleetSize);
    await issue(build, hosts, "warm-up", perRound);
  }
  await reportIdle(builds);
  await compare(builds, {
    title: `Issuing to ${fleetSize} identities that hold their names, ${connections} connections`,
    unit: "certificate",
    rounds,
    prepare: (build, round) =>
      Promise.resolve(() => issue(build, held.get(build) ?? [], `${round}`, perRound)),
  });
  await compare(builds, {
    title: `The first certificate of an identity, which adds its name, ${connections} connections`,
    unit: "certificate",
    rounds,
    prepare: async (build, round) => {
      const hosts = await createHosts(build, namesOf(`first-${round}`));
      return () => issue(build, hosts, "first", fleetSize);
    },
  });
} finally {
  await Promise.all(builds.map((build) => build.stop()));
}
