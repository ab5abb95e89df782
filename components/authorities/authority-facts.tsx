import { Download } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyButton } from "@/components/ui/copy-button";
import { DataList } from "@/components/ui/data-list";
import { EmptyState } from "@/components/ui/empty-state";
import { Row } from "@/components/ui/layout";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import { formatCount, plural } from "@/lib/format/count";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";

/** The name, key and certificate of a CA. */
export function AuthorityFacts({ authority }: Readonly<{ authority: AuthorityDto }>) {
  const { counts, slug } = authority;
  return (
    <Card title="Details">
      <DataList
        items={[
          { label: "Subject", value: authority.subject },
          { label: "Key", value: keyAlgorithmLabel(authority.keyAlgorithm) },
          {
            label: "Valid from",
            hint: "notBefore",
            value: authority.notBefore && <Time at={authority.notBefore} show="minute" />,
          },
          {
            label: "Expires",
            hint: "notAfter",
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
          {
            label: "Issued",
            value: (
              <Link href={`/certificates?authority=${slug}&own=include`}>
                {formatCount(counts.valid)} valid, {formatCount(counts.revoked)} revoked,{" "}
                {formatCount(counts.expired)} expired
              </Link>
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
    <Card title="CRL" description="Republished after each revocation and before nextUpdate.">
      <DataList
        items={[
          { label: "cRLNumber", value: <span className="font-mono text-xs">{crl.number}</span> },
          { label: "thisUpdate", value: <Time at={crl.thisUpdate} show="minute" /> },
          { label: "nextUpdate", value: <Time at={crl.nextUpdate} show="minute" /> },
          { label: "Entries", value: plural(crl.entryCount, "revoked certificate") },
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
    <Card title="URLs" description="Public: no sign-in required.">
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

/** Links to the files of a CA on this host. */
export function AuthorityFiles({ slug, status }: Pick<AuthorityDto, "slug" | "status">) {
  if (status === "pending") return null;
  const files = [
    [`/ca/${slug}.pem`, "PEM"],
    [`/ca/${slug}.cer`, "DER"],
    [`/ca/${slug}/chain.pem`, "Chain"],
    [`/crl/${slug}.crl`, "CRL"],
  ] as const;
  return (
    <Row>
      {files.map(([href, label]) => (
        <ButtonLink key={href} size="sm" download href={href} icon={<Download aria-hidden />}>
          {label}
        </ButtonLink>
      ))}
    </Row>
  );
}
