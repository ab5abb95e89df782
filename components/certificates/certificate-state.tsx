import { StateBadge } from "@/components/ui/badge";
import { certificateState, type CertificateFacts } from "@/lib/format/certificate-state";

/** The state of a certificate as label, icon and color. */
export function CertificateState({
  certificate,
  now,
}: Readonly<{ certificate: CertificateFacts; now: Date }>) {
  return (
    <StateBadge
      state={certificateState(certificate, now)}
      label={certificate.status === "failed" ? "Failed" : undefined}
    />
  );
}
