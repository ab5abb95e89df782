import { DataList, type DataItem } from "@/components/ui/data-list";
import { formatDuration } from "@/lib/format/duration";
import { formatList } from "@/lib/format/count";
import type { ProfileRules as Rules } from "@/lib/pki/types";
import { isAnyName } from "./broad-rules";
import {
  commonNameChoices,
  commonNameFromChoices,
  extendedKeyUsageChoices,
  identityKindChoices,
  keyAlgorithmChoices,
  nameTypeChoices,
  labelOf,
} from "./rule-choices";

/** The rules of a profile in plain words. */
export function ProfileRules({ rules }: Readonly<{ rules: Rules }>) {
  return (
    <DataList items={[...generalItems(rules), ...nameItems(rules.san), ...templateItems(rules)]} />
  );
}

function generalItems(rules: Rules): DataItem[] {
  const { commonName, commonNameFrom, fixed } = rules.subject;
  return [
    ...(rules.identityKinds.length === 0
      ? []
      : [
          {
            label: "Issued to",
            value: kindsText(rules.identityKinds),
          },
          {
            label: "Self-service",
            value: rules.selfService
              ? "Identities can request certificates for themselves"
              : "Identities can only rotate the certificates that they have",
          },
        ]),
    ...(rules.selfService
      ? [
          {
            label: "ACME",
            value:
              rules.acme?.validation === "challenge"
                ? `Each name is proven by a challenge${rules.acme.caa ? ", and CAA records are checked" : ""}`
                : "Names that the identity holds need no challenge",
          },
        ]
      : []),
    {
      label: "Key algorithms",
      value: formatList(
        rules.keyAlgorithms.map((value) => labelOf(keyAlgorithmChoices, value)),
        "or",
      ),
    },
    ...(rules.identityKinds.length === 0
      ? []
      : [
          {
            label: "Private keys",
            value: rules.serverKeys
              ? "Chancery makes them if a request asks for it, and hands them out once"
              : "Never made by Chancery",
          },
        ]),
    {
      label: "Lifetime",
      value: `${formatDuration(rules.validitySecondsDefault)} by default, ${formatDuration(rules.validitySecondsMax)} maximum`,
    },
    {
      label: "Rotation",
      value:
        rules.rotationOverlapSeconds === 0
          ? "The predecessor is revoked immediately"
          : `The predecessor stays valid for ${formatDuration(rules.rotationOverlapSeconds)}`,
    },
    {
      label: "Revocation",
      value: rules.noRevAvail ? "None (noRevAvail, RFC 9608)" : "CRL and OCSP",
    },
    { label: "Key usage", value: formatList(rules.keyUsage) },
    {
      label: "Extended key usage",
      value: formatList(
        rules.extendedKeyUsage.map((value) => labelOf(extendedKeyUsageChoices, value)),
      ),
    },
    {
      label: "Common name",
      value:
        commonName === "forbidden"
          ? labelOf(commonNameChoices, commonName)
          : `${labelOf(commonNameChoices, commonName)}; ${labelOf(commonNameFromChoices, commonNameFrom).toLowerCase().replace("subjectaltname", "subjectAltName")}`,
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

/** "Services and devices". */
function kindsText(kinds: Rules["identityKinds"]): string {
  const text = formatList(kinds.map((kind) => labelOf(identityKindChoices, kind).toLowerCase()));
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function nameItems(san: Rules["san"]): DataItem[] {
  const lists = [
    ["dns", "DNS names", san.dnsPatterns],
    ["ip", "IP ranges", san.ipRanges],
    ["email", "Email domains", san.emailDomains],
    ["uri", "URIs", san.uriPrefixes],
  ] as const;
  return [
    {
      label: "subjectAltNames",
      value:
        san.types.length === 0
          ? "None allowed"
          : `${san.min} to ${san.max}: ${formatList(
              san.types.map((value) => labelOf(nameTypeChoices, value)),
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
      ? [{ label: "Wildcards", value: san.wildcards ? "Allowed" : "Not allowed" }]
      : []),
  ];
}

function templateItems({ names }: Rules): DataItem[] {
  if (names.length === 0) return [];
  return [
    { label: "Name templates", value: <Patterns patterns={names.map(({ value }) => value)} /> },
  ];
}

function Patterns({ patterns }: Readonly<{ patterns: readonly string[] }>) {
  return (
    <ul className="font-mono text-xs leading-5">
      {patterns.map((pattern) => (
        <li key={pattern} className="break-all">
          {isAnyName(pattern) ? `${pattern} (any)` : pattern}
        </li>
      ))}
    </ul>
  );
}
