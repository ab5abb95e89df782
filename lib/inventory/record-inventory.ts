import type { Actor } from "@/lib/access/actor";
import { assertProven, authorize, type Permission } from "@/lib/access/permissions";
import { AppError } from "@/lib/errors/app-error";
import { formatDay } from "@/lib/format/time";
import { recordEntry } from "@/lib/log/record/record-entry";
import type { Deps } from "@/lib/runtime/deps";
import type { Inventory, InventoryFormat } from "./types";

/** Only those who read everything of a noun export its inventory. Errors: `forbidden`. */
export function authorizeInventory(actor: Actor, permission: Permission): void {
  assertProven(actor);
  if (authorize(actor, permission) !== "all")
    throw new AppError("forbidden", `Your role does not allow this (${permission} of all).`, {
      details: { permission },
    });
}

const types = { csv: "text/csv; charset=utf-8", json: "application/json" } as const;

/** Records an export before its first byte. Errors: `record.unavailable`. */
export async function recordInventory(
  { clock, recorder }: Pick<Deps, "clock" | "recorder">,
  actor: Actor,
  {
    what,
    format,
    filter,
    count,
  }: Readonly<{
    what: "certificates" | "identities";
    format: InventoryFormat;
    filter: object;
    count: number;
  }>,
): Promise<Pick<Inventory, "checkpoint" | "type" | "fileName">> {
  const used = Object.entries(filter).filter(([, value]) => value !== undefined && value !== "");
  await recordEntry(recorder, actor, {
    action: "inventory.exported",
    outcome: "success",
    target: null,
    details: {
      what,
      format,
      filter: used.map(([name, value]) => `${name}=${String(value)}`).join("&"),
      count,
    },
  });
  return {
    checkpoint: null,
    type: types[format],
    fileName: `${what}-${formatDay(clock.now())}.${format}`,
  };
}
