"use client";

import { Bookmark, BookmarkPlus, ListFilter, Settings2 } from "lucide-react";
import { useState } from "react";
import { ActionForm } from "@/components/forms/action-form";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { DropdownMenu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/dropdown-menu";
import { listsWithViews } from "./view-lists";
import { ViewNameField } from "./view-name-field";
import type { ServerAction } from "@/lib/auth/types";
import type { SavedView, ViewList } from "@/lib/views/schema";

type Props = Readonly<{
  list: ViewList;
  /** The filters of the list, as a view has them. */
  query: string;
  views: readonly SavedView[];
  save: ServerAction<SavedView>;
}>;

/** Opens a view of the list, and saves its filters as one. */
export function ViewsMenu({ list, query, views, save }: Props) {
  const { path, common } = listsWithViews[list];
  const [saving, setSaving] = useState(false);
  const current = [...views, ...common].find((view) => view.query === query);
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
        {common.map((view) => (
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
        <MenuItem icon={<Settings2 aria-hidden />} href="/views">
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
          input={(form) => ({ list, name: form.get("name"), query })}
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
