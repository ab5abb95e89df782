"use client";

import { ActForm } from "@/components/forms/act-form";
import { textOf } from "@/components/forms/form-values";
import { Card } from "@/components/ui/card";
import { TextField } from "@/components/ui/input";
import { Stack } from "@/components/ui/layout";
import { SelectField, type SelectOption } from "@/components/ui/select";
import { TextareaField } from "@/components/ui/textarea";
import type { ServerAction } from "@/lib/auth/types";
import type { ProfileDto } from "@/lib/profiles/schema";
import { defaultRules } from "./default-rules";
import { NameRules } from "./name-rules";
import { profileFieldNames, rulesOf } from "./profile-input";
import { KeyRules, TimeRules, UsageRules } from "./rule-fields";

type Props = Readonly<{
  action: ServerAction<ProfileDto>;
  authorities: readonly SelectOption[];
  profile?: ProfileDto | undefined;
}>;

/** The rules of a profile as a form, each with its help in words. */
export function ProfileForm({ action, authorities, profile }: Props) {
  const rules = profile?.rules ?? defaultRules;
  const head = (form: FormData) => ({
    name: textOf(form, "name"),
    description: textOf(form, "description"),
    authority: textOf(form, "authority"),
    rules: rulesOf(form),
  });
  return (
    <ActForm
      action={action}
      fields={profileFieldNames}
      submitLabel={profile ? "Save as a new version" : "Create profile"}
      receipt={profile ? "Saved." : "Profile created."}
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
                  hint="Programs name the profile by it, so it never changes."
                />
              )}
              <TextareaField
                label="Description"
                name="description"
                rows={2}
                defaultValue={profile?.description}
                error={errors("description")}
                hint="Shown to whoever chooses a profile."
              />
              <SelectField
                label="Authority"
                name="authority"
                required
                options={authorities}
                defaultValue={profile?.authoritySlug ?? authorities[0]?.value}
                error={errors("authority")}
                hint="The authority that issues by this profile."
              />
            </Stack>
          </Card>
          <Card title="Keys">
            <KeyRules rules={rules} errors={errors} />
          </Card>
          <Card title="Times">
            <TimeRules rules={rules} errors={errors} />
          </Card>
          <Card title="Usages">
            <UsageRules rules={rules} errors={errors} />
          </Card>
          <Card title="Names">
            <NameRules rules={rules} errors={errors} />
          </Card>
        </>
      )}
    </ActForm>
  );
}
