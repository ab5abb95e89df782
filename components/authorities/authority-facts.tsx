import { Card } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { DataList } from "@/components/ui/data-list";
import { EmptyState } from "@/components/ui/empty-state";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import { plural } from "@/lib/format/count";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";

/** The name, key and certificate of a CA. */
export function AuthorityFacts({ authority }: Readonly<{ authority: AuthorityDto }>) {
  const { slug } = authority;
  return (
    <Card title="Details">
      <DataList
        items={[
          { label: "Subject", value: authority.subject },
          { label: "Key", value: keyAlgorithmLabel(authority.keyAlgorithm) },
          {
            label: "Valid from",
            hint: "Not before",
            value: authority.notBefore && <Time at={authority.notBefore} show="minute" />,
          },
          {
            label: "Valid until",
            hint: "Not after",
            value: authority.notAfter && <Time at={authority.notAfter} show="minute" />,
          },
          {
            label: "Certificate",
            value: authority.certificateId && (
              <Link href={`/certificates/${authority.certificateId}`}>View certificate</Link>
            ),
          },
          {
            label: "Serial number",
            value: authority.serial && (
              <MonoId value={authority.serial} label="serial number" whole />
            ),
          },
          {
            label: "Fingerprint",
            hint: "SHA-256",
            value: authority.fingerprintSha256 && (
              <MonoId value={authority.fingerprintSha256} label="fingerprint" whole />
            ),
          },
          { label: "Slug", value: <code className="font-mono text-xs">{slug}</code> },
          { label: "Created", value: <Time at={authority.createdAt} show="minute" /> },
          { label: "ID", value: <MonoId value={authority.id} label="ID" kind="text" whole /> },
        ]}
      />
    </Card>
  );
}

/** The published CRL. */
export function CrlCard({ crl }: Pick<AuthorityDto, "crl">) {
  if (crl === null)
    return (
      <Card title="CRL">
        <EmptyState title="No CRL yet">
          The first CRL is published when the CA is created.
        </EmptyState>
      </Card>
    );
  return (
    <Card title="CRL" description="Republished after each revocation and before it is outdated.">
      <DataList
        narrow
        items={[
          { label: "Published", value: <Time at={crl.thisUpdate} show="minute" /> },
          { label: "Next update", value: <Time at={crl.nextUpdate} show="minute" /> },
          { label: "Lists", value: plural(crl.entryCount, "revoked certificate") },
          { label: "Number", value: <span className="font-mono text-xs">{crl.number}</span> },
        ]}
      />
    </Card>
  );
}

/** The public URLs that certificates contain. */
export function UrlCard({ urls }: Pick<AuthorityDto, "urls">) {
  const rows = [
    ["CRL", urls.crl],
    ["OCSP", urls.ocsp],
    ["Certificate (DER)", urls.certificate],
    ["Certificate (PEM)", urls.certificatePem],
    ["Chain (PEM)", urls.chain],
  ] as const;
  return (
    <Card
      title="Distribution"
      description="Public addresses that certificates contain: no sign-in required."
    >
      <DataList
        items={rows.map(([label, url]) => ({
          label,
          value: (
            <span className="flex min-w-0 items-center gap-1">
              <span className="min-w-0 font-mono text-xs break-all">{url}</span>
              <CopyButton text={url} label={`Copy URL: ${label}`} />
            </span>
          ),
        }))}
      />
    </Card>
  );
}
