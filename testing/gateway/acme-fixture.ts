import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { promisify } from "node:util";
import type { Actor } from "@/lib/access/actor";
import { createAcmeKey } from "@/lib/acme/create-acme-key";
import { revokeAcmeKey } from "@/lib/acme/revoke-acme-key";
import type { AcmeKeyInput, CreatedAcmeKey } from "@/lib/acme/schema";
import type { Database } from "@/lib/db/database";
import { createEnrollmentSecret } from "@/lib/enrollment/create-enrollment-secret";
import type { CreatedEnrollmentSecret, EnrollmentSecretInput } from "@/lib/enrollment/schema";
import { createIdentity } from "@/lib/identities/create-identity";
import { identityInput } from "@/lib/identities/schema";
import type { GatewayDeps } from "@/lib/runtime/gateway-deps";
import type { RefusalLimits } from "@/lib/log/record/refusal-table";
import type { EntryRecord } from "@/lib/log/types";
import { adminActor, system } from "@/testing/actors";
import { openTestGateway, type TestGateway } from "./test-gateway";

const run = promisify(execFile);

/** A gateway whose ACME server programs from outside can enroll at. */
export type AcmeGateway = TestGateway &
  Readonly<{
    directory: (profile?: string) => string;
    /** A service that holds these names, and a key to enroll for it. */
    enroll: (
      name: string,
      names: readonly string[],
      limits?: Partial<AcmeKeyInput>,
      maker?: Actor,
    ) => Promise<CreatedAcmeKey>;
    /** A service that holds these names; its ID. */
    service: (name: string, names: readonly string[]) => Promise<string>;
    /** An enrollment secret of an identity, with what binds ACME accounts to it. */
    secretFor: (
      identityId: string,
      over?: Partial<EnrollmentSecretInput>,
      maker?: Actor,
    ) => Promise<CreatedEnrollmentSecret & CreatedBinding>;
    /** Revokes an ACME key. */
    revoke: (id: string) => Promise<unknown>;
    /** Runs a program that trusts this gateway; its output, or its output and exit code as error. */
    client: (
      command: string,
      args: readonly string[],
      env?: Record<string, string>,
    ) => Promise<string>;
    /** A folder of its own for a client. */
    home: (name: string) => string;
    entriesOf: (action: EntryRecord["action"]) => Promise<EntryRecord[]>;
  }>;

/** A directory of the gateway's own address, and the key ID under the name that ACME has for it. */
type CreatedBinding = Readonly<{ kid: string; directory: string; hmacKey: string }>;

/** The key of secrets in tests; challenges may be answered on this machine. */
const delivery = {
  key: new Uint8Array(Buffer.alloc(32, "the key of secrets in tests")),
  allow: ["127.0.0.0/8", "::1/128"],
};

/**
 * Opens a gateway with an ACME server; `acme` says where its challenges are validated, `refusals`
 * how many of strangers are entries of their own.
 */
export async function openAcmeGateway(
  acme?: GatewayDeps["acme"],
  refusals?: RefusalLimits,
  database: (db: Database) => Database = (db) => db,
): Promise<AcmeGateway> {
  const settings = { delivery, ...(acme === undefined ? {} : { acme }) };
  const gateway = await openTestGateway({ settings, refusals, database });
  const deps = { ...gateway.harness.deps, delivery };
  const directory = (profile?: string): string =>
    `${gateway.httpsUrl()}/acme/${profile === undefined ? "" : `${profile}/`}directory`;
  const service = async (name: string, names: readonly string[]): Promise<string> => {
    const input = identityInput.parse({
      kind: "service",
      name,
      owner: "platform@example.com",
      names: names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? "ip" : "dns", value })),
    });
    return (await createIdentity(deps, adminActor(), input)).result.id;
  };
  return {
    ...gateway,
    directory,
    service,
    secretFor: async (identityId, over = {}, maker = system) => {
      const wish = { profile: "tls-server", uses: 1, expiresInMinutes: 60, networks: [], ...over };
      const { result } = await createEnrollmentSecret(deps, maker, identityId, wish);
      const directoryUrl = directory(wish.profile);
      return { ...result, kid: result.id, hmacKey: result.hmacKey ?? "", directory: directoryUrl };
    },
    enroll: async (name, names, limits = {}, maker = system) => {
      const wish = { profiles: [], names: [], expiresInDays: 30, ...limits };
      return (await createAcmeKey(deps, maker, await service(name, names), wish)).result;
    },
    revoke: (id) => revokeAcmeKey(deps, system, id),
    client: (command, args, env = {}) => runClient(gateway.rootFile, command, args, env),
    home: (name) => {
      const folder = gateway.file(name);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    entriesOf: async (action) =>
      (await gateway.entries()).filter((entry) => entry.action === action),
  };
}

async function runClient(
  rootFile: string,
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<string> {
  const trust = {
    REQUESTS_CA_BUNDLE: rootFile,
    SSL_CERT_FILE: rootFile,
    LEGO_CA_CERTIFICATES: rootFile,
    CURL_CA_BUNDLE: rootFile,
  };
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/bin`;
  try {
    const { stdout, stderr } = await run(command, [...args], {
      env: { ...process.env, PATH: path, ...trust, ...env },
    });
    return stdout + stderr;
  } catch (error) {
    const {
      stdout = "",
      stderr = "",
      message,
    } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}
