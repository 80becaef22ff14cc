CREATE TABLE "incidents" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "incidents_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"batch_id" text,
	"title" text NOT NULL,
	"text" text NOT NULL,
	"begun_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	"over_at" timestamp (3) with time zone,
	"told_at" timestamp (3) with time zone,
	"over_told_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE UNIQUE INDEX "incidents_one_open" ON "incidents" USING btree ("kind","subject") WHERE over_at is null;--> statement-breakpoint
CREATE INDEX "incidents_untold" ON "incidents" USING btree ("id") WHERE over_told_at is null;