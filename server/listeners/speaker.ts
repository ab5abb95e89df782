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
export type Judge = (presented: PresentedCertificate | null, ip: string | null) => Promise<Judgement>;
export type Speaking = Readonly<{ judge: Judge; countStripped: (header: string) => void }>;
type Said = Readonly<{ shown: Shown; forwarded: ForwardedHeaders; request: Pick<IncomingMessage, "method" | "url"> }>;

/**
 * Who speaks in a request with a client certificate: its owner; or, if that is a trusted proxy, the client whose certificate it passes on, and
 * nobody if it passes on none. A proxy's own certificate never speaks on this way: its clients would act in its name.
 */
export async function speakerOf({ judge, countStripped }: Speaking, base: DoorContext, { shown, forwarded, request }: Said): Promise<DoorContext> {
  const { decision, proxy } = shown === undefined ? { decision: null, proxy: null } : await judge(shown, base.ip);
  if (proxy === null) {
    for (const name of forwarded.keys()) countStripped(name);
    return { ...base, decision };
  }
  return speakerBehind(judge, proxy, base, { forwarded, request });
}

async function speakerBehind(judge: Judge, proxy: TrustedProxy, base: DoorContext, { forwarded, request }: Omit<Said, "shown">): Promise<DoorContext> {
  const authorizing = isAuthorizePath(request.url ?? "/");
  const said = readForwarded(proxy, forwarded, { ip: base.ip, method: request.method ?? "GET", url: request.url ?? "/" });
  const context: DoorContext = { ...base, ip: said.ip, port: proxy.hops === 0 ? base.port : null, via: [proxy.label, ...base.via], proxy, asked: authorizing ? said.asked : null };
  if (said.certificate === undefined) return { ...context, decision: authorizing ? missingCertificate() : null };
  return { ...context, decision: (await judge(said.certificate, said.ip)).decision };
}
