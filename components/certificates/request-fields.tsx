"use client";

import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import { Card } from "@/components/ui/card";
import { GlossaryTerm } from "@/components/shared/glossary-term";
import { FileTextField } from "@/components/ui/file-text-field";
import { Stack } from "@/components/ui/layout";
import { SelectField } from "@/components/ui/select";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityDto, IdentityList } from "@/lib/identities/schema";
import type { IssueProfile } from "./issue-profile";
import { LifetimeField } from "./lifetime-field";
import { KeySourceField } from "./new-key/key-source";
import { likelyNames } from "./new-key/likely-names";
import { NewKeyFields } from "./new-key/new-key-fields";
import type { NewKeyState } from "./new-key/use-new-key";
import type { IssueDraftState } from "./use-issue-draft";

type Props = IssueDraftState &
  Readonly<{
    profiles: readonly IssueProfile[];
    profile: IssueProfile;
    newKey: NewKeyState;
    findIdentities: ServerAction<IdentityList>;
    createIdentity: ServerAction<IdentityDto> | undefined;
    csrErrors: string[] | undefined;
    /** When the certificate expires according to the preview; null until there is one. */
    notAfter: string | null;
    lifetimeErrors: readonly string[];
    now: string;
  }>;

/** Everything that a certificate is requested with. */
export function RequestFields({
  draft,
  change,
  profiles,
  profile,
  newKey,
  findIdentities,
  createIdentity,
  csrErrors,
  notAfter,
  lifetimeErrors,
  now,
}: Props) {
  return (
    <Card title="Request">
      <Stack>
        <KeySourceField
          source={draft.source}
          allowsServer={profile.serverKeys}
          onSource={(source) => {
            change({ source });
          }}
        />
        {draft.source === "paste" && (
          <CsrField
            csr={draft.csr}
            onCsr={(csr) => {
              change({ csr });
            }}
            error={csrErrors}
          />
        )}
        <ProfileField
          profiles={profiles}
          profile={profile}
          onSlug={(slug) => {
            const next = profiles.find((one) => one.slug === slug);
            const isWithout = draft.source === "server" && next?.serverKeys === false;
            change({ slug, ...(isWithout ? { source: "create" } : {}) });
            if (next) newKey.suggest(likelyNames(draft.identity, next));
          }}
        />
        <IdentityPicker
          picked={draft.identity}
          onPick={(identity) => {
            change({ identity });
            if (identity) newKey.suggest(likelyNames(identity, profile));
          }}
          search={findIdentities}
          create={createIdentity}
          hint={
            <>
              The certificate is bound to this <GlossaryTerm word="identity" />. Search by name or
              owner.
            </>
          }
        />
        {draft.source !== "paste" && (
          <NewKeyFields
            newKey={newKey}
            byServer={draft.source === "server"}
            algorithms={profile.keyAlgorithms}
            commonName={profile.commonName}
          />
        )}
        <LifetimeField
          text={draft.lifetime}
          onText={(lifetime) => {
            change({ lifetime });
          }}
          defaultSeconds={profile.validitySecondsDefault}
          maxSeconds={profile.validitySecondsMax}
          notAfter={notAfter}
          now={now}
          errors={lifetimeErrors}
        />
      </Stack>
    </Card>
  );
}

function CsrField({
  csr,
  onCsr,
  error,
}: Readonly<{ csr: string; onCsr: (csr: string) => void; error: string[] | undefined }>) {
  return (
    <FileTextField
      label="Certificate signing request (CSR)"
      name="csr"
      required
      accept=".csr,.pem,.req,.p10,.der"
      fileLabel="a CSR file"
      rows={9}
      placeholder="-----BEGIN CERTIFICATE REQUEST-----"
      defaultValue={csr}
      onText={onCsr}
      error={error}
      hint={
        <>
          PEM or DER, up to 64 KiB. A <GlossaryTerm word="CSR" /> contains only the public key. The
          private key stays where it was created.
        </>
      }
    />
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
      hint={
        <>
          {profile.description} Issued by {profile.issuerName}. The <GlossaryTerm word="profile" />{" "}
          decides what can be issued.
        </>
      }
      options={profiles.map(({ slug: value, name }) => ({ value, label: `${name} (${value})` }))}
    />
  );
}
