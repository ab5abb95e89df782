"use client";

import { Plus } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityDto, IdentityList } from "@/lib/identities/schema";
import type { IdentityKind } from "@/lib/pki/types";
import type { PickedIdentity } from "./picked-identity";
import { useIdentityMatches } from "@/components/identities/use-identity-matches";
import { IdentityDialog } from "@/components/identities/identity-dialog";
import { kindLabels } from "@/components/shared/identity-kinds";

type Props = Readonly<{
  picked: PickedIdentity | null;
  onPick: (identity: PickedIdentity | null) => void;
  search: ServerAction<IdentityList>;
  /** Absent if the role can't create identities. */
  create?: ServerAction<IdentityDto> | undefined;
  error?: string[] | undefined;
  label?: string | undefined;
  /** Shown while no identity is picked. */
  hint?: ReactNode;
  /** Limits the search to identities of this kind. */
  kind?: IdentityKind | undefined;
  required?: boolean | undefined;
  /** Clears the field after each pick, for the next one. */
  several?: boolean | undefined;
}>;

const pauseMs = 180;
const arrowSteps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

const comboboxProps = {
  placeholder: "Search by name or owner",
  autoComplete: "off",
  spellCheck: false,
  role: "combobox",
  "aria-autocomplete": "list",
} as const;

function describeIdentity({ kind, owner, status }: PickedIdentity): string {
  const suspended = "It is suspended, so no certificates can be issued for it.";
  return `${kindLabels[kind]}, owned by ${owner}.${status === "suspended" ? ` ${suspended}` : ""}`;
}

/** Searches for an identity while the user types, or creates one in place. */
export function IdentityPicker({
  picked,
  onPick,
  search,
  create,
  error,
  label = "Identity",
  hint = "Each certificate is bound to one person, service or device.",
  kind,
  required = true,
  several = false,
}: Props) {
  const [text, setText] = useState(picked?.name ?? "");
  const [creating, setCreating] = useState(false);
  const listId = useId();
  const { matches, activeIndex, request, close, move } = useIdentityMatches(search, kind);
  const pick = (identity: PickedIdentity) => {
    close();
    onPick(identity);
    setText(several ? "" : identity.name);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!matches) {
      if (event.key === "ArrowDown") request(picked ? "" : text, 0);
      return;
    }
    if (event.key !== "Escape" && event.key !== "Enter" && !(event.key in arrowSteps)) return;
    event.preventDefault();
    const active = matches[activeIndex];
    if (event.key === "Escape") close();
    else if (event.key === "Enter") {
      if (active) pick(active);
    } else move(arrowSteps[event.key] ?? 0);
  };
  return (
    <div
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          close();
        }
      }}
    >
      <Field
        label={label}
        required={required}
        error={error}
        aside={
          create && (
            <NewIdentityButton
              onClick={() => {
                setCreating(true);
              }}
            />
          )
        }
        hint={picked ? describeIdentity(picked) : hint}
      >
        {(wiring) => (
          <div className="relative">
            <Input
              {...wiring}
              {...comboboxProps}
              value={text}
              aria-expanded={(matches?.length ?? 0) > 0}
              aria-controls={listId}
              aria-activedescendant={
                matches?.[activeIndex] ? `${listId}-${activeIndex}` : undefined
              }
              onKeyDown={onKeyDown}
              onClick={() => {
                if (!picked && !matches) request(text, 0);
              }}
              onChange={(event) => {
                setText(event.target.value);
                if (picked) onPick(null);
                request(event.target.value, pauseMs);
              }}
            />
            <Options
              id={listId}
              matches={matches}
              activeIndex={activeIndex}
              canCreate={create !== undefined}
              onPick={pick}
            />
          </div>
        )}
      </Field>
      {create && (
        <IdentityDialog
          action={create}
          open={creating}
          onOpenChange={setCreating}
          name={picked ? undefined : text}
          onCreated={pick}
        />
      )}
    </div>
  );
}

function NewIdentityButton({ onClick }: Readonly<{ onClick: () => void }>) {
  return (
    <Button variant="ghost" size="sm" icon={<Plus aria-hidden />} onClick={onClick}>
      New identity
    </Button>
  );
}

function Options({
  id,
  matches,
  activeIndex,
  canCreate,
  onPick,
}: Readonly<{
  id: string;
  matches: readonly PickedIdentity[] | null;
  activeIndex: number;
  canCreate: boolean;
  onPick: (identity: PickedIdentity) => void;
}>) {
  return (
    <div
      className={
        matches === null
          ? "hidden"
          : "absolute top-full right-0 left-0 mt-1 z-10 rounded-lg border border-border bg-raised p-1 text-sm shadow-pop"
      }
    >
      {matches?.length === 0 && (
        <p className="px-2 py-1.5 text-muted">
          {canCreate ? "No matches. Create the identity with “New identity”." : "No matches."}
        </p>
      )}
      {/* The text field keeps the focus and names the active option (ARIA combobox pattern). */}
      {matches && matches.length > 0 && (
        <div id={id} role="listbox" aria-label="Identities">
          {matches.map((identity, index) => (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field has the keys
            <div
              key={identity.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === activeIndex}
              tabIndex={-1}
              onPointerDown={(event) => {
                event.preventDefault();
              }}
              onClick={() => {
                onPick(identity);
              }}
              className="flex cursor-pointer flex-wrap items-baseline justify-between gap-x-3 rounded-md px-2 py-1.5 hover:bg-hover aria-selected:bg-hover"
            >
              <span className="max-w-full min-w-0 truncate font-medium">{identity.name}</span>
              <span className="max-w-full min-w-0 truncate text-xs text-muted">
                {kindLabels[identity.kind]} ·{" "}
                {identity.status === "suspended" ? "suspended" : identity.owner}
              </span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
