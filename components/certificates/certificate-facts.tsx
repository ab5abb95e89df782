import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
import { Card } from "@/components/ui/card";
import { DataList, type DataItem } from "@/components/ui/data-list";
import { Link } from "@/components/ui/link";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { CertificateDto } from "@/lib/certificates/schema";
import { GeneralNameList } from "./general-name-list";
import { reasonLabels } from "./shared/revocation-reasons";

/** The details of a certificate: contents and history. */
export function CertificateFacts({ certificate }: Readonly<{ certificate: CertificateDto }>) {
  const { profile, fingerprintSha256 } = certificate;
  return (
    <Card>
      <DataList
        items={[
          ...revocationItems(certificate),
          ...rotationItems(certificate),
          {
            label: "Subject",
            value: certificate.subject || "Empty (the names identify the certificate)",
          },
          { label: "Names", value: <GeneralNameList names={certificate.sans} /> },
          {
            label: "Valid from",
            hint: "Not before",
            value: <Time at={certificate.notBefore} show="minute" />,
          },
          {
            label: "Valid until",
            hint: "Not after",
            value: <Time at={certificate.notAfter} show="minute" />,
          },
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
            label: "Serial number",
            value: <MonoId value={certificate.serial} label="serial number" whole />,
          },
          {
            label: "Fingerprint",
            hint: "SHA-256",
            value: fingerprintSha256 && (
              <MonoId value={fingerprintSha256} label="fingerprint" whole />
            ),
          },
          {
            label: "Key",
            value: keyAlgorithmLabel(certificate.keyAlgorithm),
            ...(certificate.serverKey ? { hint: "Key made by Chancery" } : {}),
          },
          ...(certificate.serverKey
            ? [{ label: "Key handed to", value: certificate.requestedBy }]
            : []),
          {
            label: "Key fingerprint",
            hint: "SHA-256",
            value: <MonoId value={certificate.keySha256} label="key fingerprint" whole />,
          },
          { label: "Requested by", value: certificate.requestedBy },
          { label: "Planned", value: <Time at={certificate.createdAt} show="exact" /> },
          {
            label: "Signed",
            value: signedText(certificate),
          },
          { label: "ID", value: <MonoId value={certificate.id} label="ID" kind="text" whole /> },
        ]}
      />
    </Card>
  );
}

function signedText({ issuedAt, status }: CertificateDto) {
  if (issuedAt) return <Time at={issuedAt} show="exact" />;
  return status === "revoked" ? "Never issued: revoked before it was signed" : null;
}

function revocationItems({ revocation, status }: CertificateDto): DataItem[] {
  if (revocation === null) return [];
  const { at, reason, comment, invalidityDate } = revocation;
  return [
    {
      label: status === "held" ? "On hold since" : "Revoked",
      value: <Time at={at} show="exact" />,
    },
    { label: "Reason", value: reasonLabels[reason].label, hint: reason },
    ...(comment ? [{ label: "Comment", value: comment }] : []),
    ...(invalidityDate
      ? [{ label: "Compromised since", value: <Time at={invalidityDate} show="exact" /> }]
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
                <Link href={`/certificates/${successorId}`}>View successor</Link>
                {supersedeAt && status === "valid" && (
                  <>
                    ; this certificate will be revoked <Time at={supersedeAt} />
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
            value: <Link href={`/certificates/${predecessorId}`}>View predecessor</Link>,
          },
        ]
      : []),
  ];
}
