import { createAcmeKey } from "@/lib/acme/create-acme-key";
import { createDestination } from "@/lib/delivery/create-destination";
import { createEnrollmentSecret } from "@/lib/enrollment/create-enrollment-secret";
import { hourMs, minuteMs } from "@/lib/format/time-units";
import { createAuthority } from "@/lib/issuing/create-authority";
import { getAuthorityBySlug } from "@/server/demo/authorities";
import { revokeNewest } from "@/server/demo/machines";
import type { Stage } from "@/server/demo/stage";
import { planAcknowledgment } from "./alerts";
import { planUses } from "./incidents";

/** An SIEM that can't be reached: its name has no address, and belongs to nobody. */
function planDestination({ schedule, calendar, deps, staff }: Stage): void {
  schedule.add(calendar.ago(75), async () => {
    await createDestination(deps, await staff("second"), {
      name: "SIEM",
      config: {
        kind: "syslog",
        host: "siem.example.invalid",
        port: 6514,
        transport: "tls",
        facility: 13,
        ca: "",
      },
      minSeverity: "low",
    });
  });
}

/** Keys for machines that are to enroll by themselves. */
function planEnrollment(stage: Stage): void {
  const { schedule, calendar, deps, staff, player } = stage;
  schedule.add(calendar.ago(52), async () => {
    await createAcmeKey(deps, await staff("admin"), player("www").id, {
      profiles: ["tls-server"],
      names: [],
      expiresInDays: 30,
    });
  });
  schedule.add(calendar.ago(6), async () => {
    await createEnrollmentSecret(deps, await staff("admin"), player("kafka-2").id, {
      profile: "tls-client-service",
      uses: 1,
      expiresInMinutes: 3 * 24 * 60,
      networks: ["10.20.5.0/24"],
    });
  });
}

/** A CA that an administrator asked for, and that the host has yet to confirm. */
function planAuthority(stage: Stage): void {
  const { schedule, calendar, deps, staff } = stage;
  schedule.add(calendar.ago(22), async () => {
    const admin = await staff("admin");
    const root = await getAuthorityBySlug(deps, admin, "root");
    await createAuthority(deps, admin, {
      name: "Example Freight (Demo) Partner CA",
      slug: "partners",
      parentId: root.id,
      keyAlgorithm: "ecdsa-p256",
      validityYears: 5,
      pathLength: 0,
    });
  });
}

/** A phone with a key is missing; perhaps it turns up again. */
function planHold(stage: Stage): void {
  const { schedule, calendar } = stage;
  schedule.add(calendar.ago(31), async () => {
    await revokeNewest(stage, await stage.staff("operator"), stage.player("Financial controller"), {
      reason: "certificateHold",
      comment: "Phone left in a taxi; the company will look for it.",
    });
  });
  planUses(
    stage,
    "Financial controller",
    { at: calendar.ago(9.4), count: 2, everyMs: 2 * minuteMs },
    { service: "reports", path: "/weekly", ip: "198.51.100.23" },
  );
}

/** What is open now. */
export function planPresent(stage: Stage): void {
  const { calendar } = stage;
  planDestination(stage);
  planEnrollment(stage);
  planAuthority(stage);
  planHold(stage);
  // Its certificate expired two days ago, and nobody has renewed it.
  planUses(
    stage,
    "legacy-erp",
    { at: calendar.ago(30), count: 9, everyMs: 3.2 * hourMs },
    { service: "reports", path: "/feeds/finance" },
  );
  planAcknowledgment(stage, calendar.ago(20), "operator", {
    rule: "expired-used",
    about: "legacy-erp",
    comment: "Waiting for finance-systems to restart it tonight.",
  });
  planUses(
    stage,
    "warehouse-gateway-2",
    { at: calendar.ago(5.2), count: 3, everyMs: 25 * minuteMs },
    { service: "inventory", path: "/v1/scans", ip: "100.74.18.9" },
  );
}
