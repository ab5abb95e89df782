"use client";

import { Bookmark, BookmarkPlus, ListFilter, Settings2 } from "lucide-react";
import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { DropdownMenu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/dropdown-menu";
import { ViewNameField } from "./view-name-field";
import type { ServerAction } from "@/lib/auth/types";
import type { SavedView } from "@/lib/views/schema";

/** Views that everyone has. */
const commonViews = [
  { name: "Revocations", query: "action=certificate.revoked" },
  { name: "Issued certificates", query: "action=certificate.issued" },
  { name: "Denied", query: "outcome=denied" },
  { name: "Failed sign-ins", query: "action=session.refused" },
  { name: "Changes to users", query: "action=account." },
  { name: "Exports", query: "action=audit.exported" },
] as const;

type Props = Readonly<{
  path: string;
  /** The filters of the list, as a view has them. */
  query: string;
  views: readonly SavedView[];
  save: ServerAction<SavedView>;
}>;

/** Opens a view of the list, and saves its filters as one. */
export function ViewsMenu({ path, query, views, save }: Props) {
  const [saving, setSaving] = useState(false);
  const current = [...views, ...commonViews].find((view) => view.query === query);
  const hrefOf = (of: string) => (of === "" ? path : `${path}?${of}`);
  return (
    <>
      <DropdownMenu
        label="Views"
        align="start"
        trigger={
          <Button icon={<Bookmark aria-hidden />}>
            {current ? `View: ${current.name}` : "Views"}
          </Button>
        }
      >
        {views.length > 0 && (
          <>
            <MenuLabel>Your views</MenuLabel>
            {views.map((view) => (
              <MenuItem key={view.id} icon={<Bookmark aria-hidden />} href={hrefOf(view.query)}>
                {view.name}
              </MenuItem>
            ))}
          </>
        )}
        <MenuLabel>For everyone</MenuLabel>
        {commonViews.map((view) => (
          <MenuItem key={view.query} icon={<ListFilter aria-hidden />} href={hrefOf(view.query)}>
            {view.name}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem
          icon={<BookmarkPlus aria-hidden />}
          disabledReason={query === "" ? "Set a filter first." : undefined}
          onSelect={() => {
            setSaving(true);
          }}
        >
          Save this view
        </MenuItem>
        <MenuItem icon={<Settings2 aria-hidden />} href={`${path}/views`}>
          Manage views
        </MenuItem>
      </DropdownMenu>
      <Dialog
        open={saving}
        onOpenChange={setSaving}
        title="Save this view"
        description="Saves the filters of the list under a name. Only you see it; to share it, copy the URL."
      >
        <ActionForm
          action={save}
          input={(form) => ({ name: form.get("name"), query })}
          fields={["name"]}
          submitLabel="Save"
          receipt="View saved."
        >
          {({ errors }) => <ViewNameField error={errors("name")} />}
        </ActionForm>
      </Dialog>
    </>
  );
}
