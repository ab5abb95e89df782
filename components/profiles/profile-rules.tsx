import { DataList, type DataItem } from "@/components/ui/data-list";
import { formatDuration } from "@/lib/format/duration";
import { joinWords } from "@/lib/format/count";
import type { ProfileRules as Rules } from "@/lib/pki/types";
import {
  extendedKeyUsageChoices,
  keyAlgorithmChoices,
  nameTypeChoices,
  wordOf,
} from "./rule-words";

/** The rules of a profile in words. */
export function ProfileRules({ rules }: Readonly<{ rules: Rules }>) {
  return <DataList items={[...generalItems(rules), ...nameItems(rules.san)]} />;
}

function generalItems(rules: Rules): DataItem[] {
  const { commonName, commonNameInSan, fixed } = rules.subject;
  return [
    {
      label: "Key algorithms",
      value: joinWords(
        rules.keyAlgorithms.map((value) => wordOf(keyAlgorithmChoices, value)),
        "or",
      ),
    },
    {
      label: "Lifetime",
      value: `${formatDuration(rules.validitySecondsDefault)}; at most ${formatDuration(rules.validitySecondsMax)}`,
    },
    {
      label: "Rotation",
      value:
        rules.rotationOverlapSeconds === 0
          ? "The predecessor is revoked at once"
          : `The predecessor stays valid for ${formatDuration(rules.rotationOverlapSeconds)}`,
    },
    {
      label: "Revocation",
      value: rules.noRevAvail ? "None: noRevAvail (RFC 9608)" : "By CRL and OCSP",
    },
    { label: "Key usage", value: joinWords(rules.keyUsage) },
    {
      label: "Extended key usage",
      value: joinWords(
        rules.extendedKeyUsage.map((value) => wordOf(extendedKeyUsageChoices, value)),
      ),
    },
    {
      label: "Common name",
      value: `${commonName}${commonNameInSan && commonName !== "forbidden" ? "; it repeats a subjectAltName" : ""}`,
    },
    {
      label: "Fixed subject",
      value: fixed.map(({ type, value }) => `${type}=${value}`).join(", "),
    },
    ...(rules.pathLength === null
      ? []
      : [{ label: "Path length", value: String(rules.pathLength) }]),
  ];
}

function nameItems(san: Rules["san"]): DataItem[] {
  const lists = [
    ["dns", "DNS names", san.dnsPatterns],
    ["ip", "IP ranges", san.ipRanges],
    ["email", "Mailbox domains", san.emailDomains],
    ["uri", "URI beginnings", san.uriPrefixes],
  ] as const;
  return [
    {
      label: "subjectAltNames",
      value:
        san.types.length === 0
          ? "None allowed"
          : `${san.min} to ${san.max}: ${joinWords(
              san.types.map((value) => wordOf(nameTypeChoices, value)),
              "or",
            )}`,
    },
    ...lists
      .filter(([type]) => san.types.includes(type))
      .map(([, label, patterns]) => ({
        label,
        value: patterns.length === 0 ? "None allowed" : <Patterns patterns={patterns} />,
      })),
    ...(san.types.includes("dns")
      ? [{ label: "Wildcards", value: san.wildcards ? "Allowed" : "Refused" }]
      : []),
  ];
}

function Patterns({ patterns }: Readonly<{ patterns: readonly string[] }>) {
  return (
    <ul className="font-mono text-xs leading-5">
      {patterns.map((pattern) => (
        <li key={pattern} className="break-all">
          {pattern === "*" ? "* (any name)" : pattern}
        </li>
      ))}
    </ul>
  );
}
