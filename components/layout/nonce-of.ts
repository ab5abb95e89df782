/**
 * The nonce in the content security policy that the gateway sets on the request for a page.
 */
export function nonceOf(policy: string | null): string | undefined {
  return policy ? /'nonce-([A-Za-z0-9+/=_-]+)'/.exec(policy)?.[1] : undefined;
}
