import { createTestService, requestWithCertificate } from "./client";
import { expect } from "./test";
import { adminApi } from "./world";

/** An alert about a certificate of a new service with this name, used after it was revoked. */
export async function raiseAlert(name: string): Promise<void> {
  const client = await createTestService(adminApi(), name);
  await adminApi().post(`/certificates/${client.certificateId}/revoke`, {
    reason: "keyCompromise",
  });
  expect((await requestWithCertificate(client)).code).toBe("certificate.revoked");
  await expect(async () => {
    const { body } = await adminApi().get<{ items: readonly unknown[] }>(
      `/alerts?subject=${client.certificateId}`,
    );
    expect(body.items.length).toBeGreaterThan(0);
  }).toPass({ timeout: 120_000 });
}
