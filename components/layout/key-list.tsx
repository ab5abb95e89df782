"use client";

import { useEffect, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { onSignal } from "./open-signals";
import type { PlaceGroup } from "./places";

type Line = Readonly<{ keys: readonly string[]; together?: boolean; text: string }>;

const everywhere: readonly Line[] = [
  { keys: ["Ctrl", "K"], together: true, text: "Search and go anywhere (⌘ K on a Mac)" },
  { keys: ["/"], text: "Search in this list" },
  { keys: ["?"], text: "This list" },
  { keys: ["Esc"], text: "Close what is open" },
];
const inLists: readonly Line[] = [
  { keys: ["↓"], text: "Next row (or j)" },
  { keys: ["↑"], text: "Row before (or k)" },
  { keys: ["Enter"], text: "Open the row" },
  { keys: ["Space"], text: "Select the row, on its checkbox" },
];

/** The keys of the console; `?` opens it. */
export function KeyList({ groups }: Readonly<{ groups: readonly PlaceGroup[] }>) {
  const [open, setOpen] = useState(false);
  useEffect(
    () =>
      onSignal("keys", () => {
        setOpen(true);
      }),
    [],
  );
  const places = groups
    .flatMap((group) => group.places)
    .map((place): Line => ({ keys: ["g", place.key], text: place.label }));
  return (
    <Dialog title="Keys" open={open} onOpenChange={setOpen} size="lg">
      <div className="grid gap-6 sm:grid-cols-3">
        <Lines title="Everywhere" lines={everywhere} />
        <Lines title="In lists" lines={inLists} />
        <Lines title="Go to" lines={places} />
      </div>
    </Dialog>
  );
}

function Lines({ title, lines }: Readonly<{ title: string; lines: readonly Line[] }>) {
  return (
    <section>
      <h3 className="pb-1.5 text-xs font-medium text-muted">{title}</h3>
      <dl className="flex flex-col gap-1.5 text-sm">
        {lines.map(({ keys, together, text }) => (
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
