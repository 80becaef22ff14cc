CREATE TABLE "drift_texts" (
	"task" text NOT NULL,
	"text" text NOT NULL,
	"seen" integer NOT NULL,
	"filled" integer[] NOT NULL,
	CONSTRAINT "drift_texts_task_text_pk" PRIMARY KEY("task","text")
);
--> statement-breakpoint
CREATE TABLE "odd_jobs" (
	"job_id" bigint PRIMARY KEY NOT NULL,
	"task" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"what" text NOT NULL,
	"looks" jsonb NOT NULL,
	"released" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "task_drift" (
	"task" text PRIMARY KEY NOT NULL,
	"jobs" integer DEFAULT 0 NOT NULL,
	"odd" integer DEFAULT 0 NOT NULL,
	"run" integer DEFAULT 0 NOT NULL,
	"held_since" timestamp (3) with time zone,
	"held_reason" text,
	"released_at" timestamp (3) with time zone,
	"odd_page" text,
	"odd_job" text,
	"good_page" text,
	"good_job" text,
	"good_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "carrier_clock" ADD COLUMN "barred_job" bigint;--> statement-breakpoint
ALTER TABLE "carrier_clock" ADD COLUMN "held_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "carrier_clock" ADD COLUMN "held_reason" text;--> statement-breakpoint
ALTER TABLE "carrier_clock" ADD COLUMN "holds" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "odd_jobs" ADD CONSTRAINT "odd_jobs_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "odd_jobs_task" ON "odd_jobs" USING btree ("task");