import { parseArgs } from "node:util";
import { publishCrl } from "@/lib/authorities/publish-crl";
import { getAuthority } from "@/lib/authorities/read-authorities";
import type { AuthorityDto } from "@/lib/authorities/schema";
import { isAppError } from "@/lib/errors/app-error";
import { activateAuthority } from "@/lib/issuing/activate-authority";
import { reconcilePendingIssuance } from "@/lib/issuing/reconcile-pending-issuances";
import type { Deps } from "@/lib/runtime/deps";
import type { HostCaller, WaitingAuthority } from "@/lib/signers/host-commands";
import { type Command, UsageError } from "./command";
import { commandLineActor } from "./command-line-actor";
import { getRunningDeps } from "./connect";
import { hostCaller } from "./host-caller";

const usage = `chancery confirm                 list the CA certificates that wait
chancery confirm ID              sign this one
chancery confirm ID --reject     never sign this one

The signer signs the certificate of a CA only after the operator of the host has confirmed it here.`;

/** Lists, confirms and rejects CA certificates, past gateway and console. */
export const confirm: Command = {
  name: "confirm",
  summary: "confirm or reject the certificates of new CAs",
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
  const waiting = await deps.signer.listWaiting(caller);
  if (id === null) {
    print(waiting.length === 0 ? "No CA certificate waits.\n" : waiting.map(describe).join("\n"));
    return 0;
  }
  const one = waiting.find(({ certificateId }) => certificateId === id);
  if (!one)
    throw new UsageError(
      `No CA certificate ${id} waits. Run "chancery confirm" to list those that do.`,
    );
  print(describe(one));
  const { certificateId, tbsSha256, authorityId } = one;
  const decision = reject ? "rejected" : "confirmed";
  const entryId = await deps.signer.decide(caller, { certificateId, tbsSha256, decision });
  print(`${reject ? "Rejected. It is never signed." : "Confirmed."} Recorded in ${entryId}.\n`);
  if (reject) await close(deps, certificateId);
  else if (authorityId !== null) print(await activate(deps, authorityId));
  return 0;
}

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
    : `Its ceiling allows no names yet, so it can't issue certificates. To allow some, run: npx chancery signer allow ${slug} --dns DOMAIN --usage serverAuth\n`;
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
  const lines = rows.map(([label = "", value]) => `  ${label.padEnd(18)}${value}`);
  return `${one.certificateId}  ${one.name}\n${lines.join("\n")}\n`;
}

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
