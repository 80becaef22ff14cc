CREATE TABLE "kept_downloads" (
	"job_id" bigint PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"csv" "bytea" NOT NULL
);
--> statement-breakpoint
DROP INDEX "notifications_undelivered";--> statement-breakpoint
ALTER TABLE "actions" ADD COLUMN "message_id" text;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "paused" jsonb;--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "cancelled" jsonb;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "result_tries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "read_after" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "jobs" ADD COLUMN "asked" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "kept_downloads" ADD CONSTRAINT "kept_downloads_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "notifications_unread" ON "notifications" USING btree ("batch_id","id") WHERE outcome is null and batch_id is not null;--> statement-breakpoint
ALTER TABLE "notifications" DROP COLUMN "delivered_at";--> statement-breakpoint
ALTER TABLE "actions" ADD CONSTRAINT "actions_message_id_unique" UNIQUE("message_id");--> statement-breakpoint
update batches set paused = jsonb_build_object('by', 'tsuiseki', 'why', reason) where state = 'paused' and finished_at is null;
