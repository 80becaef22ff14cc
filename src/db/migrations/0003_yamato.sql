CREATE TABLE "carrier_clock" (
	"carrier" text PRIMARY KEY NOT NULL,
	"asking" bigint,
	"open_at" timestamp (3) with time zone NOT NULL,
	"pause_ms" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "carrier_requests" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "carrier_requests_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"carrier" text NOT NULL,
	"job_id" bigint NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"answer_ms" integer,
	"pause_ms" integer NOT NULL,
	"error" text,
	"page" text
);
--> statement-breakpoint
ALTER TABLE "jobs" ALTER COLUMN "sitemap_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "rows" ADD COLUMN "details" jsonb;--> statement-breakpoint
CREATE INDEX "carrier_requests_job" ON "carrier_requests" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "carrier_requests_started" ON "carrier_requests" USING btree ("started_at");