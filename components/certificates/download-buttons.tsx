import { Download } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Row } from "@/components/ui/layout";

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
          href={`/certificates/${id}/download?format=${format}`}
          icon={<Download aria-hidden />}
        >
          {label}
        </ButtonLink>
      ))}
    </Row>
  );
}
