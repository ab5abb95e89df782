"use client";

import { useState, type FormEvent } from "react";
import { ErrorBanner } from "@/components/forms/error-banner";
import { errorsOf, useAction } from "@/components/forms/use-action";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
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
import { usePreview, type ShownPreview } from "./use-preview";

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

function issueBlocker(
  csr: string,
  identity: PickedIdentity | null,
  { preview, pending }: Readonly<{ preview: ShownPreview | null; pending: boolean }>,
): string | undefined {
  if (csr.trim() === "") return "Paste a CSR first.";
  if (identity === null) return "Choose an identity first.";
  // What is sent has to be what was shown.
  if (pending) return "Checking the request…";
  return preview?.findings.some(isError) ? "Resolve the problems first." : undefined;
}

function submitLabel(preview: ShownPreview | null): string {
  const count = preview?.findings.some(isError) ? 0 : (preview?.addNames.length ?? 0);
  return count === 0 ? "Issue certificate" : `Add ${plural(count, "name")} and issue`;
}

const haveNamesChanged = (state: ActionState): boolean =>
  !state.ok &&
  [state.code, ...state.findings.map(({ code }) => code)].includes("name.additions-changed");

function IssueRound({
  profiles,
  identity: initialIdentity,
  issue,
  preview,
  findIdentities,
  createIdentity,
  mayManageNames,
  onAnother,
}: Props & Readonly<{ onAnother: () => void }>) {
  const [csr, setCsr] = useState("");
  const [slug, setSlug] = useState(profiles[0].slug);
  const [identity, setIdentity] = useState<PickedIdentity | null>(initialIdentity);
  const [validitySeconds, setValidity] = useState<number | undefined>();
  const { state, pending, run } = useAction(issue);
  const request = { profile: slug, identity: identity?.id ?? "", csr, validitySeconds };
  const current = usePreview(preview, request);
  const profile = profiles.find((one) => one.slug === slug) ?? profiles[0];
  const blocker = issueBlocker(csr, identity, current);
  const additions = current.preview?.addNames ?? [];
  const issueShown = async () => {
    const answer = await run({ ...request, addNames: additions });
    if (haveNamesChanged(answer)) current.reload();
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
              onText={setCsr}
              error={errorsOf(state, "csr")}
              hint="PEM or DER, up to 64 KiB. A CSR contains only the public key. The private key stays where it was created."
            />
            <SelectField
              label="Profile"
              name="profile"
              required
              value={slug}
              onChange={(event) => {
                setSlug(event.target.value);
              }}
              hint={`${profile.description} Issued by ${profile.issuerName}.`.trim()}
              options={profiles.map(({ slug: value, name }) => ({
                value,
                label: `${name} (${value})`,
              }))}
            />
            <IdentityPicker
              picked={identity}
              onPick={setIdentity}
              search={findIdentities}
              create={createIdentity}
            />
            <LifetimeField
              key={slug}
              defaultSeconds={profile.validitySecondsDefault}
              maxSeconds={profile.validitySecondsMax}
              onSeconds={setValidity}
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
        <PreviewPane current={current} mayManageNames={mayManageNames} />
      </div>
    </form>
  );
}

/** Why nothing was issued. */
function IssueProblem({ state }: Readonly<{ state: ActionState }>) {
  if (state.ok) return null;
  if (!haveNamesChanged(state)) return <ErrorBanner failure={state} fields={["csr"]} />;
  return (
    <Banner tone="warning" live title="The names have changed. Nothing was issued.">
      Names were added or released since the preview was loaded. It is up to date again: check it,
      then issue the certificate.
    </Banner>
  );
}

function PreviewPane({
  current,
  mayManageNames,
}: Readonly<{ current: ReturnType<typeof usePreview>; mayManageNames: boolean }>) {
  if (current.failure) return <ErrorBanner failure={current.failure} fields={[]} />;
  return (
    <RequestPreview
      preview={current.preview}
      pending={current.pending}
      mayManageNames={mayManageNames}
    />
  );
}
