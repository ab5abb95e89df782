import type { AlertDto, Assignee } from "@/lib/alerts/schema";
import type { SelectOption } from "@/components/ui/select";

/** The value of the option for no assignee. */
export const unassigned = "unassigned";

/**
 * The user first, then the others who may handle alerts, then "Unassigned". A current assignee who
 * lost the permission is listed, but can't be selected.
 */
export function assignOptions(
  assignedTo: AlertDto["assignedTo"],
  people: readonly Assignee[],
  me: string | null,
): readonly SelectOption[] {
  const own = people.find(({ id }) => id === me),
    others = people.filter(({ id }) => id !== me);
  const formerAssignee =
    assignedTo !== null && !people.some(({ id }) => id === assignedTo.id)
      ? [
          {
            value: assignedTo.id,
            label: `${assignedTo.label} (can’t handle alerts anymore)`,
            disabled: true,
          },
        ]
      : [];
  return [
    ...(own ? [{ value: own.id, label: `Me (${own.label})` }] : []),
    ...formerAssignee,
    ...others.map(({ id, label }) => ({ value: id, label })),
    { value: unassigned, label: "Unassigned" },
  ];
}

/** The initial choice: the current assignee, or the user. */
export function firstChoice(
  assignedTo: AlertDto["assignedTo"],
  people: readonly Assignee[],
  me: string | null,
): string {
  const current = people.find(({ id }) => id === assignedTo?.id);
  return current?.id ?? people.find(({ id }) => id === me)?.id ?? unassigned;
}
