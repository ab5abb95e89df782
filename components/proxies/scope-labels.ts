import type { ProxyScope } from "@/lib/proxies/schema";

/** What each scope allows a proxy: as a choice, and as one line about a proxy that has it. */
export const scopeLabels: Readonly<
  Record<ProxyScope, Readonly<{ label: string; hint: string; may: string }>>
> = {
  "forward-auth": {
    label: "Forward auth",
    hint: "Asks whether the holder of a client certificate may send a request to a service.",
    may: "Authorizes requests to services by the client certificates it passes on",
  },
  api: {
    label: "API",
    hint: "Passes client certificates on to the API, to read and to revoke. They can’t request, rotate or release certificates, sign in or report events.",
    may: "Passes client certificates on to the API, to read and to revoke",
  },
  console: {
    label: "Console",
    hint: "Passes on the client’s address, for the console and for API tokens. Client certificates from it are ignored.",
    may: "Passes client addresses on to the console and to API tokens",
  },
};
