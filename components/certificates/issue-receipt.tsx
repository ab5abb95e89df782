"use client";

import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { Receipt } from "@/components/ui/banner";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { DataList } from "@/components/ui/data-list";
import { Row, Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { Time } from "@/components/ui/time";
import type { ActionState } from "@/lib/auth/types";
import type { CertificateDto } from "@/lib/certificates/schema";
import { DownloadButtons } from "./download-buttons";

type Props = Readonly<{
  done: Extract<ActionState<CertificateDto>, { ok: true }>;
  onAnother: () => void;
}>;

/** What was issued, the entry that holds it, and its files. */
export function IssueReceipt({ done, onAnother }: Props) {
  const { data: certificate } = done;
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)} entryHref={entryHref(done)}>
        Issued.
      </Receipt>
      <Card title={certificate.commonName || certificate.sans[0]?.value || certificate.serial}>
        <DataList
          items={[
            { label: "Serial", value: <MonoId value={certificate.serial} label="serial" whole /> },
            { label: "Identity", value: certificate.identity.name },
            { label: "notAfter", value: <Time at={certificate.notAfter} show="minute" /> },
            {
              label: "SHA-256",
              value: certificate.fingerprintSha256 && (
                <MonoId value={certificate.fingerprintSha256} label="fingerprint" whole />
              ),
            },
            { label: "Files", value: <DownloadButtons id={certificate.id} /> },
          ]}
        />
      </Card>
      {certificate.pem && <CodeBlock label="Certificate in PEM" code={certificate.pem} short />}
      <Row justify="end">
        <Button onClick={onAnother}>Issue another</Button>
        <ButtonLink variant="primary" href={`/certificates/${certificate.id}`}>
          Open the certificate
        </ButtonLink>
      </Row>
    </Stack>
  );
}
