import { DataList, type DataItem } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { EntryDetail } from "@/lib/log/schema";
import { isReported, OutcomeBadge } from "@/components/shared/entry-outcome";
import { targetHref } from "@/components/shared/target-href";

type Record = NonNullable<EntryDetail["record"]>;

/** The fields of an entry, as recorded; those that it lacks are left out. */
export function EntryFacts({
  record,
  id,
  sequencedAt,
}: Readonly<{ record: Record; id: string; sequencedAt: string }>) {
  const { actor, target, origin } = record;
  // A service chooses the names in its events: they don't refer to objects of Chancery.
  const reported = isReported(record),
    href = target && !reported ? targetHref(target) : null;
  return (
    <DataList
      items={[
        { label: "Action", value: <code className="font-mono text-xs">{record.action}</code> },
        {
          label: "Outcome",
          value: <OutcomeBadge action={record.action} outcome={record.outcome} />,
        },
        ...(record.reason ? [{ label: "Reason", value: record.reason }] : []),
        { label: "Time", value: <Time at={record.ts} show="exact" /> },
        { label: "Sequenced", value: <Time at={sequencedAt} show="exact" /> },
        {
          label: "Actor",
          value: (
            <>
              {actor.label} <span className="text-muted">({actor.kind})</span>{" "}
              {actor.id && (
                <Link href={`/audit?actor=${encodeURIComponent(actor.id)}`}>Other entries</Link>
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
                {reported && ", as named by the service"})
              </span>{" "}
              <Link href={`/audit?target=${encodeURIComponent(target.id)}&reads=include`}>
                Other entries
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
        { label: "Via", value: origin.via.join(", ") },
        { label: "User agent", value: origin.userAgent },
        {
          label: "Request ID",
          value: <MonoId value={record.requestId} label="request ID" kind="text" whole />,
        },
        ...(record.correlationId === record.requestId
          ? []
          : [
              {
                label: "Correlation ID",
                value: (
                  <MonoId value={record.correlationId} label="correlation ID" kind="text" whole />
                ),
              },
            ]),
        { label: "ID", value: <MonoId value={id} label="ID" kind="text" whole /> },
        { label: "Nonce", value: <MonoId value={record.nonce} label="nonce" kind="text" whole /> },
      ]}
    />
  );
}

function credentialItems({ credential }: Record): DataItem[] {
  if (credential === null) return [];
  return [
    {
      label: "Certificate",
      value:
        credential.certificateId === null ? (
          "Not issued by Chancery"
        ) : (
          <Link href={`/certificates/${credential.certificateId}`}>View certificate</Link>
        ),
    },
    {
      label: "Serial number",
      value: <MonoId value={credential.serial} label="serial number" whole />,
    },
    {
      label: "SHA-256 fingerprint",
      value: <MonoId value={credential.fingerprintSha256} label="fingerprint" whole />,
    },
  ];
}
