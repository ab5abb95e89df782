import { createServer } from "node:net";
import { expect, test } from "vitest";
import { readEnv } from "@/lib/runtime/env";
import { countWorkers, findSharedPorts } from "./count-workers";

const linux = (processors: number) => ({ platform: "linux", processors });

test.each([
  [1, 1],
  [2, 1],
  [3, 1],
  [4, 2],
  [8, 4],
  [64, 8],
])("with %i processors and no setting there are %i gateways", (processors, expected) => {
  expect(countWorkers({ CHANCERY_WORKERS: 0 }, linux(processors))).toBe(expected);
});

test("the setting counts more than the machine", () => {
  expect(countWorkers({ CHANCERY_WORKERS: 4 }, linux(1))).toBe(4);
  expect(countWorkers({ CHANCERY_WORKERS: 1 }, linux(64))).toBe(1);
});

test("where a port can't be shared there is one gateway, and more are refused", () => {
  const mac = { platform: "darwin", processors: 8 };
  expect(countWorkers({ CHANCERY_WORKERS: 0 }, mac)).toBe(1);
  expect(() => countWorkers({ CHANCERY_WORKERS: 2 }, mac)).toThrow(/darwin.*Set it to 1/);
});

test.each(["-1", "17", "two"])("CHANCERY_WORKERS=%s is refused", (CHANCERY_WORKERS) => {
  expect(() => readEnv({ CHANCERY_WORKERS } as unknown as NodeJS.ProcessEnv)).toThrow(
    "CHANCERY_WORKERS",
  );
});

const ports = (http: string) =>
  readEnv({
    CHANCERY_HTTP_PORT: http,
    CHANCERY_HTTPS_PORT: "0",
    CHANCERY_MTLS_PORT: "0",
  } as unknown as NodeJS.ProcessEnv);

test("free ports are chosen for all gateways in place of 0, each another one", async () => {
  const { CHANCERY_HTTP_PORT, CHANCERY_HTTPS_PORT, CHANCERY_MTLS_PORT } = await findSharedPorts(
    ports("0"),
  );
  const chosen = [CHANCERY_HTTP_PORT, CHANCERY_HTTPS_PORT, CHANCERY_MTLS_PORT];
  expect(chosen.every((port) => port > 0)).toBe(true);
  expect(new Set(chosen).size).toBe(3);
});

test("a port that another program has is refused with its setting, also if that program shares it", async () => {
  const other = createServer();
  await new Promise<void>((opened) =>
    other.listen({ host: "127.0.0.1", port: 0, reusePort: true }, opened),
  );
  const address = other.address();
  const taken = typeof address === "object" && address !== null ? address.port : 0;
  await expect(findSharedPorts(ports(String(taken)))).rejects.toThrow(
    `Port ${taken} on 127.0.0.1 is in use by another program. Stop that program, or set CHANCERY_HTTP_PORT to a free port.`,
  );
  await new Promise((closed) => other.close(closed));
});
