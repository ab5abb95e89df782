"use client";

import { useState, type FormEvent } from "react";
import { RefusalBanner } from "@/components/forms/refusal-banner";
import { errorsOf, useAct } from "@/components/forms/use-act";
import { IdentityPicker, type PickedIdentity } from "@/components/identities/identity-picker";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FileTextField } from "@/components/ui/file-text-field";
import { Stack } from "@/components/ui/layout";
import { SelectField } from "@/components/ui/select";
import type { ServerAction } from "@/lib/auth/types";
import type { CertificateDto, CertificatePreview } from "@/lib/certificates/schema";
import type { IdentityDto, IdentityList } from "@/lib/identities/schema";
import type { ProfileDto } from "@/lib/profiles/schema";
import { IssueReceipt } from "./issue-receipt";
import { LifetimeField } from "./lifetime-field";
import { RequestPreview, isError } from "./request-preview";
import { usePreview } from "./use-preview";

export type IssueProfile = Pick<ProfileDto, "slug" | "name" | "description" | "authoritySlug"> &
  Readonly<{ validitySecondsDefault: number; validitySecondsMax: number }>;

type Props = Readonly<{
  /** At least one. */
  profiles: readonly [IssueProfile, ...IssueProfile[]];
  identity: PickedIdentity | null;
  issue: ServerAction<CertificateDto>;
  preview: ServerAction<CertificatePreview>;
  findIdentities: ServerAction<IdentityList>;
  createIdentity?: ServerAction<IdentityDto> | undefined;
}>;

/** From a signing request to a certificate: everything is shown before anything is signed. */
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

function whyNot(
  csr: string,
  identity: PickedIdentity | null,
  preview: Pick<CertificatePreview, "findings"> | null,
): string | undefined {
  if (csr.trim() === "") return "Paste a signing request first.";
  if (identity === null) return "Choose an identity first.";
  return preview?.findings.some(isError) ? "The findings stand against it." : undefined;
}

function IssueRound({
  profiles,
  identity: given,
  issue,
  preview,
  findIdentities,
  createIdentity,
  onAnother,
}: Props & Readonly<{ onAnother: () => void }>) {
  const [csr, setCsr] = useState(""),
    [slug, setSlug] = useState(profiles[0].slug);
  const [identity, setIdentity] = useState<PickedIdentity | null>(given);
  const [validitySeconds, setValidity] = useState<number | undefined>();
  const { state, pending, run } = useAct(issue);
  const shown = usePreview(preview, {
    profile: slug,
    identity: identity?.id ?? "",
    csr,
    validitySeconds,
  });
  const profile = profiles.find((one) => one.slug === slug) ?? profiles[0];
  const blocked = whyNot(csr, identity, shown.preview);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!pending && blocked === undefined)
      void run({ profile: slug, identity: identity?.id, csr, validitySeconds });
  };
  if (state?.ok) return <IssueReceipt done={state} onAnother={onAnother} />;
  return (
    <form
      noValidate
      onSubmit={submit}
      className="grid items-start gap-4 xl:grid-cols-2 [&>*]:min-w-0"
    >
      <Stack>
        {state && <RefusalBanner refusal={state} shown={["csr"]} />}
        <Card title="Request">
          <Stack>
            <FileTextField
              label="Certificate signing request"
              name="csr"
              required
              accept=".csr,.pem,.req,.p10,.der"
              fileWord="a CSR file"
              rows={9}
              placeholder="-----BEGIN CERTIFICATE REQUEST-----"
              onText={setCsr}
              error={errorsOf(state, "csr")}
              hint="PEM or DER, at most 64 KiB. It holds the public key only; the private key stays where it was made."
            />
            <SelectField
              label="Profile"
              name="profile"
              required
              value={slug}
              onChange={(event) => {
                setSlug(event.target.value);
              }}
              hint={`${profile.description} Issued by ${profile.authoritySlug ?? "no authority"}.`.trim()}
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
        <div className="flex justify-end">
          <Button
            type="submit"
            variant="primary"
            size="lg"
            loading={pending}
            disabledReason={blocked}
          >
            Issue certificate
          </Button>
        </div>
      </Stack>
      <div className="xl:sticky xl:top-4">
        {shown.refusal ? (
          <RefusalBanner refusal={shown.refusal} shown={[]} />
        ) : (
          <RequestPreview preview={shown.preview} pending={shown.pending} />
        )}
      </div>
    </form>
  );
}
