import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAppError } from "@/lib/errors/app-error";
import type { Deps } from "@/lib/runtime/deps";
import { system } from "@/testing/actors";
import { openHarness, type Harness } from "@/testing/harness";
import { createDestination } from "./create-destination";
import { getDestination, listDestinations } from "./read-destinations";
import {
  destinationChange,
  destinationInput,
  type DestinationConfig,
  type DestinationInput,
} from "./schema";
import { openSecret } from "@/lib/delivery/secrets/seal-secret";
import { openSettings } from "@/lib/delivery/secrets/stored-webhook";
import { updateDestination } from "./update-destination";

let harness: Harness;
let deps: Deps;
let count = 0;
beforeAll(async () => {
  harness = await openHarness();
  deps = { ...harness.deps, delivery: { key: new Uint8Array(randomBytes(32)), allow: [] } };
});
afterAll(() => harness.close());

const webhook: DestinationConfig = {
  kind: "webhook",
  url: "https://hooks.example.com/alerts?token=abc",
  ca: "",
};
const email: DestinationConfig = {
  kind: "email",
  host: "192.0.2.25",
  port: 587,
  security: "starttls",
  user: "alerts",
  from: "ca@example.com",
  to: ["on-call@example.com"],
  ca: "",
};
const slack: DestinationConfig = { kind: "slack", shown: "" };
const syslog: DestinationConfig = {
  kind: "syslog",
  host: "192.0.2.14",
  port: 6514,
  transport: "tls",
  facility: 13,
  ca: "",
};
const input = (
  config: DestinationConfig,
  over: Partial<DestinationInput> = {},
): DestinationInput => ({ name: `place ${++count}`, config, minSeverity: "medium", ...over });
const settingsOf = async (id: string) => {
  const { config, sealed } = await deps.db.prisma.destination.findUniqueOrThrow({ where: { id } });
  return sealed === null
    ? null
    : openSettings(
        config as DestinationConfig,
        openSecret(deps.delivery?.key ?? new Uint8Array(), id, sealed),
      );
};
const secretOf = async (id: string): Promise<string | null> =>
  (await settingsOf(id))?.secret ?? null;
const refusal = (work: Promise<unknown>): Promise<readonly [string, string | undefined, string]> =>
  work.then(
    () => {
      throw new Error("it was not refused");
    },
    (error: unknown) => {
      if (!isAppError(error)) throw error;
      return [error.code, error.findings[0]?.path, error.message];
    },
  );

describe("a secret", () => {
  test("of a webhook is made, shown in this one answer, and sealed", async () => {
    const made = await createDestination(deps, system, input(webhook));
    expect(made.result.secret).toMatch(/^chw_[\w-]{43}$/);
    expect(await secretOf(made.result.id)).toBe(made.result.secret);
    expect(
      [
        await getDestination(deps, system, made.result.id),
        (await listDestinations(deps, system)).items,
      ]
        .flat()
        .map(({ secret }) => secret)
        .filter(Boolean),
    ).toEqual([]);
  });
  test("that is given is not given back, and no entry, answer or row holds it in the clear", async () => {
    const given = [
      "a-password-of-mail",
      "https://hooks.slack.example.com/services/T000/B000/very-secret",
      "a key of sixteen characters",
    ];
    const { result, entries } = await harness.during(async () => [
      await createDestination(deps, system, input(email, { secret: given[0] ?? "" })),
      await createDestination(deps, system, input(slack, { secret: given[1] ?? "" })),
      await createDestination(deps, system, input(webhook, { secret: given[2] ?? "" })),
    ]);
    const { rows } = await deps.db.pool.query(
      "select *, encode(sealed, 'escape') as bytes from destination",
    );
    for (const secret of given)
      for (const place of [result, entries, rows])
        expect(JSON.stringify(place)).not.toContain(secret.slice(-12));
    expect(result.map(({ result: { address, hasSecret } }) => [address, hasSecret])).toEqual([
      ["on-call@example.com via 192.0.2.25:587", true],
      ["https://hooks.slack.example.com/…", true],
      ["https://hooks.example.com/…", true],
    ]);
    expect(await Promise.all(result.map(({ result: { id } }) => secretOf(id)))).toEqual(given);
  });
  test("a secret stays when it is left out or empty, and is replaced when it is given or generated again", async () => {
    const { id, secret } = (await createDestination(deps, system, input(webhook))).result;
    for (const change of [
      { minSeverity: "high" as const },
      { secret: "" },
      { config: { ...webhook, url: "https://hooks.example.com/other" } },
    ])
      expect((await updateDestination(deps, system, id, change)).result.secret).toBeUndefined();
    expect(await secretOf(id)).toBe(secret);
    const fresh = await updateDestination(deps, system, id, { newSecret: true });
    expect(fresh.result.secret).not.toBe(secret);
    expect(await secretOf(id)).toBe(fresh.result.secret);
    expect(
      (await updateDestination(deps, system, id, { secret: "another key of mine" })).result.secret,
    ).toBeUndefined();
    expect(await secretOf(id)).toBe("another key of mine");
  });
  test.each([
    ["host", { host: "192.0.2.99" }],
    ["port", { port: 2525 }],
    ["user", { user: "other" }],
    ["trusted certificates", { ca: "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----" }],
  ])(
    "of a mail server is asked for again when its %s changes: it would go somewhere else",
    async (_, over) => {
      const { id } = (await createDestination(deps, system, input(email, { secret: "a-password" })))
        .result;
      expect(
        (
          await refusal(
            updateDestination(deps, system, id, {
              config: { ...email, ...over } as DestinationConfig,
            }),
          )
        ).slice(0, 2),
      ).toEqual(["destination.invalid", "secret"]);
      expect(
        (
          await updateDestination(deps, system, id, {
            config: { ...email, ...over } as DestinationConfig,
            secret: "a-password",
          })
        ).result,
      ).toMatchObject({ hasSecret: true });
    },
  );
  test("of a mail server is forgotten when its user is taken away", async () => {
    const { id } = (await createDestination(deps, system, input(email, { secret: "a-password" })))
      .result;
    expect(
      (await updateDestination(deps, system, id, { config: { ...email, user: "" } })).result,
    ).toMatchObject({ hasSecret: false });
    expect(await secretOf(id)).toBeNull();
  });
});

