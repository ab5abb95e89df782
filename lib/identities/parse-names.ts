import type { Actor } from "@/lib/access/actor";
import { scopeOf } from "@/lib/access/permissions";
import { AppError, isAppError } from "@/lib/errors/app-error";
import type { Finding } from "@/lib/errors/types";
import { isWholeHost } from "@/lib/pki/held-names/uri-name";
import { describeHeldName, parseHeldName, type HeldName } from "@/lib/pki/held-names/held-name";
import { findProfilesAllowing } from "@/lib/profiles/names-allowed";
import type { Deps } from "@/lib/runtime/deps";
import type { NameInput } from "./schema";

/**
 * The names that a request adds, in canonical form. Every name that can't be added is
 * reported at once, by its place in the list, which is the field `path` of the request. Errors: `name.refused` with findings `name.invalid`,
 * `name.not-canonical`, `name.pattern-not-allowed`, `name.outside-profiles`; the one code itself if
 * there is only one.
 */
export async function parseNames(
  deps: Pick<Deps, "db">,
  actor: Actor,
  inputs: readonly NameInput[],
  path = "names",
): Promise<HeldName[]> {
  const names: HeldName[] = [];
  const findings: Finding[] = [];
  for (const [at, input] of inputs.entries()) {
    try {
      const name = parseHeldName(input.type, input.value);
      assertPatternAllowed(actor, name);
      await assertInProfile(deps, name);
      names.push(name);
    } catch (error) {
      if (!isAppError(error)) throw error;
      findings.push({ code: error.code, message: error.message, path: `${path}.${at}` });
    }
  }
  const [first] = findings;
  if (first === undefined) return names;
  throw new AppError(first.code as AppError["code"], first.message, { findings });
}

/** Prefixes, networks and whole trust domains reach further than an operator is trusted with. */
export function explainPatternRefusal(actor: Pick<Actor, "role">, name: HeldName): string | null {
  const isWide =
    name.form === "prefix" ||
    name.form === "network" ||
    (name.type === "uri" && isWholeHost(name.value));
  return !isWide || scopeOf(actor.role, "names.manage") === "all"
    ? null
    : `${describeHeldName(name)} is a pattern that only an administrator can add. Add exact names, or ask an administrator.`;
}

function assertPatternAllowed(actor: Actor, name: HeldName): void {
  const refusal = explainPatternRefusal(actor, name);
  if (refusal !== null) throw new AppError("name.pattern-not-allowed", refusal);
}

async function assertInProfile(deps: Pick<Deps, "db">, name: HeldName): Promise<void> {
  if ((await findProfilesAllowing(deps, name)).length > 0) return;
  throw new AppError(
    "name.outside-profiles",
    `No active profile lets a certificate carry ${describeHeldName(name)}. Add it to a profile's allowed names first.`,
  );
}
