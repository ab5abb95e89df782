"use client";

import { Plus } from "lucide-react";
import { useId, useRef, useState, type KeyboardEvent } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityDto, IdentityKind, IdentityList } from "@/lib/identities/schema";
import { IdentityDialog } from "./identity-dialog";
import { kindWords } from "./identity-words";

export type PickedIdentity = Pick<IdentityDto, "id" | "name" | "kind" | "owner" | "status"> &
  Partial<Pick<IdentityDto, "certificateCounts">>;

type Props = Readonly<{
  picked: PickedIdentity | null;
  onPick: (identity: PickedIdentity | null) => void;
  search: ServerAction<IdentityList>;
  /** Absent: this role makes no identities. */
  create?: ServerAction<IdentityDto> | undefined;
  error?: string[] | undefined;
  label?: string | undefined;
  /** What is said while nothing is picked. */
  hint?: string | undefined;
  /** Only identities of that kind are found. */
  kind?: IdentityKind | undefined;
  required?: boolean | undefined;
  /** Empties itself for the next one. */
  several?: boolean | undefined;
}>;

const pauseMs = 180;

/** Finds one identity while typing, by keyboard or pointer, or makes it in place. */
export function IdentityPicker({
  picked,
  onPick,
  search,
  create,
  error,
  label = "Identity",
  hint = "A certificate belongs to exactly one person, service or device.",
  kind,
  required = true,
  several = false,
}: Props) {
  const [text, setText] = useState(picked?.name ?? "");
  const [found, setFound] = useState<readonly PickedIdentity[] | null>(null);
  const [at, setAt] = useState(0);
  const [creating, setCreating] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const listId = useId();
  const ask = (q: string, pause: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      void search(null, { q, limit: 8, ...(kind && { kind }) })
        .then((answer) => {
          if (answer.ok) {
            setFound(answer.data.items.filter((item) => item.kind !== "system"));
            setAt(0);
          }
        })
        .catch(() => {
          setFound([]);
        });
    }, pause);
  };
  const pick = (identity: PickedIdentity) => {
    clearTimeout(timer.current);
    onPick(identity);
    setText(several ? "" : identity.name);
    setFound(null);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape" && found) {
      event.preventDefault();
      setFound(null);
    }
    if (event.key === "ArrowDown" && !found) ask(picked ? "" : text, 0);
    if (!found) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt((at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length));
    }
    const chosen = found[at];
    if (event.key === "Enter") {
      event.preventDefault();
      if (chosen) pick(chosen);
    }
  };
  return (
    <div
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) {
          setFound(null);
          if (!picked) clearTimeout(timer.current);
        }
      }}
    >
      <Field
        label={label}
        required={required}
        error={error}
        aside={
          create && (
            <Button
              variant="ghost"
              size="sm"
              icon={<Plus aria-hidden />}
              onClick={() => {
                setCreating(true);
              }}
            >
              New identity
            </Button>
          )
        }
        hint={
          picked
            ? `${kindWords[picked.kind]}, owned by ${picked.owner}${picked.status === "suspended" ? ". It is suspended, so nothing can be issued for it" : ""}.`
            : hint
        }
      >
        {(wiring) => (
          <div className="relative">
            <Input
              {...wiring}
              value={text}
              placeholder="Type a name or an owner"
              autoComplete="off"
              spellCheck={false}
              role="combobox"
              aria-expanded={(found?.length ?? 0) > 0}
              aria-controls={listId}
              aria-autocomplete="list"
              aria-activedescendant={found?.[at] ? `${listId}-${at}` : undefined}
              onKeyDown={keys}
              onClick={() => {
                if (!picked && !found) ask(text, 0);
              }}
              onChange={(event) => {
                setText(event.target.value);
                if (picked) onPick(null);
                ask(event.target.value, pauseMs);
              }}
            />
            <Options id={listId} found={found} at={at} onPick={pick} />
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

function Options({
  id,
  found,
  at,
  onPick,
}: Readonly<{
  id: string;
  found: readonly PickedIdentity[] | null;
  at: number;
  onPick: (identity: PickedIdentity) => void;
}>) {
  return (
    <div
      className={
        found === null
          ? "hidden"
          : "absolute top-full right-0 left-0 mt-1 z-10 rounded-lg border border-border bg-raised p-1 text-sm shadow-pop"
      }
    >
      {found?.length === 0 && (
        <p className="px-2 py-1.5 text-muted">
          No identity matches. Create it with “New identity”.
        </p>
      )}
      {/* The text field keeps the focus and says which option is active (ARIA combobox pattern). */}
      {found && found.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        <div id={id} role="listbox" aria-label="Identities">
          {found.map((identity, index) => (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/prefer-tag-over-role
            <div
              key={identity.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
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
                {kindWords[identity.kind]} ·{" "}
                {identity.status === "suspended" ? "suspended" : identity.owner}
              </span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
