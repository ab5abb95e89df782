"use client";

import { CalendarX2 } from "lucide-react";
import { useState, type FormEvent } from "react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { errorsOf, useAction } from "@/components/forms/use-action";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { EmptyState } from "@/components/ui/empty-state";
import { FileTextField } from "@/components/ui/file-text-field";
import { Stack } from "@/components/ui/layout";
import { SelectField } from "@/components/ui/select";
import type { ActionState, ServerAction } from "@/lib/auth/types";
import { plural } from "@/lib/format/count";
import type { CertificateDto, CertificatePreview } from "@/lib/certificates/schema";
import type { IdentityDto, IdentityList } from "@/lib/identities/schema";
import type { ProfileDto } from "@/lib/profiles/schema";
import { IssueReceipt } from "./issue-receipt";
import { LifetimeField } from "./lifetime-field";
import { RequestPreview, isError } from "./request-preview";
import { requestOf, useIssueDraft, type DraftRequest } from "./use-issue-draft";
import { usePreview, type PreviewState, type ShownPreview } from "./use-preview";

export type IssueProfile = Pick<ProfileDto, "slug" | "name" | "description"> &
  Readonly<{
    issuerName: string;
    validitySecondsDefault: number;
    validitySecondsMax: number;
  }>;

type Props = Readonly<{
  /** At least one. */
  profiles: readonly [IssueProfile, ...IssueProfile[]];
  identity: PickedIdentity | null;
  issue: ServerAction<CertificateDto>;
  preview: ServerAction<CertificatePreview>;
  findIdentities: ServerAction<IdentityList>;
  createIdentity?: ServerAction<IdentityDto> | undefined;
  /** Whether the user can share and transfer names. */
  mayManageNames: boolean;
  /** The server's time. */
  now: string;
}>;

/** Issues a certificate from a CSR. Shows everything that will be signed before it is signed. */
export function IssueForm(props: Props) {
  const [round, setRound] = useState(0);
  return (
    <IssueRound
      key={round}
      {...props}
      onAnother={() => {
        setRound(round + 1);
      }}
    />
  );
}

/** Why the button can't be pressed: it issues exactly what the preview shows, or nothing. */
function issueBlocker(
  { missing }: DraftRequest,
  identity: PickedIdentity | null,
  { preview, pending, failure }: PreviewState,
): string | undefined {
  if (missing === "csr") return "Paste a CSR first.";
  if (missing === "lifetime") return "Fix the lifetime first.";
  if (identity === null) return "Choose an identity first.";
  if (pending) return "Checking the request…";
  if (failure !== null) return "Load the preview first.";
  return preview?.plan && !preview.findings.some(isError)
    ? undefined
    : "Resolve the problems first.";
}

function submitLabel(preview: ShownPreview | null): string {
  const count = preview?.findings.some(isError) ? 0 : (preview?.addNames.length ?? 0);
  return count === 0 ? "Issue certificate" : `Add ${plural(count, "name")} and issue`;
}

const changedCodes = ["name.additions-changed", "certificate.preview-changed"];

/** Whether something else than the form changed what would be issued. */
const hasChanged = (state: ActionState): boolean =>
  !state.ok &&
  [state.code, ...state.findings.map(({ code }) => code)].some((code) =>
    changedCodes.includes(code),
  );

/** What the preview says about the lifetime, for its field. */
const lifetimeErrors = ({ preview, pending }: PreviewState): string[] =>
  pending
    ? []
    : (preview?.findings ?? [])
        .filter((finding) => isError(finding) && lifetimePaths.includes(finding.path ?? ""))
        .map(({ message }) => message);
const lifetimePaths = ["validitySeconds", "notAfter"];

