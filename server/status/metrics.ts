import type { OcspKind } from "@/lib/status/ocsp-answer";

export type Gauge = Readonly<{
  name: string;
  help: string;
  samples: readonly Readonly<{ labels?: Readonly<Record<string, string>>; value: number }>[];
}>;

/** Counters of this process, and the text in which Prometheus reads them. */
export type Metrics = Readonly<{
  countOcsp: (kind: OcspKind) => void;
  countRequest: (area: string, status: number) => void;
  /** A header by which proxies speak for their clients, from somebody who may not. */
  countStripped: (header: string) => void;
  render: (gauges: readonly Gauge[]) => string;
}>;

/** All counters at zero. */
export function makeMetrics(): Metrics {
  const ocsp = new Map<OcspKind, number>();
  const requests = new Map<string, Map<number, number>>(),
    stripped = new Map<string, number>();
  const requestSamples = () =>
    [...requests].flatMap(([area, byStatus]) =>
      [...byStatus].map(([status, value]) => ({ labels: { area, status: String(status) }, value })),
    );
  return {
    countOcsp: (kind) => void ocsp.set(kind, (ocsp.get(kind) ?? 0) + 1),
    countRequest: (area, status) => {
      const byStatus = requests.get(area) ?? new Map<number, number>();
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
      requests.set(area, byStatus);
    },
    countStripped: (header) => void stripped.set(header, (stripped.get(header) ?? 0) + 1),
    render: (gauges) =>
      [
        ...family(
          "chancery_ocsp_answers_total",
          "OCSP answers by what they say.",
          "counter",
          [...ocsp].map(([status, value]) => ({ labels: { status }, value })),
        ),
        ...family(
          "chancery_requests_total",
          "Requests to the API, the console and the status files, by area and HTTP status.",
          "counter",
          requestSamples(),
        ),
        ...family(
          "chancery_forwarded_headers_stripped_total",
          "Headers that only a trusted proxy may send, taken off the requests of others.",
          "counter",
          [...stripped].map(([header, value]) => ({ labels: { header }, value })),
        ),
        ...gauges.flatMap((gauge) => family(gauge.name, gauge.help, "gauge", gauge.samples)),
      ].join("\n") + "\n",
  };
}

function family(
  name: string,
  help: string,
  type: "counter" | "gauge",
  samples: Gauge["samples"],
): string[] {
  const lines = samples.map(({ labels, value }) => `${name}${labelsOf(labels ?? {})} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replaceAll(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`))}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
