import { redirect } from "next/navigation";
import { CustodyTimeline } from "@/components/custody/custody-timeline";
import { CertificateActions } from "@/components/certificates/certificate-actions";
import { CertificateFacts } from "@/components/certificates/certificate-facts";
import { certificateName } from "@/components/certificates/certificate-name";
import { CertificateState } from "@/components/certificates/certificate-state";
import { ChainTree } from "@/components/certificates/chain-tree";
import { DownloadButtons } from "@/components/certificates/download-buttons";
import { ExtensionList } from "@/components/certificates/extension-list";
import { RotationBanner } from "@/components/certificates/rotation/rotation-banner";
import { CertificateUses } from "@/components/custody/certificate-uses";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import type { EntrySummary } from "@/lib/log/schema";
import { formatCount } from "@/lib/format/count";
import { loadCertificate } from "./load-certificate";
import {
  release,
  requestRotation,
  revoke,
  rotate,
  withdrawRotationRequest,
} from "@/app/(console)/certificates/actions";

export const metadata = { title: "Certificate" };

export default async function CertificatePage({
  params,
}: Readonly<{ params: Promise<{ id: string }> }>) {
  const { id } = await params;
  const { certificate, chain, extensions, custody, uses, log, figures, successorRules, may, now } =
    await loadCertificate(decodeURIComponent(id));
  if (certificate.id !== id) redirect(`/certificates/${certificate.id}`);
  const name = certificateName(certificate);
  return (
    <>
      <PageHeader
        title={name}
        badge={<CertificateState certificate={certificate} now={now} />}
        crumbs={[{ label: "Certificates", href: "/certificates" }]}
        description={`${keyAlgorithmLabel(certificate.keyAlgorithm)} · profile ${certificate.profile.slug} · ${certificate.identity.name}`}
        action={
          <CertificateActions
            certificate={certificate}
            name={name}
            actions={{ rotate, revoke, release, requestRotation }}
            may={may}
            figures={figures}
            successorRules={successorRules}
            now={now}
          />
        }
      />
      {certificate.rotationRequest !== null && (
        <div className="pb-4">
          <RotationBanner
            certificateId={certificate.id}
            request={certificate.rotationRequest}
            entry={may.audit ? requestEntryOf(custody.items) : null}
            now={now}
            withdraw={may.requestRotation ? withdrawRotationRequest : null}
          />
        </div>
      )}
      <Grid columns="main">
        <Stack>
          <CertificateFacts
            certificate={certificate}
            issuerName={chain.at(-2)?.name ?? certificate.authority.slug}
          />
          {may.custody && (
            <CertificateUses certificateId={certificate.id} uses={uses} linked={may.audit} />
          )}
          {extensions && (
            <Card title="Extensions" description="In plain words, with their RFC 5280 names.">
              <ExtensionList extensions={extensions} />
            </Card>
          )}
          {certificate.pem && (
            <Card title="Files">
              <Stack>
                <DownloadButtons id={certificate.id} />
                <CodeBlock label="Certificate (PEM)" code={certificate.pem} short />
              </Stack>
            </Card>
          )}
        </Stack>
        <Stack>
          <Card title="Certificate chain">
            <ChainTree links={chain} />
          </Card>
          <Card
            title="Chain of custody"
            description="The recorded history of this certificate, newest first."
            footer={
              log && `${formatCount(log.indexedTo)} of ${formatCount(log.size)} entries indexed.`
            }
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

/** The newest request for rotation: the one that counts. */
const requestEntryOf = (entries: readonly EntrySummary[]): EntrySummary | null =>
  entries.findLast(({ action }) => action === "certificate.rotation-requested") ?? null;
