import { keyAlgorithmChoices, wordOf } from "@/components/profiles/rule-words";
import { Card } from "@/components/ui/card";
import { DataList, type DataItem } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { CertificateDto } from "@/lib/certificates/schema";
import { GeneralNameList } from "./general-name-list";
import { reasonWords } from "./reason-words";

/** The facts of one certificate: whose it is, what it says, and what happened to it. */
export function CertificateFacts({ certificate }: Readonly<{ certificate: CertificateDto }>) {
  const { identity, profile, authority, fingerprintSha256 } = certificate;
  return (
    <Card title="Certificate">
      <DataList
        items={[
          ...revocationItems(certificate),
          ...rotationItems(certificate),
          {
            label: "Identity",
            value: <Link href={`/identities/${identity.id}`}>{identity.name}</Link>,
          },
          { label: "Subject", value: certificate.subject || "empty; the names stand for it" },
          { label: "Names", value: <GeneralNameList names={certificate.sans} /> },
          { label: "notBefore", value: <Time at={certificate.notBefore} show="minute" /> },
          { label: "notAfter", value: <Time at={certificate.notAfter} show="minute" /> },
          {
            label: "Profile",
            value: (
              <>
                <Link href={`/profiles/${profile.id}`}>{profile.slug}</Link>, version{" "}
                {profile.version}
              </>
            ),
          },
          {
            label: "Issuer",
            value: <Link href={`/authorities/${authority.id}`}>{authority.slug}</Link>,
          },
          { label: "Serial", value: <MonoId value={certificate.serial} label="serial" whole /> },
          {
            label: "SHA-256",
            hint: "of the certificate",
            value: fingerprintSha256 && (
              <MonoId value={fingerprintSha256} label="fingerprint" whole />
            ),
          },
          { label: "Key", value: wordOf(keyAlgorithmChoices, certificate.keyAlgorithm) },
          {
            label: "Key SHA-256",
            value: <MonoId value={certificate.keySha256} label="key SHA-256" whole />,
          },
          { label: "Asked for by", value: certificate.requestedBy },
          { label: "Planned", value: <Time at={certificate.createdAt} show="exact" /> },
          {
            label: "Signed",
            value: certificate.issuedAt && <Time at={certificate.issuedAt} show="exact" />,
          },
          { label: "Id", value: <MonoId value={certificate.id} label="id" kind="text" whole /> },
        ]}
      />
    </Card>
  );
}

function revocationItems({ revocation, status }: CertificateDto): DataItem[] {
  if (revocation === null) return [];
  const { at, reason, comment, invalidityDate } = revocation;
  return [
    {
      label: status === "held" ? "On hold since" : "Revoked",
      value: <Time at={at} show="exact" />,
    },
    { label: "Reason", value: `${reasonWords[reason].label} (${reason})` },
    ...(comment ? [{ label: "Comment", value: comment }] : []),
    ...(invalidityDate
      ? [{ label: "Key in doubt since", value: <Time at={invalidityDate} show="exact" /> }]
      : []),
  ];
}

function rotationItems({
  predecessorId,
  successorId,
  supersedeAt,
  status,
}: CertificateDto): DataItem[] {
  return [
    ...(successorId
      ? [
          {
            label: "Successor",
            value: (
              <>
                <Link href={`/certificates/${successorId}`}>Open the successor</Link>
                {supersedeAt && status === "valid" && (
                  <>
                    ; this one is revoked <Time at={supersedeAt} />
                  </>
                )}
              </>
            ),
          },
        ]
      : []),
    ...(predecessorId
      ? [
          {
            label: "Predecessor",
            value: <Link href={`/certificates/${predecessorId}`}>Open the predecessor</Link>,
          },
        ]
      : []),
  ];
}
