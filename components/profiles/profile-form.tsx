"use client";

import { ActionForm } from "@/components/forms/action-form";
import { textOf } from "@/components/forms/form-values";
import { Card } from "@/components/ui/card";
import { TextField } from "@/components/ui/input";
import { Stack } from "@/components/ui/layout";
import { SelectField, type SelectOption } from "@/components/ui/select";
import { TextareaField } from "@/components/ui/textarea";
import type { ServerAction } from "@/lib/auth/types";
import type { ProfileDto } from "@/lib/profiles/schema";
import { defaultRules } from "./default-rules";
import { NameRules, SubjectRules } from "./name-rules";
import { profileFieldNames, rulesOf } from "./profile-input";
import { IdentityRules, KeyRules, TimeRules, UsageRules } from "./rule-fields";

type Props = Readonly<{
  action: ServerAction<ProfileDto>;
  authorities: readonly SelectOption[];
  profile?: ProfileDto | undefined;
}>;

/** The form to create or change a profile. */
export function ProfileForm({ action, authorities, profile }: Props) {
  const rules = profile?.rules ?? defaultRules;
  const head = (form: FormData) => ({
    name: textOf(form, "name"),
    description: textOf(form, "description"),
    authority: textOf(form, "authority"),
    rules: rulesOf(form),
  });
  return (
    <ActionForm
      action={action}
      fields={profileFieldNames}
      submitLabel={profile ? "Save as new version" : "Create profile"}
      receipt={profile ? "Profile saved." : "Profile created."}
      input={(form) =>
        profile
          ? { id: profile.id, version: profile.version, ...head(form) }
          : { slug: textOf(form, "slug"), ...head(form) }
      }
      goTo={(done) => `/profiles/${done.data.id}`}
    >
      {({ errors }) => (
        <>
          <Card title="Profile">
            <Stack>
              <TextField
                label="Name"
                name="name"
                required
                defaultValue={profile?.name}
                error={errors("name")}
              />
              {!profile && (
                <TextField
                  label="Slug"
                  name="slug"
                  required
                  mono
                  error={errors("slug")}
                  placeholder="internal-api"
                  hint="API clients select the profile by its slug. Can't be changed later."
                />
              )}
              <TextareaField
                label="Description"
                name="description"
                rows={2}
                defaultValue={profile?.description}
                error={errors("description")}
                hint="Shown when a profile is selected."
              />
              <SelectField
                label="Issuing CA"
                name="authority"
                required
                options={authorities}
                defaultValue={profile?.authoritySlug ?? authorities[0]?.value}
                error={errors("authority")}
                hint="The CA that issues certificates with this profile."
              />
            </Stack>
          </Card>
          <Card title="Identities">
            <IdentityRules rules={rules} errors={errors} />
          </Card>
          <Card title="Keys">
            <KeyRules rules={rules} errors={errors} />
          </Card>
          <Card title="Lifetimes">
            <TimeRules rules={rules} errors={errors} />
          </Card>
          <Card title="Usage">
            <UsageRules rules={rules} errors={errors} />
          </Card>
          <Card title="Subject">
            <SubjectRules rules={rules} errors={errors} />
          </Card>
          <Card title="Names">
            <NameRules rules={rules} errors={errors} />
          </Card>
        </>
      )}
    </ActionForm>
  );
}
