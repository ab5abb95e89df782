"use client";

import clsx from "clsx";
import { Command } from "cmdk";
import { Check, ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { useListParams } from "@/components/ui/use-list-params";
import { controlStyle } from "@/components/ui/control-style";

export type ChoiceGroup = Readonly<{
  label: string;
  choices: readonly Readonly<{ value: string; label: string }>[];
}>;

type Props = Readonly<{
  label: string;
  name: string;
  any: string;
  groups: readonly ChoiceGroup[];
}>;

const groupStyle =
  "[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted";
const itemStyle =
  "flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2 py-1 text-sm data-[selected=true]:bg-hover pointer-coarse:min-h-10";

/** A filter with many values: a list by group that can be searched. Stored in the URL. */
export function GroupedChoiceFilter({ label, name, any, groups }: Props) {
  const { parameters, change } = useListParams();
  const [open, setOpen] = useState(false);
  const current = parameters.get(name) ?? "";
  const shown =
    groups.flatMap(({ choices }) => choices).find(({ value }) => value === current)?.label ??
    current;
  const choose = (value: string) => {
    setOpen(false);
    change((next) => {
      next.delete("cursor");
      if (value) next.set(name, value);
      else next.delete(name);
    });
  };
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          aria-label={`${label}: ${shown || any}`}
          className={clsx(
            controlStyle,
            "flex h-8 cursor-pointer items-center justify-between gap-2 text-left pointer-coarse:h-10 sm:w-56",
          )}
        >
          <span className="truncate">{shown || any}</span>
          <ChevronDown aria-hidden className="size-4 shrink-0 text-muted" />
        </button>
      </Popover.Trigger>
      <Popover.Content
        align="start"
        sideOffset={6}
        collisionPadding={8}
        aria-label={label}
        className="z-50 w-80 max-w-[calc(100vw-1rem)] overflow-hidden rounded-lg border border-border bg-raised shadow-pop enter-rise"
      >
        <ChoiceList {...{ label, any, groups, current, choose }} />
      </Popover.Content>
    </Popover.Root>
  );
}

type ListProps = Omit<Props, "name"> &
  Readonly<{ current: string; choose: (value: string) => void }>;

/** Matches every word at the beginning of a word, so that "rev" finds "Certificate revoked". */
function matches(_: string, search: string, keywords: readonly string[] = []): number {
  const words = keywords
    .join(" ")
    .toLowerCase()
    .split(/[\s.:-]+/);
  const typed = search.toLowerCase().split(/[\s.:-]+/);
  return typed.every((start) => words.some((word) => word.startsWith(start))) ? 1 : 0;
}

function ChoiceList({ label, any, groups, current, choose }: ListProps) {
  return (
    <Command label={label} loop filter={matches} defaultValue={current || "any"}>
      <Command.Input
        placeholder="Search"
        className="h-10 w-full border-b border-border bg-transparent px-3 text-sm outline-none pointer-coarse:h-12 pointer-coarse:text-lg"
      />
      <Command.List label={label} className="max-h-80 scroll-py-2 overflow-y-auto p-1">
        <Command.Empty className="px-3 py-6 text-center text-sm text-muted">
          No match.
        </Command.Empty>
        <Choice value="" label={any} keywords={[any]} {...{ current, choose }} />
        {groups.map((group) => (
          <Command.Group key={group.label} heading={group.label} className={groupStyle}>
            {group.choices.map((choice) => (
              <Choice
                key={choice.value}
                {...choice}
                keywords={[choice.label, group.label, choice.value]}
                {...{ current, choose }}
              />
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
}

function Choice({
  value,
  label,
  keywords,
  current,
  choose,
}: Readonly<{ value: string; label: string; keywords: string[] }> &
  Pick<ListProps, "current" | "choose">) {
  return (
    <Command.Item
      value={value || "any"}
      keywords={keywords}
      className={itemStyle}
      onSelect={() => {
        choose(value);
      }}
    >
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {current === value && <Check aria-hidden className="size-4 shrink-0 text-accent" />}
    </Command.Item>
  );
}
