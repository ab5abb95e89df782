import { DataList, type DataItem } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { EntryDetail } from "@/lib/log/schema";
import { isReported, OutcomeBadge } from "./entry-look";
import { targetHref } from "./target-href";

type Record = EntryDetail["record"];

/** Every field of an entry, as it was recorded. */
export function EntryFacts({
  entry: { record, id, sequencedAt },
}: Readonly<{ entry: EntryDetail }>) {
  const { actor, target, origin } = record;
  // A service names things of its own: a certificate there is none of ours.
  const told = isReported(record),
    href = target && !told ? targetHref(target) : null;
  return (
    <DataList
      items={[
        { label: "Action", value: <code className="font-mono text-xs">{record.action}</code> },
        {
          label: "Outcome",
          value: <OutcomeBadge action={record.action} outcome={record.outcome} />,
        },
        { label: "Reason", value: record.reason },
        { label: "Time", value: <Time at={record.ts} show="exact" /> },
        { label: "Numbered", value: <Time at={sequencedAt} show="exact" /> },
        {
          label: "Actor",
          value: (
            <>
              {actor.label} <span className="text-muted">({actor.kind})</span>{" "}
              {actor.id && (
                <Link href={`/audit?actor=${encodeURIComponent(actor.id)}`}>Its other entries</Link>
              )}
            </>
          ),
        },
        {
          label: "Target",
          value: target && (
            <>
              {href ? <Link href={href}>{target.label}</Link> : target.label}{" "}
              <span className="text-muted">
                ({target.kind}
                {told && ", as the service calls it"})
              </span>{" "}
              <Link href={`/audit?target=${encodeURIComponent(target.id)}&reads=include`}>
                Its other entries
              </Link>
            </>
          ),
        },
        ...credentialItems(record),
        {
          label: "Address",
          value: origin.ip && (
            <span className="font-mono text-xs">
              {origin.ip}
              {origin.port !== null && `, port ${origin.port}`}
            </span>
          ),
        },
        { label: "Came via", value: origin.via.join(", ") },
        { label: "User agent", value: origin.userAgent },
        {
          label: "Request",
          value: <MonoId value={record.requestId} label="request id" kind="text" whole />,
        },
        {
          label: "Correlation",
          value:
            record.correlationId === record.requestId ? null : (
              <MonoId value={record.correlationId} label="correlation id" kind="text" whole />
            ),
        },
        { label: "Id", value: <MonoId value={id} label="id" kind="text" whole /> },
        { label: "Nonce", value: <MonoId value={record.nonce} label="nonce" kind="text" whole /> },
      ]}
    />
  );
}

function credentialItems({ credential }: Record): DataItem[] {
  if (credential === null) return [{ label: "Certificate", value: null }];
  return [
    {
      label: "Certificate",
      value:
        credential.certificateId === null ? (
          "Not one of Chancery’s own"
        ) : (
          <Link href={`/certificates/${credential.certificateId}`}>Open it</Link>
        ),
    },
    { label: "Its serial", value: <MonoId value={credential.serial} label="serial" whole /> },
    {
      label: "Its SHA-256",
      value: <MonoId value={credential.fingerprintSha256} label="fingerprint" whole />,
    },
  ];
}
