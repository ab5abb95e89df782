import { Download } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Row } from "@/components/ui/layout";
import { DownloadSplitButton } from "@/components/ui/split-button";

const hrefOf = (id: string, format: string): string =>
  `/certificates/${id}/download?format=${format}`;

const formats = [
  ["pem", "PEM"],
  ["der", "DER"],
  ["chain", "Chain"],
  ["full", "PEM with chain"],
] as const;

/** Links to the files of a certificate. */
export function DownloadButtons({ id }: Readonly<{ id: string }>) {
  return (
    <Row>
      {formats.map(([format, label]) => (
        <ButtonLink
          key={format}
          size="sm"
          download
          href={hrefOf(id, format)}
          icon={<Download aria-hidden />}
        >
          {label}
        </ButtonLink>
      ))}
    </Row>
  );
}

/** The files of a certificate behind one button: the certificate itself, others from its menu. */
export function CertificateDownload({ id }: Readonly<{ id: string }>) {
  return (
    <DownloadSplitButton
      label="Download"
      files={[
        { href: hrefOf(id, "pem"), label: "Certificate (PEM)", hint: "For most programs" },
        { href: hrefOf(id, "full"), label: "Full chain (PEM)", hint: "For servers such as nginx" },
        { href: hrefOf(id, "chain"), label: "Chain (PEM)", hint: "Issuers only, without the root" },
        { href: hrefOf(id, "der"), label: "Certificate (DER)", hint: "For Windows and Java" },
      ]}
    />
  );
}
