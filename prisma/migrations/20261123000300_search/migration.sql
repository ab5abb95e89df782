-- What people look certificates up by: any of their names, and their state with the end in sight.
CREATE INDEX "certificate_sans" ON "certificate" USING GIN ("sans");
CREATE INDEX "certificate_state" ON "certificate"("state", "not_after");
