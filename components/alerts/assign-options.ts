import type { AlertDto, Assignee } from "@/lib/alerts/schema";
import type { SelectOption } from "@/components/ui/select";

export const nobody = "nobody";

/** Oneself first, then everybody else who may answer alerts, then nobody. Who has it and may not any more is named, and cannot be chosen. */
export function assignOptions(
  assignedTo: AlertDto["assignedTo"],
  people: readonly Assignee[],
  me: string | null,
): readonly SelectOption[] {
  const own = people.find(({ id }) => id === me),
    others = people.filter(({ id }) => id !== me);
  const gone =
    assignedTo !== null && !people.some(({ id }) => id === assignedTo.id)
      ? [
          {
            value: assignedTo.id,
            label: `${assignedTo.label} (may not answer alerts any more)`,
            disabled: true,
          },
        ]
      : [];
  return [
    ...(own ? [{ value: own.id, label: `Me (${own.label})` }] : []),
    ...gone,
    ...others.map(({ id, label }) => ({ value: id, label })),
    { value: nobody, label: "Nobody" },
  ];
}

/** What the form begins with: who has it, or oneself. */
export function firstChoice(
  assignedTo: AlertDto["assignedTo"],
  people: readonly Assignee[],
  me: string | null,
): string {
  const held = people.find(({ id }) => id === assignedTo?.id);
  return held?.id ?? people.find(({ id }) => id === me)?.id ?? nobody;
}
