"use client";

import { entryHref, entryLabel } from "@/components/forms/show-receipt";
import { leave } from "@/components/layout/leave-guard";
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
import { certificateName } from "./certificate-name";
import { DownloadButtons } from "./download-buttons";
import { GeneralNameList } from "./general-name-list";
import { SaveKey, type UnsavedKey } from "./new-key/save-key";

type Props = Readonly<{
  done: Extract<ActionState<CertificateDto>, { ok: true }>;
  /** The key that was made in this page for it; null if its key is elsewhere. */
  unsaved: UnsavedKey | null;
  onAnother: () => void;
}>;

/** The issued certificate, its audit log entry and its files. */
export function IssueReceipt({ done, unsaved, onAnother }: Props) {
  const { data: certificate } = done;
  return (
    <Stack>
      <Receipt entryLabel={entryLabel(done)} entryHref={entryHref(done)}>
        Issued.
      </Receipt>
      {unsaved && certificate.pem !== null && (
        <Card title="Private key">
          <SaveKey
            {...unsaved}
            certificate={{ pem: certificate.pem, chainPem: certificate.chainPem }}
            name={certificateName(certificate)}
          />
        </Card>
      )}
      <Card title={certificateName(certificate)}>
        <DataList
          items={[
            {
              label: "Serial number",
              value: <MonoId value={certificate.serial} label="serial number" whole />,
            },
            { label: "Identity", value: certificate.identity.name },
            ...(certificate.namesAdded && certificate.namesAdded.length > 0
              ? [
                  {
                    label: "Names added",
                    hint: "To the identity",
                    value: <GeneralNameList names={certificate.namesAdded} />,
                  },
                ]
              : []),
            ...(certificate.ignored && certificate.ignored.length > 0
              ? [
                  {
                    label: "Not included",
                    hint: "Requested by the CSR",
                    value: certificate.ignored.join(", "),
                  },
                ]
              : []),
            { label: "Expires", value: <Time at={certificate.notAfter} show="minute" /> },
            {
              label: "Fingerprint",
              hint: "SHA-256",
              value: certificate.fingerprintSha256 && (
                <MonoId value={certificate.fingerprintSha256} label="fingerprint" whole />
              ),
            },
            { label: "Files", value: <DownloadButtons id={certificate.id} /> },
          ]}
        />
      </Card>
      {certificate.pem && <CodeBlock label="Certificate (PEM)" code={certificate.pem} short />}
      <Row justify="end">
        <Button
          onClick={() => {
            leave(onAnother);
          }}
        >
          Issue another
        </Button>
        <ButtonLink variant="primary" href={`/certificates/${certificate.id}`}>
          View certificate
        </ButtonLink>
      </Row>
    </Stack>
  );
}
