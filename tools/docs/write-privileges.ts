/**
 * Prints the statements that leave the application's role exactly the privileges that lib/log/guards
 * declares: for a new migration after a change there.
 */
import { appPrivileges } from "@/lib/log/guards/app-privileges";
import { privilegeStatements } from "@/lib/log/guards/privilege-sql";

console.log(privilegeStatements("chancery_app", appPrivileges).join("\n"));
