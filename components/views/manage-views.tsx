"use client";

import { Bookmark } from "lucide-react";
import { ActionForm } from "@/components/forms/action-form";
import { ConfirmDialog } from "@/components/forms/confirm-dialog";
import { Button, ButtonLink } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { listsWithViews } from "./shared/view-lists";
import { ViewNameField } from "./shared/view-name-field";
import { Link } from "@/components/ui/link";
import { DataTable, type Column } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import type { ServerAction } from "@/lib/auth/types";
import type { SavedView } from "@/lib/views/schema";

type Actions = Readonly<{ rename: ServerAction<SavedView>; remove: ServerAction<SavedView> }>;

const columnsOf = (actions: Actions): readonly Column<SavedView>[] => [
  {
    key: "name",
    header: "Name",
    width: "grow",
    cell: ({ list, name, query }) => (
      <>
        <span title={name}>
          <Link href={`${listsWithViews[list].path}?${query}`}>{name}</Link>
        </span>
        <code className="block truncate font-mono text-xs text-muted" title={query}>
          {query}
        </code>
      </>
    ),
  },
  {
    key: "list",
    header: "List",
    width: "fit",
    cell: ({ list }) => listsWithViews[list].label,
  },
  {
    key: "createdAt",
    header: "Saved",
    width: "fit",
    hideBelow: "sm",
    cell: ({ createdAt }) => <Time at={createdAt} />,
  },
  {
    key: "actions",
    header: "Actions",
    width: "fit",
    align: "end",
    cell: (view) => (
      <span className="flex justify-end gap-2">
        <Rename view={view} action={actions.rename} />
        <ConfirmDialog
          trigger={
            <Button size="sm" aria-label={`Delete ${view.name}`}>
              Delete
            </Button>
          }
          title={`Delete the view ${view.name}?`}
          consequence="It is removed from your list. Links to its filters still work."
          confirmLabel="Delete"
          receipt="View deleted."
          action={actions.remove}
          input={{ id: view.id }}
        />
      </span>
    ),
  },
];

function Rename({ view, action }: Readonly<{ view: SavedView; action: Actions["rename"] }>) {
  return (
    <Dialog
      title={`Rename ${view.name}`}
      trigger={
        <Button size="sm" aria-label={`Rename ${view.name}`}>
          Rename
        </Button>
      }
    >
      <ActionForm
        action={action}
        input={(form) => ({ id: view.id, name: form.get("name") })}
        fields={["name"]}
        submitLabel="Rename"
        receipt="View renamed."
      >
        {({ errors }) => <ViewNameField value={view.name} error={errors("name")} />}
      </ActionForm>
    </Dialog>
  );
}

/** A user's views of all lists, to open, rename and delete. */
export function ManageViews({
  views,
  actions,
}: Readonly<{ views: readonly SavedView[]; actions: Actions }>) {
  return (
    <DataTable
      caption="Saved views"
      columns={columnsOf(actions)}
      rows={views}
      rowKey={({ id }) => id}
      empty={
        <EmptyState
          icon={<Bookmark aria-hidden />}
          title="No saved views"
          action={<ButtonLink href="/certificates">Open certificates</ButtonLink>}
        >
          Filter a list, then choose Views and Save this view.
        </EmptyState>
      }
    />
  );
}
