import { redirect } from "next/navigation";
import { CustodyTimeline } from "@/components/custody/custody-timeline";
import { CertificateActions } from "@/components/certificates/certificate-actions";
import { CertificateFacts } from "@/components/certificates/certificate-facts";
import { certificateName } from "@/components/certificates/certificate-name";
import { CertificateState } from "@/components/certificates/certificate-state";
import { CertificateSummary } from "@/components/certificates/certificate-summary";
import { ChainTree } from "@/components/certificates/chain-tree";
import { CertificateDownload } from "@/components/certificates/download-buttons";
import { ExtensionList } from "@/components/certificates/extension-list";
import { RotationBanner } from "@/components/certificates/rotation/rotation-banner";
import { CertificateUses } from "@/components/custody/certificate-uses";
import { keyAlgorithmLabel } from "@/components/shared/key-algorithm-label";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { Grid, Stack } from "@/components/ui/layout";
import { PageHeader } from "@/components/ui/page-header";
import { Tabs, type Tab } from "@/components/ui/tabs";
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
  const issuerName = chain.at(-2)?.name ?? certificate.authority.slug;
  const tabs = tabsOf({ certificate, uses, extensions, may });
  return (
    <>
      <PageHeader
        title={name}
        badge={<CertificateState certificate={certificate} now={now} />}
        crumbs={[{ label: "Certificates", href: "/certificates" }]}
        description={`${keyAlgorithmLabel(certificate.keyAlgorithm)} · profile ${certificate.profile.slug}`}
        action={
          <>
            {certificate.pem && <CertificateDownload id={certificate.id} />}
            <CertificateActions
              certificate={certificate}
              name={name}
              actions={{ rotate, revoke, release, requestRotation }}
              may={may}
              figures={figures}
              successorRules={successorRules}
              now={now}
            />
          </>
        }
      />
      {certificate.rotationRequest !== null && (
        <div className="pb-4">
          <RotationBanner
            certificateId={certificate.id}
            request={certificate.rotationRequest}
            suspended={certificate.identity.status === "suspended"}
            entry={may.audit ? requestEntryOf(custody.items) : null}
            now={now}
            withdraw={may.withdrawRotation ? withdrawRotationRequest : null}
          />
        </div>
      )}
      <Stack>
        <CertificateSummary
          certificate={certificate}
          issuerName={issuerName}
          uses={may.custody ? uses : null}
          now={now}
        />
        <Grid columns="main">
          <Tabs label="Sections" keep tabs={tabs} />
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
      </Stack>
    </>
  );
}

/** The newest request for rotation: the one that counts. */
const requestEntryOf = (entries: readonly EntrySummary[]): EntrySummary | null =>
  entries.findLast(({ action }) => action === "certificate.rotation-requested") ?? null;

type Loaded = Awaited<ReturnType<typeof loadCertificate>>;

/** The sections of the page; those without content for this reader are left out. */
function tabsOf({
  certificate,
  uses,
  extensions,
  may,
}: Pick<Loaded, "certificate" | "uses" | "extensions" | "may">): readonly Tab[] {
  const { id, pem } = certificate;
  return [
    {
      value: "details",
      label: "Details",
      content: <CertificateFacts certificate={certificate} />,
    },
    ...(may.custody
      ? [
          {
            value: "uses",
            label: "Usage",
            content: <CertificateUses certificateId={id} uses={uses} linked={may.audit} />,
          },
        ]
      : []),
    ...(extensions
      ? [
          {
            value: "extensions",
            label: "Extensions",
            count: String(extensions.length),
            content: (
              <Card title="Extensions" description="In plain words, with their RFC 5280 names.">
                <ExtensionList extensions={extensions} />
              </Card>
            ),
          },
        ]
      : []),
    ...(pem
      ? [
          {
            value: "pem",
            label: "PEM",
            content: <CodeBlock label="Certificate (PEM)" code={pem} />,
          },
        ]
      : []),
  ];
}
