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
import { algorithmWord } from "./algorithm-choices";

/** An authority's name, key and certificate. */
export function AuthorityFacts({ authority }: Readonly<{ authority: AuthorityDto }>) {
  const { counts, slug } = authority;
  return (
    <Card title="Authority">
      <DataList
        items={[
          { label: "Subject", value: authority.subject },
          { label: "Key", value: algorithmWord(authority.keyAlgorithm) },
          {
            label: "notBefore",
            value: authority.notBefore && <Time at={authority.notBefore} show="minute" />,
          },
          {
            label: "notAfter",
            value: authority.notAfter && <Time at={authority.notAfter} show="minute" />,
          },
          {
            label: "Certificate",
            value: authority.certificateId && (
              <Link href={`/certificates/${authority.certificateId}`}>
                Open its own certificate
              </Link>
            ),
          },
          {
            label: "Serial",
            value: authority.serial && <MonoId value={authority.serial} label="serial" whole />,
          },
          {
            label: "SHA-256",
            value: authority.fingerprintSha256 && (
              <MonoId value={authority.fingerprintSha256} label="fingerprint" whole />
            ),
          },
          {
            label: "Issued",
            value: (
              <Link href={`/certificates?authority=${slug}`}>
                {formatCount(counts.valid)} valid, {formatCount(counts.revoked)} revoked,{" "}
                {formatCount(counts.expired)} expired
              </Link>
            ),
          },
          { label: "Slug", value: <code className="font-mono text-xs">{slug}</code> },
          { label: "Created", value: <Time at={authority.createdAt} show="minute" /> },
          { label: "Id", value: <MonoId value={authority.id} label="id" kind="text" whole /> },
        ]}
      />
    </Card>
  );
}

/** The CRL that is served now. */
export function CrlCard({ crl }: Pick<AuthorityDto, "crl">) {
  if (crl === null)
    return (
      <Card title="CRL">
        <EmptyState title="No CRL yet">The first one is published with the authority.</EmptyState>
      </Card>
    );
  return (
    <Card title="CRL" description="Published anew on each revocation, and before nextUpdate.">
      <DataList
        items={[
          { label: "cRLNumber", value: <span className="font-mono text-xs">{crl.number}</span> },
          { label: "thisUpdate", value: <Time at={crl.thisUpdate} show="minute" /> },
          { label: "nextUpdate", value: <Time at={crl.nextUpdate} show="minute" /> },
          { label: "Holds", value: plural(crl.entryCount, "revoked certificate") },
        ]}
      />
    </Card>
  );
}

/** The addresses that stand in certificates, open to everybody. */
export function AddressCard({ urls }: Pick<AuthorityDto, "urls">) {
  const rows = [
    ["CRL", urls.crl],
    ["OCSP", urls.ocsp],
    ["Certificate (DER)", urls.certificate],
    ["Certificate (PEM)", urls.certificatePem],
    ["Chain (PEM)", urls.chain],
  ] as const;
  return (
    <Card title="Addresses" description="Open to everybody, without signing in.">
      <DataList
        items={rows.map(([label, url]) => ({
          label,
          value: (
            <span className="flex min-w-0 items-center gap-1">
              <span className="min-w-0 font-mono text-xs break-all">{url}</span>
              <CopyButton text={url} label={`Copy the address: ${label}`} />
            </span>
          ),
        }))}
      />
    </Card>
  );
}

/** Its files, from the same addresses on this host. */
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