function IssueRound({
  profiles,
  identity: initialIdentity,
  issue,
  preview,
  findIdentities,
  createIdentity,
  mayManageNames,
  now,
  onAnother,
}: Props & Readonly<{ onAnother: () => void }>) {
  const { draft, change } = useIssueDraft({ slug: profiles[0].slug, identity: initialIdentity });
  const { state, pending, run } = useAction(issue);
  const request = requestOf(draft);
  const current = usePreview(preview, request.input);
  const profile = profiles.find((one) => one.slug === draft.slug) ?? profiles[0];
  const blocker = issueBlocker(request, draft.identity, current);
  const plan = current.pending ? null : current.preview?.plan;
  const issueShown = async () => {
    // What the preview answers is sent, not what the fields hold by now.
    const { input, preview: shown } = current;
    const addNames = shown?.addNames ?? [];
    const answer = await run({ ...input, addNames, previewSha256: shown?.plan?.sha256 });
    if (hasChanged(answer)) current.reload();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!pending && blocker === undefined) void issueShown();
  };
  if (state?.ok) return <IssueReceipt done={state} onAnother={onAnother} />;
  return (
    <form
      noValidate
      onSubmit={submit}
      className="grid items-start gap-4 xl:grid-cols-2 [&>*]:min-w-0"
    >
      <Stack>
        <Card title="Request">
          <Stack>
            <FileTextField
              label="Certificate signing request (CSR)"
              name="csr"
              required
              accept=".csr,.pem,.req,.p10,.der"
              fileLabel="a CSR file"
              rows={9}
              placeholder="-----BEGIN CERTIFICATE REQUEST-----"
              onText={(csr) => {
                change({ csr });
              }}
              error={errorsOf(state, "csr")}
              hint="PEM or DER, up to 64 KiB. A CSR contains only the public key. The private key stays where it was created."
            />
            <ProfileField
              profiles={profiles}
              profile={profile}
              onSlug={(slug) => {
                change({ slug });
              }}
            />
            <IdentityPicker
              picked={draft.identity}
              onPick={(identity) => {
                change({ identity });
              }}
              search={findIdentities}
              create={createIdentity}
            />
            <LifetimeField
              text={draft.lifetime}
              onText={(lifetime) => {
                change({ lifetime });
              }}
              defaultSeconds={profile.validitySecondsDefault}
              maxSeconds={profile.validitySecondsMax}
              notAfter={plan?.notAfter ?? null}
              now={now}
              errors={lifetimeErrors(current)}
            />
          </Stack>
        </Card>
        {state && <IssueProblem state={state} />}
        <div className="flex justify-end">
          <Button
            type="submit"
            variant="primary"
            size="lg"
            loading={pending}
            disabledReason={blocker}
          >
            {submitLabel(current.preview)}
          </Button>
        </div>
      </Stack>
      <div className="xl:sticky xl:top-4">
        <PreviewPane request={request} current={current} mayManageNames={mayManageNames} />
      </div>
    </form>
  );
}

function ProfileField({
  profiles,
  profile,
  onSlug,
}: Readonly<{
  profiles: readonly IssueProfile[];
  profile: IssueProfile;
  onSlug: (slug: string) => void;
}>) {
  return (
    <SelectField
      label="Profile"
      name="profile"
      required
      value={profile.slug}
      onChange={(event) => {
        onSlug(event.target.value);
      }}
      hint={`${profile.description} Issued by ${profile.issuerName}.`.trim()}
      options={profiles.map(({ slug: value, name }) => ({ value, label: `${name} (${value})` }))}
    />
  );
}

/** Why nothing was issued. */
function IssueProblem({ state }: Readonly<{ state: ActionState }>) {
  if (state.ok) return null;
  if (!hasChanged(state)) return <ErrorBanner failure={state} fields={["csr"]} />;
  return (
    <Banner tone="warning" live title="The preview has changed. Nothing was issued.">
      Names, the profile or its CA were changed since the preview was loaded. It is up to date
      again: check it, then issue the certificate.
    </Banner>
  );
}

function PreviewPane({
  request,
  current,
  mayManageNames,
}: Readonly<{ request: DraftRequest; current: PreviewState; mayManageNames: boolean }>) {
  if (request.missing === "lifetime")
    return (
      <Card title="What will be signed">
        <EmptyState icon={<CalendarX2 aria-hidden />} title="Fix the lifetime">
          The lifetime can’t be read, so nothing can be issued. Change it, or leave it empty to use
          the default of the profile.
        </EmptyState>
      </Card>
    );
  if (current.failure)
    return (
      <Stack>
        <ErrorBanner failure={current.failure} fields={[]} />
        <div>
          <Button onClick={current.reload} loading={current.pending}>
            Load the preview again
          </Button>
        </div>
      </Stack>
    );
  return (
    <RequestPreview
      preview={current.preview}
      pending={current.pending}
      mayManageNames={mayManageNames}
    />
  );
}
