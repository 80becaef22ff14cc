CREATE TABLE "actions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "actions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"batch_id" text NOT NULL,
	"action" text NOT NULL,
	"by" text NOT NULL,
	"why" text,
	"details" text
);
--> statement-breakpoint
DROP INDEX "jobs_pending";--> statement-breakpoint
DROP INDEX "rows_content";--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "owes_download" boolean DEFAULT false NOT NULL;--> statement-breakpoint
UPDATE "jobs" SET "owes_download" = true WHERE "state" IN ('publishing', 'published') AND "id" IN (SELECT "job_id" FROM "calls" WHERE "started_at" IS NULL);--> statement-breakpoint
DELETE FROM "calls" WHERE "started_at" IS NULL;--> statement-breakpoint
ALTER TABLE "calls" ALTER COLUMN "started_at" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "calls" ALTER COLUMN "expires_at" SET DATA TYPE timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "account_clock" ADD COLUMN "seen_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "account_clock" ADD COLUMN "last_turn_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "account_clock" ADD COLUMN "failure_streak" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "account_clock" ADD COLUMN "held_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "account_clock" ADD COLUMN "held_reason" text;--> statement-breakpoint
ALTER TABLE "account_clock" ADD COLUMN "probe_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "account_clock" ADD COLUMN "check_first_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "opened_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "batches"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "actions_batch" ON "actions" USING btree ("batch_id","id");--> statement-breakpoint
CREATE INDEX "calls_started" ON "calls" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "jobs_next" ON "jobs" USING btree ("batch_id",(redirect_of is null),"seq") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "jobs_in_flight" ON "jobs" USING btree ("batch_id") WHERE state in ('publishing', 'published', 'incomplete');--> statement-breakpoint
CREATE INDEX "jobs_owing" ON "jobs" USING btree ("id") WHERE owes_download;--> statement-breakpoint
CREATE INDEX "rows_content" ON "rows" USING btree (md5(input));--> statement-breakpoint
INSERT INTO "account_clock" ("id") VALUES (1) ON CONFLICT DO NOTHING;
