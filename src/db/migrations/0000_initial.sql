CREATE TABLE "account_clock" (
	"id" integer PRIMARY KEY NOT NULL,
	"last_publish_at" timestamp (3) with time zone,
	"closed_until" timestamp (3) with time zone,
	"closed_reason" text
);
--> statement-breakpoint
CREATE TABLE "batches" (
	"id" text PRIMARY KEY NOT NULL,
	"task" text NOT NULL,
	"workbook" text NOT NULL,
	"workflow_id" text NOT NULL,
	"run_id" text,
	"state" text DEFAULT 'running' NOT NULL,
	"reason" text,
	"columns" jsonb NOT NULL,
	"chosen_rows" integer[],
	"fresh" boolean DEFAULT false NOT NULL,
	"sheet" text,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "batches_workflow_id_unique" UNIQUE("workflow_id")
);
--> statement-breakpoint
CREATE TABLE "calls" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "calls_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"job_id" bigint,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"http_status" integer,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "job_rows" (
	"job_id" bigint NOT NULL,
	"row_id" bigint NOT NULL,
	"url" text NOT NULL,
	CONSTRAINT "job_rows_job_id_row_id_pk" PRIMARY KEY("job_id","row_id")
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "jobs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"batch_id" text NOT NULL,
	"seq" integer NOT NULL,
	"attempt" integer DEFAULT 1 NOT NULL,
	"custom_id" text NOT NULL,
	"task" text NOT NULL,
	"sitemap_id" bigint NOT NULL,
	"start_urls" text[] NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"scraping_job_id" bigint,
	"redirect_of" bigint,
	"intent_at" timestamp (3) with time zone,
	"published_at" timestamp (3) with time zone,
	"deadline_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"error" text,
	CONSTRAINT "jobs_custom_id_unique" UNIQUE("custom_id"),
	CONSTRAINT "jobs_redirect_of_unique" UNIQUE("redirect_of")
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notifications_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"source" text NOT NULL,
	"scraping_job_id" bigint NOT NULL,
	"custom_id" text,
	"sitemap_id" bigint,
	"status" text NOT NULL,
	"batch_id" text,
	"job_id" bigint,
	"delivered_at" timestamp (3) with time zone,
	"outcome" text
);
--> statement-breakpoint
CREATE TABLE "roll_ups" (
	"hour" timestamp (3) with time zone NOT NULL,
	"task" text NOT NULL,
	"batches" integer NOT NULL,
	"rows" integer NOT NULL,
	"completed" integer NOT NULL,
	"failed" integer NOT NULL,
	"invalid" integer NOT NULL,
	"delivered" integer NOT NULL,
	CONSTRAINT "roll_ups_hour_task_pk" PRIMARY KEY("hour","task")
);
--> statement-breakpoint
CREATE TABLE "rows" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "rows_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"batch_id" text NOT NULL,
	"row" integer NOT NULL,
	"input" text NOT NULL,
	"input_url" text,
	"email" text NOT NULL,
	"occurrence" integer NOT NULL,
	"state" text NOT NULL,
	"url" text,
	"source" text,
	"tracking_number" text,
	"status" text,
	"status_text" text,
	"event_at" timestamp (3) with time zone,
	"result" text,
	"error" text,
	"warnings" text[] DEFAULT '{}' NOT NULL,
	"completed_at" timestamp (3) with time zone,
	"written" text,
	"written_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "job_rows" ADD CONSTRAINT "job_rows_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job_rows" ADD CONSTRAINT "job_rows_row_id_rows_id_fk" FOREIGN KEY ("row_id") REFERENCES "rows"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "batches"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rows" ADD CONSTRAINT "rows_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "batches"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "batches_one_running" ON "batches" USING btree ("workbook","task") WHERE finished_at is null;--> statement-breakpoint
CREATE INDEX "batches_started" ON "batches" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "calls_expires" ON "calls" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "calls_job" ON "calls" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "job_rows_row" ON "job_rows" USING btree ("row_id");--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_batch_seq" ON "jobs" USING btree ("batch_id","seq");--> statement-breakpoint
CREATE INDEX "jobs_pending" ON "jobs" USING btree ("batch_id","seq") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "jobs_scraping_job" ON "jobs" USING btree ("scraping_job_id");--> statement-breakpoint
CREATE INDEX "jobs_deadline" ON "jobs" USING btree ("deadline_at") WHERE state = 'published';--> statement-breakpoint
CREATE INDEX "notifications_undelivered" ON "notifications" USING btree ("batch_id","id") WHERE delivered_at is null and batch_id is not null;--> statement-breakpoint
CREATE INDEX "notifications_job" ON "notifications" USING btree ("job_id","id");--> statement-breakpoint
CREATE INDEX "rows_batch" ON "rows" USING btree ("batch_id","row");--> statement-breakpoint
CREATE INDEX "rows_batch_state" ON "rows" USING btree ("batch_id","state");--> statement-breakpoint
CREATE INDEX "rows_unwritten" ON "rows" USING btree ("batch_id") WHERE state = 'completed' and written_at is null;--> statement-breakpoint
CREATE INDEX "rows_content" ON "rows" USING btree ("input","email");