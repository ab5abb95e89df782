"use client";

import { Command } from "cmdk";
import { CornerDownLeft, LoaderCircle, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { Dialog as Primitive } from "radix-ui";
import { useEffect, useState } from "react";
import { veilStyle } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { onSignal } from "./open-signals";
import type { PaletteEntry, PaletteSearch } from "./palette-types";
import { PlaceIcon } from "./place-icon";
import type { PlaceId } from "./places";
import { usePaletteSearch } from "./use-palette-search";

type Props = Readonly<{ entries: readonly PaletteEntry[]; search?: PaletteSearch | undefined }>;

const groupStyle =
  "[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted";

/** Every page, thing and act behind one box (Ctrl or ⌘ K). */
export function CommandPalette({ entries, search }: Props) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState("");
  useEffect(
    () =>
      onSignal("palette", () => {
        setWords("");
        setOpen((old) => !old);
      }),
    [],
  );
  const found = usePaletteSearch(open ? words : "", search);
  // What the server found comes first, so that Enter opens it.
  const [chosen, setChosen] = useState({ id: "", words: "" });
  if (found.state === "idle" && found.words !== chosen.words)
    setChosen({ id: found.entries[0]?.id ?? chosen.id, words: found.words });
  const go = (href: string) => {
    setOpen(false);
    router.push(href);
  };
  return (
    <Primitive.Root open={open} onOpenChange={setOpen}>
      <Primitive.Portal>
        <Primitive.Overlay className={veilStyle} />
        <Primitive.Content
          aria-describedby={undefined}
          className="fixed inset-x-2 top-2 z-50 mx-auto max-w-xl overflow-hidden rounded-xl border border-border bg-raised shadow-pop enter-rise sm:top-[14vh]"
        >
          <Primitive.Title className="sr-only">Search and go anywhere</Primitive.Title>
          <Command
            label="Search and go anywhere"
            loop
            value={chosen.id}
            onValueChange={(id) => {
              setChosen((old) => ({ ...old, id }));
            }}
          >
            <div className="flex items-center gap-2.5 border-b border-border px-4">
              {found.state === "searching" ? (
                <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin text-muted" />
              ) : (
                <Search aria-hidden className="size-4 shrink-0 text-muted" />
              )}
              <Command.Input
                value={words}
                onValueChange={setWords}
                placeholder={
                  search ? "A page, a name, a serial, a fingerprint" : "A page or an act"
                }
                className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none pointer-coarse:text-lg"
              />
              <Kbd keys={["Esc"]} />
            </div>
            <Command.List
              label="Results"
              className="max-h-[min(24rem,60dvh)] scroll-py-2 overflow-y-auto p-1.5 pt-0"
            >
              <Command.Empty className="px-4 py-8 text-center text-sm text-muted">
                {found.state === "searching"
                  ? "Searching…"
                  : found.state === "failed"
                    ? "The search failed. Try again in a moment."
                    : `Nothing matches “${words}”.`}
              </Command.Empty>
              <Groups entries={found.entries} always words={words} onGo={go} />
              <Groups entries={entries} words={words} onGo={go} />
            </Command.List>
          </Command>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}

type GroupsProps = Readonly<{
  entries: readonly PaletteEntry[];
  words: string;
  /** Found by the server: shown whatever the filter thinks. */ always?: boolean | undefined;
  onGo: (href: string) => void;
}>;

function Groups({ entries, words, always = false, onGo }: GroupsProps) {
  const names = [...new Set(entries.map((entry) => entry.group))];
  return names.map((name) => (
    <Command.Group key={name} heading={name} className={groupStyle} forceMount={always}>
      {entries
        .filter((entry) => entry.group === name)
        .map((entry) => (
          <Command.Item
            key={entry.id}
            value={entry.id}
            keywords={[entry.label, entry.hint ?? "", always ? words : ""]}
            forceMount={always}
            onSelect={() => {
              onGo(entry.href);
            }}
            className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-1 text-sm data-[selected=true]:bg-hover pointer-coarse:min-h-11"
          >
            <span className="text-muted">
              {entry.place ? (
                <PlaceIcon id={entry.place as PlaceId} />
              ) : (
                <CornerDownLeft aria-hidden className="size-4" />
              )}
            </span>
            <span className="min-w-0 flex-1">
              <span className="block truncate">{entry.label}</span>
              {entry.hint && (
                <span className="block truncate text-xs text-muted">{entry.hint}</span>
              )}
            </span>
            {entry.keys && <Kbd keys={entry.keys} />}
          </Command.Item>
        ))}
    </Command.Group>
  ));
}
