CREATE TABLE "file_servers" (
	"login" text PRIMARY KEY NOT NULL,
	"closed_until" timestamp (3) with time zone,
	"closed_status" integer,
	"look_at" timestamp (3) with time zone,
	"looked_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "batches" ADD COLUMN "notes" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "editing_sessions" ADD COLUMN "save_failed_at" timestamp (3) with time zone;