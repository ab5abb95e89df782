import { parseArgs } from "node:util";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { getAuthority } from "@/lib/authorities/read-authorities";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { isAppError } from "@/lib/errors/app-error";
import { activateAuthority } from "@/lib/issuing/activate-authority";
import { reconcilePendingIssuance } from "@/lib/issuing/reconcile-pending-issuances";
import type { Deps } from "@/lib/runtime/deps";
import { formatDuration } from "@/lib/format/duration";
import { visibleLine } from "@/lib/format/label";
import {
  type HostCaller,
  permissionIdPrefix,
  type WaitingAuthority,
  type WaitingPermission,
} from "@/lib/signers/host-commands";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { getRunningDeps } from "./connect";
import { hostCaller } from "./host-caller";

const usage = `chancery confirm                 list the CA certificates and CA permissions that wait
chancery confirm ID              sign this one, or allow it
chancery confirm ID --reject     never sign this one, or never allow it

The signer signs the certificate of a CA only after the operator of the host has confirmed it here. A CA permission is
confirmed once: it lets a client such as SPIRE get CA certificates for its own keys, within what it says.`;

/** Lists, confirms and rejects CA certificates and CA permissions, past gateway and console. */
export const confirm: Command = {
  name: "confirm",
  summary: "confirm or reject the certificates of new CAs, and CA permissions",
  usage,
  run: (args) =>
    runConfirm(getRunningDeps(), hostCaller(), args, (text) => process.stdout.write(text)),
};

/** Runs the command with the given dependencies. Returns the exit code. */
export async function runConfirm(
  deps: Deps,
  caller: HostCaller,
  args: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  const { id, reject } = readArguments(args);
  if (id?.startsWith(permissionIdPrefix))
    return decidePermission(deps, caller, id, { reject, print });
  const waiting = await deps.signer.listWaiting(caller);
  if (id === null) {
    const permissions = await deps.signer.listPermissions(caller);
    const all = [...waiting.map(describe), ...permissions.map(describePermission)];
    print(all.length === 0 ? "No CA certificate and no CA permission waits.\n" : all.join("\n"));
    return 0;
  }
  const one = waiting.find(({ certificateId }) => certificateId === id);
  if (!one) throw nothingWaits("CA certificate", id);
  print(describe(one));
  const { certificateId, tbsSha256, authorityId } = one;
  const decision = reject ? "rejected" : "confirmed";
  const entryId = await deps.signer.decide(caller, { certificateId, tbsSha256, decision });
  print(`${reject ? "Rejected. It is never signed." : "Confirmed."} Recorded in ${entryId}.\n`);
  if (reject) await close(deps, certificateId);
  else if (authorityId !== null) print(await activate(deps, authorityId));
  return 0;
}

async function decidePermission(
  { signer }: Pick<Deps, "signer">,
  caller: HostCaller,
  id: string,
  { reject, print }: Readonly<{ reject: boolean; print: (text: string) => void }>,
): Promise<number> {
  const permission = (await signer.listPermissions(caller)).find((one) => one.id === id);
  if (!permission) throw nothingWaits("CA permission", id);
  print(describePermission(permission));
  const { id: permissionId, termsSha256 } = permission;
  const decision = reject ? "rejected" : "confirmed";
  const entryId = await signer.decidePermission(caller, { permissionId, termsSha256, decision });
  print(
    `${reject ? "Rejected. Nothing is ever signed under it." : "Confirmed."} Recorded in ${entryId}.\n`,
  );
  return 0;
}

const nothingWaits = (what: string, id: string): UsageError =>
  new UsageError(`No ${what} ${id} waits. Run "chancery confirm" to list those that do.`);

/** Has the plan closed at once, so that the CA is no longer pending; else a job does it soon. */
async function close(deps: Deps, certificateId: string): Promise<void> {
  await reconcilePendingIssuance(deps, commandLineActor(deps), certificateId).catch(
    (error: unknown) => {
      if (!isAppError(error)) throw error;
    },
  );
}

/** Has it signed at once; if that fails, the next maintenance run does it. */
async function activate(deps: Deps, authorityId: string): Promise<string> {
  try {
    await activateAuthority(deps, commandLineActor(deps), authorityId);
    await publishCrl(deps, authorityId);
    const authority = await getAuthority(deps, commandLineActor(deps), authorityId);
    return `The certificate is signed, and the CA is active.\n${adviceFor(authority)}`;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return `It isn't signed yet: ${error.message} Chancery tries again within a minute.\n`;
  }
}

/** What to do next where the ceiling of the new CA has no names: nothing can be issued then. */
function adviceFor({ slug, ceiling }: AuthorityDto): string {
  const names = ceiling ? [ceiling.dns, ceiling.uri, ceiling.email, ceiling.ip].flat() : [];
  const isUsable = names.length > 0 && (ceiling?.usages.length ?? 0) > 0;
  return isUsable
    ? ""
    : `Its ceiling allows no names yet, so it can't issue certificates. To allow some, run: npx chancery signer allow ${visibleLine(slug)} --dns DOMAIN --usage serverAuth\n`;
}

function describe(one: WaitingAuthority): string {
  const rows = [
    ["Subject", one.subject],
    ["Signed by", one.issuer ?? "itself (root CA)"],
    ["Valid", `${one.notBefore} to ${one.notAfter}`],
    ["CAs below", one.pathLength === null ? "any number of levels" : `${one.pathLength} levels`],
    ["Name constraints", one.hasNameConstraints ? "yes" : "none"],
    ["Key", `${one.keyText}, SHA-256 ${one.spkiSha256}`],
    ["Requested by", one.requestedBy],
    ["To be signed", `SHA-256 ${one.tbsSha256}`],
  ];
  return `${visibleLine(one.certificateId)}  ${visibleLine(one.name)}\n${listRows(rows)}`;
}

function describePermission(one: WaitingPermission): string {
  const rows = [
    ["For the CAs of", one.identity],
    ["Signed by", one.authority],
    ["Trust domain", one.trustDomain],
    ["They can issue", `for URIs of the host ${one.trustDomain}, of any scheme (spiffe, https, …)`],
    ["", "and certificates without constrained names (code signing, UPN)"],
    ["Lifetime", `at most ${formatDuration(one.maxSeconds)} each`],
    ["Certificates", `at most ${one.count}, altogether`],
    ["CAs below", "none"],
    ["Requested by", `${one.requestedBy} at ${one.requestedAt}`],
  ];
  return `${visibleLine(one.id)}  CA permission\n${listRows(rows)}`;
}

/** The database says the values, and whoever writes there would show the operator other rows. */
const listRows = (rows: readonly (readonly string[])[]): string =>
  rows.map(([label = "", value = ""]) => `  ${label.padEnd(18)}${visibleLine(value)}\n`).join("");

function readArguments(args: readonly string[]): { id: string | null; reject: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { reject: { type: "boolean", default: false } },
      strict: true,
      allowPositionals: true,
    });
    const [id = null, ...rest] = positionals;
    if (rest.length > 0 || (id === null && values.reject)) throw new UsageError(usage);
    return { id, reject: values.reject };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}
