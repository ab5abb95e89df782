import { apiOf, startChancery } from "./_chancery";
import { makeRequest } from "./_requests";
import { printTable } from "./_tools";

// A fleet whose 10,000 certificates were issued at once, for ten hours: their renewal windows of
// RFC 9773 are an hour long. The windows come from the server's own resource, and each client chooses
// a moment in its window as section 4.2 says: at random. How even is what arrives, minute by minute?
const fleet = 10_000,
  lifetimeSeconds = 36_000,
  atOnce = 32,
  minuteMs = 60_000;

const chancery = await startChancery();
try {
  const certificates = await issueFleet();
  const began = performance.now();
  const windows = await inTurns(certificates, windowOf);
  const asked = (performance.now() - began) / 1000;
  const starts = windows.map(({ start }) => start),
    ends = windows.map(({ end }) => end);
  const moments = windows.map(({ start, end }) => start + Math.random() * (end - start));
  const perMinute = new Map<number, number>();
  for (const moment of moments) {
    const minute = Math.floor(moment / minuteMs);
    perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
  }
  const span = (Math.max(...ends) - Math.min(...starts)) / minuteMs;
  const mean = fleet / span,
    largest = Math.max(...perMinute.values());
  printTable([
    {
      "renewals in all": String(windows.length),
      minutes: span,
      "mean of a minute": mean,
      "largest minute": largest,
      "ratio to the mean": largest / mean,
      "renewalInfo/s": fleet / asked,
    },
  ]);
} finally {
  await chancery.stop();
}

type Asked = Readonly<{ pem: string; serial: string }>;

async function issueFleet(): Promise<readonly string[]> {
  const api = apiOf(chancery);
  const hosts = Array.from({ length: 100 }, (_none, at) => `fleet-${at}.example.com`);
  const { id: identity } = await api("/identities", {
    kind: "service",
    name: "fleet",
    owner: "benchmark@example.com",
    names: hosts.map((value) => ({ type: "dns", value })),
  });
  return inTurns(
    Array.from({ length: fleet }, (_none, at) => hosts[at % hosts.length]!),
    async (name) => {
      const body = { profile: "tls-server", identity, csr: makeRequest(name) };
      const made = await api("/certificates", { ...body, validitySeconds: lifetimeSeconds });
      return certIdOf(made as unknown as Asked);
    },
  );
}

/** `AKI.serial` (RFC 9773 section 4.1), by the bytes of the certificate. */
function certIdOf({ pem, serial }: Asked): string {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
  const start = Buffer.from("0603551d23041830168014", "hex");
  const at = der.indexOf(start) + start.length;
  const octets = Buffer.from(/^[89a-f]/.test(serial) ? `00${serial}` : serial, "hex");
  return `${der.subarray(at, at + 20).toString("base64url")}.${octets.toString("base64url")}`;
}

async function windowOf(certId: string): Promise<Readonly<{ start: number; end: number }>> {
  const response = await fetch(`${chancery.url}/acme/renewal-info/${certId}`);
  const { suggestedWindow } = (await response.json()) as {
    suggestedWindow: { start: string; end: string };
  };
  return { start: Date.parse(suggestedWindow.start), end: Date.parse(suggestedWindow.end) };
}

/** Does all of it, so many at once; the results in the order of the items. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at]!);
    }),
  );
  return results;
}
