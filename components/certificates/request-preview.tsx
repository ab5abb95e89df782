import { FileKey2, LoaderCircle } from "lucide-react";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { DataList } from "@/components/ui/data-list";
import { EmptyState } from "@/components/ui/empty-state";
import { Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { ProblemList } from "@/components/ui/problem-list";
import { Time } from "@/components/ui/time";
import { plural } from "@/lib/format/count";
import type { CertificatePreview } from "@/lib/certificates/schema";
import { ExtensionList } from "./extension-list";
import { GeneralNameList } from "./general-name-list";

type Preview = Pick<CertificatePreview, "request" | "findings" | "plan">;

type Finding = Preview["findings"][number];

/** True for what stops an issuing. */
export const isError = ({ severity }: Finding): boolean =>
  severity === undefined || severity === "error";

/** That no identity is chosen yet is the form's next step, not a fault of the request. */
const findingsOf = ({ findings }: Preview) =>
  findings.filter(({ code }) => code !== "identity.required");

/** What a request asks, what would be signed, and everything that stands against it. Nothing is signed to show this. */
export function RequestPreview({
  preview,
  pending,
}: Readonly<{ preview: Preview | null; pending: boolean }>) {
  if (preview === null) {
    return (
      <Card title="What will be signed">
        <EmptyState
          icon={
            pending ? (
              <LoaderCircle aria-hidden className="animate-spin" />
            ) : (
              <FileKey2 aria-hidden />
            )
          }
          title={pending ? "Reading the request" : "No request yet"}
        >
          Paste or drop a signing request. What it asks, what the profile makes of it and everything
          that stands against it appear here before anything is signed.
        </EmptyState>
      </Card>
    );
  }
  const { request, plan } = preview;
  const findings = findingsOf(preview);
  return (
    <div
      aria-busy={pending}
      className={pending ? "opacity-70 transition-opacity" : "transition-opacity"}
    >
      <Stack>
        <Verdict preview={preview} />
        {findings.length > 0 && (
          <Card title="Findings" description="All of them at once.">
            <ProblemList problems={findings} label="Findings" />
          </Card>
        )}
        {request && (
          <Card
            title="What was asked"
            description="As the signing request says it; its signature was checked."
          >
            <DataList
              items={[
                { label: "Subject", value: request.subject },
                { label: "Names", value: <GeneralNameList names={request.sans} /> },
                { label: "Key", value: request.key },
                {
                  label: "Key SHA-256",
                  value: <MonoId value={request.keySha256} label="key SHA-256" />,
                },
                ...(request.ignored.length > 0
                  ? [
                      {
                        label: "Ignored",
                        value: request.ignored.join(", "),
                        hint: "The profile decides",
                      },
                    ]
                  : []),
              ]}
            />
          </Card>
        )}
        {plan && !findings.some(isError) && <PlanCard plan={plan} />}
      </Stack>
    </div>
  );
}

function Verdict({ preview }: Readonly<{ preview: Preview }>) {
  const findings = findingsOf(preview),
    errors = findings.filter(isError).length;
  if (errors > 0)
    return (
      <Banner tone="danger" live title={`This would be refused: ${plural(errors, "finding")}.`}>
        Mend what is named below, or choose another profile or identity.
      </Banner>
    );
  if (preview.findings.some(isError))
    return (
      <Banner live title="So far nothing stands against it.">
        Choose the identity that the certificate is bound to.
      </Banner>
    );
  return (
    <Banner tone="success" live title="This can be issued.">
      {findings.length > 0
        ? `${plural(findings.length, "notice")} below; none of them stops it.`
        : "Nothing stands against it."}
    </Banner>
  );
}

function PlanCard({ plan }: Readonly<{ plan: NonNullable<Preview["plan"]> }>) {
  return (
    <Card
      title="What will be signed"
      description="Serial number and exact times are fixed when you issue."
    >
      <DataList
        items={[
          { label: "Subject", value: plan.subject || "empty; the names below stand for it" },
          { label: "Names", value: <GeneralNameList names={plan.sans} /> },
          { label: "notBefore", value: <Time at={plan.notBefore} show="minute" /> },
          { label: "notAfter", value: <Time at={plan.notAfter} show="minute" /> },
        ]}
      />
      <div className="border-t border-border pt-1">
        <ExtensionList extensions={plan.extensions} />
      </div>
    </Card>
  );
}
