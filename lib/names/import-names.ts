import type { Actor } from "@/lib/access/actor";
import { authorize } from "@/lib/access/permissions";
import { isAppError } from "@/lib/errors/app-error";
import { conflictMessage } from "@/lib/identities/add-names";
import { parseNames } from "@/lib/identities/parse-names";
import { findConflictingNames, isNameHeld } from "@/lib/identities/find-conflicts";
import { explainNamePower } from "@/lib/identities/name-power";
import { requirePower } from "@/lib/identities/power";
import { findIdentityByRef } from "@/lib/identities/read-identities";
import { heldNameTypes } from "@/lib/identities/schema";
import { overlaps, spanOf } from "@/lib/pki/held-names/span";
import { describeHeldName, type HeldName } from "@/lib/pki/held-names/held-name";
import type { Deps } from "@/lib/runtime/deps";
import { changeNames } from "./change-names";
import type { ImportLine, NamesImport, NamesImportResult } from "./schema";

type Parsed = Readonly<{ line: number; identityId: string; identity: string; name: HeldName }>;
type Failed = Extract<ImportLine, { outcome: "refused" }>;
const namesAtOnce = 100;

/**
 * Adds names from lines of `identity,type,value` (the identity by id or name). A dry run says what
 * each line would do, conflicts within the file too; otherwise each identity's names are one act,
 * and a line that is refused leaves the others alone. Repeating it adds what is missing. Errors:
 * `forbidden`.
 */
export async function importNames(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  input: NamesImport,
): Promise<NamesImportResult> {
  authorize(actor, "identities.write");
  const read = await Promise.all(linesOf(input.csv).map((line) => readLine(deps, actor, line)));
  const parsed = read.filter((one): one is Parsed => "identityId" in one);
  const failed = read.filter((one): one is Failed => !("identityId" in one));
  const checked = await Promise.all(parsed.map((one) => checkLine(deps, actor, one, parsed)));
  const ready = parsed.filter((_one, at) => checked[at]?.outcome === "would-add");
  const outcomes = input.dryRun
    ? checked
    : [
        ...checked.filter(({ outcome }) => outcome !== "would-add"),
        ...(await addAll(deps, actor, ready)),
      ];
  const lines = [...failed, ...outcomes].toSorted((one, other) => one.line - other.line);
  const count = (outcome: ImportLine["outcome"]): number =>
    lines.filter((line) => line.outcome === outcome).length;
  return {
    lines,
    added: count("added") + count("would-add"),
    unchanged: count("held"),
    refused: count("refused"),
  };
}

type Line = Readonly<{ line: number; fields: readonly string[] }>;

/** Lines that say something; a first line of column titles is left out. */
const linesOf = (csv: string): Line[] =>
  csv
    .split(/\r\n|\n|\r/)
    .map((text, at) => ({
      line: at + 1,
      fields: text.split(",").map((field) => field.trim().replaceAll(/^"|"$/g, "")),
    }))
    .filter(
      ({ line, fields }) =>
        fields.join("") !== "" && !(line === 1 && fields[0]?.toLowerCase() === "identity"),
    );

async function readLine(
  deps: Pick<Deps, "db">,
  actor: Actor,
  { line, fields }: Line,
): Promise<Parsed | Failed> {
  const [identity = "", type = "", value = ""] = fields;
  const refuse = (code: string, message: string): Failed => ({
    line,
    identity,
    name: value,
    outcome: "refused",
    code,
    message,
  });
  const known = heldNameTypes.find((one) => one === type.toLowerCase());
  if (fields.length !== 3 || known === undefined)
    return refuse(
      "request.invalid",
      `Write identity,type,value with a type of ${heldNameTypes.join(", ")}.`,
    );
  const row = await findIdentityByRef(deps, identity);
  if (row === null)
    return refuse(
      "identity.not-found",
      `There is no identity ${identity}. Use an ID or the exact name.`,
    );
  try {
    const [name] = await parseNames(deps, actor, [{ type: known, value }]);
    return name
      ? { line, identityId: row.id, identity: row.name, name }
      : refuse("name.invalid", "Enter a name.");
  } catch (error) {
    if (!isAppError(error)) throw error;
    return refuse(error.code, error.message);
  }
}

/** What the line would do: as `addNames` decides it, and with the other lines of the file. */
async function checkLine(
  deps: Pick<Deps, "db" | "clock">,
  actor: Actor,
  { line, identityId, identity, name }: Parsed,
  all: readonly Parsed[],
): Promise<ImportLine> {
  const result = { line, identity, name: describeHeldName(name) };
  const denied = await findDenial(deps, actor, identityId);
  if (denied) return { ...result, outcome: "refused", ...denied };
  // Another line that claims it changes nothing for the identity that holds it already.
  if (await isNameHeld(deps, name, identityId)) return { ...result, outcome: "held" };
  const [other] = await findConflictingNames(deps, name, identityId);
  if (other)
    return {
      ...result,
      outcome: "refused",
      code: "name.held-by-another",
      message: conflictMessage(other, name),
    };
  const rival = all.find(
    (other) => other.identityId !== identityId && overlaps(spanOf(other.name), spanOf(name)),
  );
  if (rival)
    return {
      ...result,
      outcome: "refused",
      code: "name.held-by-another",
      message: `Line ${rival.line} gives it, or a name that overlaps it, to ${rival.identity}. Keep one of the two lines.`,
    };
  const power = await explainNamePower(deps, identityId, name);
  if (power !== null)
    return { ...result, outcome: "refused", code: "name.confers-power", message: power };
  return { ...result, outcome: "would-add" };
}

/** Why the actor can't change names of the identity at all, as `changeNames` refuses it. */
async function findDenial(
  deps: Pick<Deps, "db">,
  actor: Actor,
  identityId: string,
): Promise<Readonly<{ code: string; message: string }> | null> {
  try {
    await requirePower(deps, actor, identityId, "names");
    return null;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** One act for each identity and hundred names, one after the other. */
async function addAll(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  ready: readonly Parsed[],
): Promise<ImportLine[]> {
  const results: ImportLine[] = [];
  for (const [identityId, lines] of Map.groupBy(ready, (one) => one.identityId)) {
    for (let at = 0; at < lines.length; at += namesAtOnce)
      results.push(...(await addSome(deps, actor, identityId, lines.slice(at, at + namesAtOnce))));
  }
  return results;
}

async function addSome(
  deps: Pick<Deps, "db" | "clock" | "random" | "recorder">,
  actor: Actor,
  identityId: string,
  lines: readonly Parsed[],
): Promise<ImportLine[]> {
  const add = lines.map(({ name }) => ({
    type: name.type,
    value: name.form === "prefix" ? `${name.value}*` : name.value,
  }));
  const results = lines.map(({ line, identity, name }) => ({
    line,
    identity,
    name: describeHeldName(name),
  }));
  try {
    await changeNames(deps, actor, identityId, {
      add,
      release: [],
      onRelease: "reserve",
      comment: "import",
    });
    return results.map((result) => ({ ...result, outcome: "added" }));
  } catch (error) {
    if (!isAppError(error)) throw error;
    const { code, message } = error;
    return results.map((result) => ({ ...result, outcome: "refused", code, message }));
  }
}
