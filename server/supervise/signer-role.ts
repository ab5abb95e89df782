import pg from "pg";
import { appRole, signerRole } from "@/server/supervise/postgres/roles";
import { makeClient } from "@/lib/db/single-client";

/**
 * Checks the connection of the signer's role on the operator's own PostgreSQL, before anything is
 * migrated: the role must exist, and must not be the application's, nor one that the application
 * can become. Throws with the statements to run.
 */
export async function requireSignerRole(
  appUrl: string,
  signerUrl: string | undefined,
): Promise<string> {
  if (!signerUrl) throw new Error(missingSignerRole(appUrl));
  const signer = userOf(signerUrl);
  if (signer === userOf(appUrl))
    throw new Error(
      `DATABASE_SIGNER_URL and DATABASE_URL use the same role, ${signer}. The signer needs its own role, so that the application can't read sealed keys. ${howToCreate(appUrl)}`,
    );
  const client = makeClient(appUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ shared: boolean }>(
      `select pg_has_role(current_user, oid, 'member') as shared from pg_roles where rolname = any($1)`,
      [[signer, signerRole]],
    );
    if (rows.some(({ shared }) => shared))
      throw new Error(
        `The application's role ${userOf(appUrl)} is a superuser or a member of ${signer}, so it could read sealed keys. Use a role without these privileges in DATABASE_URL.`,
      );
  } finally {
    await client.end();
  }
  return signerUrl;
}

/** The role that a connection URL names. */
export function userOf(url: string): string {
  return decodeURIComponent(new URL(url).username) || appRole;
}

function missingSignerRole(appUrl: string): string {
  return `DATABASE_SIGNER_URL is not set. The signer connects with its own database role, so that the application can't read sealed keys. ${howToCreate(appUrl)}`;
}

function howToCreate(appUrl: string): string {
  const url = new URL(appUrl);
  const database = decodeURIComponent(url.pathname.slice(1)) || "chancery";
  url.username = signerRole;
  url.password = "PASSWORD";
  return `As a superuser, or as a role with CREATEROLE, run:

  create role ${signerRole} login password 'PASSWORD';
  grant connect on database ${pg.escapeIdentifier(database)} to ${signerRole};

If the role exists already, run instead:

  alter role ${signerRole} login password 'PASSWORD';

Then set this variable and start again:

  DATABASE_SIGNER_URL=${url.href}
`;
}
