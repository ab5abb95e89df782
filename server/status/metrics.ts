import type { OcspKind } from "@/lib/status/ocsp-answer";
import { addCounters, type Counters } from "@/lib/runtime/counters";

export type Gauge = Readonly<{
  name: string;
  help: string;
  samples: readonly Readonly<{ labels?: Readonly<Record<string, string>>; value: number }>[];
}>;

/** Counters of this process and its neighbors, rendered in the Prometheus text format. */
export type Metrics = Readonly<{
  countOcsp: (kind: OcspKind) => void;
  countRequest: (area: string, status: number) => void;
  /** A forwarding header from a client that is not a trusted proxy. */
  countStripped: (header: string) => void;
  /** What this process counted. */
  own: () => Counters;
  /** Sets what the other gateways on the same ports counted, which is rendered as well. */
  setOthers: (counters: Counters) => void;
  render: (gauges: readonly Gauge[]) => string;
}>;

const helpTexts = {
  chancery_ocsp_answers_total: "OCSP responses by status.",
  chancery_requests_total: "HTTP requests by area and status code.",
  chancery_forwarded_headers_stripped_total:
    "Forwarding headers stripped from requests that did not come from a trusted proxy.",
} as const;
type CounterName = keyof typeof helpTexts;

/** All counters at zero. */
export function makeMetrics(): Metrics {
  const counters = Object.fromEntries(Object.keys(helpTexts).map((name) => [name, {}])) as Record<
    CounterName,
    Record<string, number>
  >;
  let others: Counters = {};
  const ocspLabels = new Map<OcspKind, string>();
  const requestLabels = new Map<string, Map<number, string>>();
  const count = (name: CounterName, labels: string): void => {
    counters[name][labels] = (counters[name][labels] ?? 0) + 1;
  };
  return {
    countOcsp: (kind) =>
      count(
        "chancery_ocsp_answers_total",
        remembered(ocspLabels, kind, () => labelsOf({ status: kind })),
      ),
    countRequest: (area, status) => {
      const byStatus = remembered(requestLabels, area, () => new Map<number, string>());
      count(
        "chancery_requests_total",
        remembered(byStatus, status, () => labelsOf({ area, status: String(status) })),
      );
    },
    countStripped: (header) =>
      count("chancery_forwarded_headers_stripped_total", labelsOf({ header })),
    own: () => counters,
    setOthers: (theirs) => {
      others = theirs;
    },
    render: (gauges) => {
      const all = addCounters(counters, others);
      const families = (Object.keys(helpTexts) as CounterName[]).flatMap((name) =>
        metricFamily(name, helpTexts[name], "counter", Object.entries(all[name] ?? {})),
      );
      const rest = gauges.flatMap(({ name, help, samples }) => {
        const rendered = samples.map(
          ({ labels, value }) => [labelsOf(labels ?? {}), value] as const,
        );
        return metricFamily(name, help, "gauge", rendered);
      });
      return `${[...families, ...rest].join("\n")}\n`;
    },
  };
}

/** Made once for each key: rendering labels costs more than counting. */
function remembered<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function metricFamily(
  name: string,
  help: string,
  type: "counter" | "gauge",
  samples: readonly (readonly [labels: string, value: number])[],
): string[] {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replaceAll(/[\\"\n]/g, (char) => (char === "\n" ? "\\n" : `\\${char}`))}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
