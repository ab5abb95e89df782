import { FileKey2, KeyRound, LoaderCircle } from "lucide-react";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CodeBlock } from "@/components/ui/code-block";
import { DataList } from "@/components/ui/data-list";
import { EmptyState } from "@/components/ui/empty-state";
import { Stack } from "@/components/ui/layout";
import { MonoId } from "@/components/ui/mono-id";
import { ProblemList } from "@/components/ui/problem-list";
import { Time } from "@/components/ui/time";
import { plural } from "@/lib/format/count";
import { ExtensionList } from "./extension-list";
import { GeneralNameList } from "./general-name-list";
import type { KeySource } from "./new-key/key-source";
import { PreviewNames } from "./preview-names";
import type { ShownPreview as Preview } from "./use-preview";

type Finding = Preview["findings"][number];

/** True for a finding that prevents issuance. */
export const isError = ({ severity }: Finding): boolean =>
  severity === undefined || severity === "error";

/**
 * Without the missing identity, which is the next step of the form and not a problem of the CSR.
 */
const findingsOf = ({ findings }: Preview) =>
  findings.filter(({ code }) => code !== "identity.required");

/**
 * What a CSR requests, what would be signed, and every problem. Nothing is signed to show this.
 */
export function RequestPreview({
  preview,
  pending,
  source,
  mayManageNames,
}: Readonly<{
  preview: Preview | null;
  pending: boolean;
  source: KeySource;
  /** For names of other identities: whether the user can share or transfer them. */
  mayManageNames: boolean;
}>) {
  if (preview === null) return <EmptyPreview pending={pending} source={source} />;
  const { request, plan, names } = preview;
  const findings = findingsOf(preview);
  return (
    <div
      aria-busy={pending}
      className={pending ? "opacity-70 transition-opacity" : "transition-opacity"}
    >
      <Stack>
        <Verdict preview={preview} pending={pending} source={source} />
        {findings.length > 0 && (
          <Card title="Findings">
            <ProblemList problems={findings} label="Findings" />
          </Card>
        )}
        {names.length > 0 && <PreviewNames names={names} mayManage={mayManageNames} />}
        {request && (
          <Card
            title="Requested"
            description={
              source === "server"
                ? "The key is created when you issue."
                : "From the CSR, after checking its signature."
            }
          >
            <DataList
              items={[
                ...(source === "server"
                  ? []
                  : [
                      { label: "Subject", value: request.subject },
                      { label: "Names", value: <GeneralNameList names={request.sans} /> },
                    ]),
                { label: "Key", value: request.key },
                ...(request.keySha256 === null
                  ? []
                  : [
                      {
                        label: "Key fingerprint",
                        value: <MonoId value={request.keySha256} label="key fingerprint" />,
                      },
                    ]),
                ...(request.ignored.length > 0
                  ? [
                      {
                        label: "Not included",
                        value: request.ignored.join(", "),
                        hint: "The profile doesn’t take it from a CSR",
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

type VerdictProps = Readonly<{ preview: Preview; pending: boolean; source: KeySource }>;

function Verdict({ preview, pending, source }: VerdictProps) {
  if (pending) return <Banner live title="Checking the request…" />;
  const findings = findingsOf(preview);
  const errorCount = findings.filter(isError).length;
  if (errorCount > 0)
    return (
      <Banner tone="danger" live title={`Can't be issued: ${plural(errorCount, "problem")}.`}>
        {source === "paste" ? "Fix the CSR" : "Change the names or the key type"}, or choose another
        profile or identity.
      </Banner>
    );
  if (preview.findings.some(isError))
    return (
      <Banner live title="No problems so far.">
        Choose the identity of the certificate.
      </Banner>
    );
  return (
    <Banner tone="success" live title="Ready to issue.">
      {findings.length > 0
        ? `${plural(findings.length, "notice")} below. The certificate can still be issued.`
        : source === "paste"
          ? "The CSR and the profile have no problems."
          : "The names, the key and the profile have no problems."}
    </Banner>
  );
}

function PlanCard({ plan }: Readonly<{ plan: NonNullable<Preview["plan"]> }>) {
  return (
    <Card
      title="What will be signed"
      description="The serial number and the exact times are set when you issue."
    >
      <DataList
        items={[
          {
            label: "Subject",
            value: plan.subject || "Empty (the names below identify the certificate)",
          },
          { label: "Names", value: <GeneralNameList names={plan.sans} /> },
          { label: "Valid from", value: <Time at={plan.notBefore} show="minute" /> },
          { label: "Expires", value: <Time at={plan.notAfter} show="minute" /> },
        ]}
      />
      <div className="border-t border-border pt-1">
        <ExtensionList extensions={plan.extensions} />
      </div>
    </Card>
  );
}

const opensslCommand = [
  "openssl req -new -nodes -newkey ec",
  "-pkeyopt ec_paramgen_curve:P-256",
  "-keyout key.pem -out request.pem",
  "-subj /CN=pay.example.com",
  "-addext subjectAltName=DNS:pay.example.com",
].join(" \\\n  ");

function EmptyPreview({ pending, source }: Readonly<{ pending: boolean; source: KeySource }>) {
  if (source !== "paste") return <NoKeyYet pending={pending} />;
  return (
    <Card title="What will be signed">
      <EmptyState
        icon={
          pending ? <LoaderCircle aria-hidden className="animate-spin" /> : <FileKey2 aria-hidden />
        }
        title={pending ? "Checking the CSR…" : "No CSR yet"}
      >
        Paste or drop a CSR to see what it requests, what will be signed, and any problems. Nothing
        is signed until you issue the certificate.
      </EmptyState>
      <CodeBlock label="Create a key and a CSR with OpenSSL" code={opensslCommand} wrap />
    </Card>
  );
}

function NoKeyYet({ pending }: Readonly<{ pending: boolean }>) {
  const icon = pending ? (
    <LoaderCircle aria-hidden className="animate-spin" />
  ) : (
    <KeyRound aria-hidden />
  );
  return (
    <Card title="What will be signed">
      <EmptyState icon={icon} title={pending ? "Creating the key…" : "No names yet"}>
        Enter the names of the certificate to see what will be signed, and any problems. Nothing is
        signed until you issue the certificate.
      </EmptyState>
    </Card>
  );
}
