import type { IncomingMessage } from "node:http";
import { readForwarded } from "@/lib/custody/forwarded/read-forwarded";
import type { ForwardedHeaders } from "@/lib/custody/forwarded/names";
import { missingCertificate } from "@/lib/custody/decide-certificate";
import type { Judgement } from "@/lib/custody/judge-certificate";
import type { PresentedCertificate } from "@/lib/custody/presented";
import type { TrustedProxy } from "@/lib/custody/types";
import type { DoorContext } from "@/server/listeners/context";
import { isAuthorizePath } from "@/server/listeners/paths";
import type { Shown } from "@/server/tls/peer";

/** Decides on a certificate now, from the database. Throws `status.unavailable` if it does not answer. */
export type Judge = (
  presented: PresentedCertificate | null,
  ip: string | null,
) => Promise<Judgement>;
export type Speaking = Readonly<{ judge: Judge; countStripped: (header: string) => void }>;
type Said = Readonly<{
  shown: Shown;
  forwarded: ForwardedHeaders;
  request: Pick<IncomingMessage, "method" | "url">;
}>;

/** The proxy that was the owner of a connection's certificate at the request before: a guess, by which what it says is looked up along with it. */
const lastProxies = new WeakMap<PresentedCertificate, TrustedProxy>();

/**
 * Who speaks in a request with a client certificate: its owner; or, if that is a trusted proxy, the client whose certificate it passes on, and
 * nobody if it passes on none. A proxy's own certificate never speaks on this way: its clients would act in its name.
 */
export async function speakerOf(
  { judge, countStripped }: Speaking,
  base: DoorContext,
  { shown, forwarded, request }: Said,
): Promise<DoorContext> {
  if (shown === undefined) return countedAs(base, null, forwarded, countStripped);
  const own = judge(shown, base.ip),
    guess = shown === null ? undefined : lastProxies.get(shown);
  const early = guess && speakerBehind(judge, guess, base, { forwarded, request });
  // It counts only if it is asked for below.
  early?.catch(() => {});
  const { decision, proxy } = await own;
  if (proxy === null) return countedAs(base, decision, forwarded, countStripped);
  if (early && guess && isSame(guess, proxy)) return early;
  if (shown !== null) lastProxies.set(shown, proxy);
  return speakerBehind(judge, proxy, base, { forwarded, request });
}

const isSame = (one: TrustedProxy, other: TrustedProxy): boolean =>
  one.id === other.id &&
  one.kind === other.kind &&
  one.hops === other.hops &&
  one.label === other.label;

function countedAs(
  base: DoorContext,
  decision: DoorContext["decision"],
  forwarded: ForwardedHeaders,
  countStripped: Speaking["countStripped"],
): DoorContext {
  for (const name of forwarded.keys()) countStripped(name);
  return { ...base, decision };
}

async function speakerBehind(
  judge: Judge,
  proxy: TrustedProxy,
  base: DoorContext,
  { forwarded, request }: Omit<Said, "shown">,
): Promise<DoorContext> {
  const authorizing = isAuthorizePath(request.url ?? "/");
  const said = readForwarded(proxy, forwarded, {
    ip: base.ip,
    method: request.method ?? "GET",
    url: request.url ?? "/",
  });
  const context: DoorContext = {
    ...base,
    ip: said.ip,
    port: proxy.hops === 0 ? base.port : null,
    via: [proxy.label, ...base.via],
    proxy,
    asked: authorizing ? said.asked : null,
  };
  if (said.certificate === undefined)
    return { ...context, decision: authorizing ? missingCertificate() : null };
  return { ...context, decision: (await judge(said.certificate, said.ip)).decision };
}
