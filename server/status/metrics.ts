import type { OcspKind } from "@/lib/status/ocsp-answer";

export type Gauge = Readonly<{
  name: string;
  help: string;
  samples: readonly Readonly<{ labels?: Readonly<Record<string, string>>; value: number }>[];
}>;

/** Counters of this process, rendered in the Prometheus text format. */
export type Metrics = Readonly<{
  countOcsp: (kind: OcspKind) => void;
  countRequest: (area: string, status: number) => void;
  /** A forwarding header from a client that is not a trusted proxy. */
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
        ...metricFamily(
          "chancery_ocsp_answers_total",
          "OCSP responses by status.",
          "counter",
          [...ocsp].map(([status, value]) => ({ labels: { status }, value })),
        ),
        ...metricFamily(
          "chancery_requests_total",
          "HTTP requests by area and status code.",
          "counter",
          requestSamples(),
        ),
        ...metricFamily(
          "chancery_forwarded_headers_stripped_total",
          "Forwarding headers stripped from requests that did not come from a trusted proxy.",
          "counter",
          [...stripped].map(([header, value]) => ({ labels: { header }, value })),
        ),
        ...gauges.flatMap((gauge) => metricFamily(gauge.name, gauge.help, "gauge", gauge.samples)),
      ].join("\n") + "\n",
  };
}

function metricFamily(
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
