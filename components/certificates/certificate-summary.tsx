import { Lifetime } from "@/components/shared/lifetime";
import { Link } from "@/components/ui/link";
import { SummaryStrip, type SummaryItem } from "@/components/ui/summary-strip";
import { Time } from "@/components/ui/time";
import type { CertificateDto } from "@/lib/certificates/schema";
import type { UseView } from "@/lib/custody/types";
import { certificateState } from "@/lib/format/certificate-state";
import { plural } from "@/lib/format/count";
import { reasonLabels } from "./shared/revocation-reasons";

type Props = Readonly<{
  certificate: CertificateDto;
  issuerName: string;
  /** Null for readers who may not see it. */
  uses: readonly UseView[] | null;
  now: Date;
}>;

/** What matters about a certificate: until when it is valid, whose it is, its issuer and its use. */
export function CertificateSummary({ certificate, issuerName, uses, now }: Props) {
  const { identity, authority, profile } = certificate;
  return (
    <SummaryStrip
      items={[
        lifetimeItem(certificate, now),
        {
          label: "Belongs to",
          value: <Link href={`/identities/${identity.id}`}>{identity.name}</Link>,
          hint: (
            <>
              Owner:{" "}
              <Link href={`/identities?q=${encodeURIComponent(identity.owner)}`}>
                {identity.owner}
              </Link>
            </>
          ),
        },
        {
          label: "Issued by",
          value: <Link href={`/authorities/${authority.id}`}>{issuerName}</Link>,
          hint: (
            <>
              Profile <Link href={`/profiles/${profile.id}`}>{profile.slug}</Link>
            </>
          ),
        },
        ...(uses === null ? [requestItem(certificate)] : [useItem(uses)]),
      ]}
    />
  );
}

function lifetimeItem(certificate: CertificateDto, now: Date): SummaryItem {
  const { notBefore, notAfter, revocation, status } = certificate;
  const state = certificateState(certificate, now);
  if (status === "pending" || status === "failed")
    return {
      label: "Lifetime",
      value: status === "pending" ? "Not signed yet" : "Not issued",
    };
  const lifetime = <Lifetime {...{ notBefore, notAfter, now, state }} />;
  if (revocation === null) return { label: "Lifetime", value: lifetime };
  return {
    label: "Lifetime",
    value: lifetime,
    hint: (
      <>
        {status === "held" ? "On hold since" : "Revoked"} <Time at={revocation.at} />
        {status !== "held" && `: ${reasonLabels[revocation.reason].label}`}
      </>
    ),
  };
}

function useItem(uses: readonly UseView[]): SummaryItem {
  const [latest] = uses;
  if (!latest) return { label: "Last used", value: "No recorded use" };
  const networks = new Set(uses.map(({ network }) => network)).size;
  return {
    label: "Last used",
    value: <Time at={latest.lastAt} />,
    hint: `From ${plural(networks, "network")}`,
  };
}

const requestItem = ({ requestedBy, createdAt }: CertificateDto): SummaryItem => ({
  label: "Requested by",
  value: requestedBy,
  hint: <Time at={createdAt} />,
});
