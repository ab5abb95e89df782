"use client";

import { useEffect, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { DocumentLink } from "@/components/ui/document-link";
import { Kbd } from "@/components/ui/kbd";
import { documents } from "./documents";
import { onSignal } from "./open-signals";
import type { NavGroup } from "./nav-items";

type Shortcut = Readonly<{ keys: readonly string[]; together?: boolean; text: string }>;

const everywhere: readonly Shortcut[] = [
  { keys: ["Ctrl", "K"], together: true, text: "Search or run a command (⌘K on Mac)" },
  { keys: ["/"], text: "Search this list" },
  { keys: ["j"], text: "First row (or k)" },
  { keys: ["?"], text: "Show keyboard shortcuts" },
  { keys: ["Esc"], text: "Close a dialog or menu" },
];
const onRows: readonly Shortcut[] = [
  { keys: ["↓"], text: "Next row (or j)" },
  { keys: ["↑"], text: "Previous row (or k)" },
  { keys: ["Enter"], text: "Open row" },
  { keys: ["x"], text: "Select row" },
  { keys: ["Shift", "x"], together: true, text: "Select all rows since the last one" },
];

/** The list of keyboard shortcuts; `?` opens it. */
export function KeyboardShortcuts({ groups }: Readonly<{ groups: readonly NavGroup[] }>) {
  const [open, setOpen] = useState(false);
  useEffect(
    () =>
      onSignal("keys", () => {
        setOpen(true);
      }),
    [],
  );
  const navigation = groups
    .flatMap((group) => group.items)
    .map((place): Shortcut => ({ keys: ["g", place.key], text: place.label }));
  return (
    <Dialog title="Keyboard shortcuts" open={open} onOpenChange={setOpen} size="lg">
      <div className="grid gap-6 sm:grid-cols-3">
        <ShortcutList title="Everywhere" shortcuts={everywhere} />
        <ShortcutList title="On a focused row" shortcuts={onRows} />
        <ShortcutList title="Go to" shortcuts={navigation} />
      </div>
      <section className="mt-6 border-t border-border pt-3 text-sm">
        <h3 className="pb-1.5 text-xs font-medium text-muted">Documents</h3>
        <ul className="flex flex-wrap gap-x-6 gap-y-1.5">
          {documents.map(({ href, label }) => (
            <li key={href}>
              <DocumentLink href={href}>{label}</DocumentLink>
            </li>
          ))}
        </ul>
      </section>
    </Dialog>
  );
}

function ShortcutList({
  title,
  shortcuts,
}: Readonly<{ title: string; shortcuts: readonly Shortcut[] }>) {
  return (
    <section>
      <h3 className="pb-1.5 text-xs font-medium text-muted">{title}</h3>
      <dl className="flex flex-col gap-1.5 text-sm">
        {shortcuts.map(({ keys, together, text }) => (
          <div key={text} className="flex items-baseline justify-between gap-3">
            <dt>{text}</dt>
            <dd>
              <Kbd keys={keys} together={together} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
