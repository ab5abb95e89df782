import { redirect } from "next/navigation";
import { CustodyTimeline } from "@/components/audit/custody-timeline";
import { CertificateActions } from "@/components/certificates/certificate-actions";
import { CertificateFacts } from "@/components/certificates/certificate-facts";
import { certificateName } from "@/components/certificates/certificate-table";
import { CertificateState } from "@/components/certificates/certificate-state";
import { ChainTree } from "@/components/certificates/chain-tree";
import { DownloadButtons } from "@/components/certificates/download-buttons";
import { ExtensionList } from "@/components/certificates/extension-list";
import { CertificateUses } from "@/components/custody/certificate-uses";
import { keyAlgorithmChoices, wordOf } from "@/components/profiles/rule-words";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { formatCount } from "@/lib/format/count";
import { loadCertificate } from "./load-certificate";
import { release, revoke, rotate } from "../actions";

export const metadata = { title: "Certificate" };

export default async function CertificatePage({
  params,
}: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { certificate, chain, extensions, custody, uses, log, figures, overlapSeconds, may, now } =
    await loadCertificate(decodeURIComponent(id));
  if (certificate.id !== id) redirect(`/certificates/${certificate.id}`);
  const name = certificateName(certificate);
  return (
    <>
      <PageHeader
        title={name}
        badge={<CertificateState certificate={certificate} now={now} />}
        crumbs={[{ label: "Certificates", href: "/certificates" }]}
        sentence={`${wordOf(keyAlgorithmChoices, certificate.keyAlgorithm)}, by profile ${certificate.profile.slug}, for ${certificate.identity.name}.`}
        action={
          <CertificateActions
            certificate={certificate}
            name={name}
            acts={{ rotate, revoke, release }}
            may={may}
            figures={figures}
            overlapSeconds={overlapSeconds}
          />
        }
      />
      <Grid columns="main">
        <Stack>
          <CertificateFacts certificate={certificate} />
          {may.custody && (
            <CertificateUses certificateId={certificate.id} uses={uses} linked={may.audit} />
          )}
          {extensions && (
            <Card
              title="Extensions"
              description="Each in words, with the name that RFC 5280 gives it."
            >
              <ExtensionList extensions={extensions} />
            </Card>
          )}
          {certificate.pem && (
            <Card title="Files">
              <Stack>
                <DownloadButtons id={certificate.id} />
                <CodeBlock label="Certificate in PEM" code={certificate.pem} short />
              </Stack>
            </Card>
          )}
        </Stack>
        <Stack>
          <Card title="Chain">
            <ChainTree links={chain} />
          </Card>
          <Card
            title="Custody"
            description="Its whole recorded life, the latest first."
            footer={log && `Indexed to ${formatCount(log.indexedTo)} of ${formatCount(log.size)}.`}
          >
            <CustodyTimeline
              entries={custody.items}
              uses={uses}
              linked={may.audit}
              checkpointSize={log?.checkpointSize}
            />
          </Card>
        </Stack>
      </Grid>
    </>
  );
}