describe("what is refused, at its field", () => {
  test.each([
    ["a user without a password", email, undefined, "secret"],
    ["a password without a user", { ...email, user: "" }, "p", "config.user"],
    ["a password without TLS", { ...email, security: "none" }, "p", "config.security"],
    ["a short key", webhook, "short", "secret"],
    ["no link", slack, undefined, "secret"],
    ["a link that is none", slack, "hooks.slack.com/services", "secret"],
    ["a link of another kind", slack, "file:///etc/passwd", "secret"],
    ["a secret for syslog", syslog, "s", "secret"],
    ["loopback", { ...webhook, url: "http://127.0.0.1:8080/" }, undefined, "config.url"],
    ["this machine by name", { ...syslog, host: "localhost" }, undefined, "config.host"],
    ["a cloud's metadata", slack, "http://169.254.169.254/latest", "secret"],
    ["a mail server here", { ...email, host: "::1" }, "p", "config.host"],
  ] as const)("%s", async (_, config, secret, path) => {
    const { entries } = await harness.during(async () => {
      expect(
        (
          await refusal(
            createDestination(
              deps,
              system,
              input(config as DestinationConfig, secret === undefined ? {} : { secret }),
            ),
          )
        ).slice(0, 2),
      ).toEqual(["destination.invalid", path]);
    });
    expect(entries).toEqual([]);
  });
  test.each([
    ["url", { kind: "webhook", url: "ftp://hooks.example.com" }],
    ["url", { kind: "webhook", url: "https://user:pass@hooks.example.com" }],
    ["to", { ...email, to: [] }],
    ["to.0", { ...email, to: ["nobody"] }],
    ["port", { ...syslog, port: 0 }],
    ["host", { ...syslog, host: "a b" }],
    ["ca", { ...syslog, ca: "not PEM" }],
    ["facility", { ...syslog, facility: 24 }],
    ["from", { ...email, from: "x\r\nBcc: y@example.com" }],
  ])("%s by its schema", (path, config) => {
    const parsed = destinationInput.safeParse({ name: "a", config });
    expect(parsed.error?.issues.map((issue) => issue.path.slice(1).join("."))).toContain(path);
  });
  test("another kind, a taken name, and a change of what does not exist", async () => {
    const { id, name } = (await createDestination(deps, system, input(webhook))).result;
    const second = await createDestination(deps, system, input(webhook));
    expect(
      (await refusal(updateDestination(deps, system, id, { config: syslog }))).slice(0, 2),
    ).toEqual(["destination.invalid", "config.kind"]);
    expect(
      (await refusal(createDestination(deps, system, input(webhook, { name })))).slice(0, 2),
    ).toEqual(["destination.exists", "name"]);
    expect(
      (await refusal(updateDestination(deps, system, second.result.id, { name }))).slice(0, 2),
    ).toEqual(["destination.exists", "name"]);
    expect((await refusal(updateDestination(deps, system, "dst_none", { name: "x" })))[0]).toBe(
      "destination.not-found",
    );
    expect(destinationChange.safeParse({ status: "removed" }).success).toBe(false);
  });
  test("everything, where this process has no key", async () => {
    expect((await refusal(createDestination(harness.deps, system, input(webhook))))[0]).toBe(
      "delivery.no-key",
    );
  });
});
