import type { IncomingMessage } from "node:http";
import type { Actor, ActorRequest } from "@/lib/access/actor";
import type { Deps } from "@/lib/runtime/deps";
import type { AcmeAnswer } from "./answer";
import type { AcmeUrls } from "./urls";

/** One request to a resource of the ACME server. */
export type AcmeCall = Readonly<{
  deps: Deps;
  request: IncomingMessage;
  urls: AcmeUrls;
  /** The whole URL of the request, which the client must have signed. */
  url: string;
  actorRequest: ActorRequest;
  /** The profile of the directory in use; null for that of all profiles. */
  profile: string | null;
  params: readonly string[];
  query: URLSearchParams;
  /** Set once the request proved an account. */
  caller: { actor: Actor | null };
  /** For what fails after the answer. */
  reportBug: (error: unknown) => void;
}>;
export type Handle = (call: AcmeCall) => Promise<AcmeAnswer>;
export type Resource = Readonly<{
  name: string;
  /** Whether it belongs to a directory, and can have a profile before it. */
  ofDirectory: boolean;
  path: RegExp;
  methods: Readonly<Partial<Record<"GET" | "HEAD" | "POST", Handle>>>;
}>;
