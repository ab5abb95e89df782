"use client";

import { X } from "lucide-react";
import { IdentityPicker } from "@/components/identities/shared/identity-picker";
import type { PickedIdentity } from "@/components/identities/shared/picked-identity";
import type { ServerAction } from "@/lib/auth/types";
import type { IdentityList } from "@/lib/identities/schema";
import type { IdentityNames, NamedIdentity } from "./policy-labels";

type Props = Readonly<{
  ids: readonly string[];
  names: IdentityNames;
  find: ServerAction<IdentityList>;
  onChange: (ids: string[]) => void;
  onNamed: (identity: NamedIdentity) => void;
  error: string[] | undefined;
}>;

/** Any number of identities: found while typing, shown by name, removed one by one. */
export function IdentityListField({ ids, names, find, onChange, onNamed, error }: Props) {
  const pick = (identity: PickedIdentity | null) => {
    if (identity === null) return;
    onNamed(identity);
    if (!ids.includes(identity.id)) onChange([...ids, identity.id]);
  };
  return (
    <div className="flex flex-col gap-2">
      <IdentityPicker
        several
        picked={null}
        onPick={pick}
        search={find}
        label="Identities"
        required={false}
        error={error}
        hint={ids.length === 0 ? "Leave empty for any identity." : "Type to add another."}
      />
      {ids.length > 0 && (
        <ul className="flex flex-wrap gap-1.5" aria-label="Identities of the rule">
          {ids.map((id) => {
            const name = names[id]?.name ?? id;
            return (
              <li
                key={id}
                className="inline-flex h-7 max-w-full items-center gap-1 rounded-full border border-accent/40 bg-accent-soft pr-1 pl-2.5 text-xs"
              >
                <span className="truncate font-medium">{name}</span>
                <button
                  type="button"
                  aria-label={`Remove ${name}`}
                  onClick={() => {
                    onChange(ids.filter((one) => one !== id));
                  }}
                  className="grid size-5 place-items-center rounded-full text-muted hover:bg-hover hover:text-text"
                >
                  <X aria-hidden className="size-3.5" />
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
